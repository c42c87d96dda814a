//! A file under a name that says it is incomplete, until it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Output;
use crate::batch::read::source::Input;
use crate::error::{Error, Result};

/// Where bytes go.
#[derive(Debug)]
pub(crate) enum Target {
    Stdout(io::Stdout),
    /// A device or a pipe: nothing to rename.
    Device(File, PathBuf),
    Partial(Partial),
}

/// An incomplete file beside the one that it will replace.
#[derive(Debug)]
pub(crate) struct Partial {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    place: PathBuf,
}

/// The name of the incomplete file.
pub(crate) fn partial_path(place: &Path) -> PathBuf {
    with_ending(place, ".partial")
}

pub(crate) fn with_ending(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

impl Target {
    /// Opens the output. An incomplete file of an earlier run is emptied, unless `keep`.
    pub(crate) fn open(output: &Output, keep: bool) -> Result<Target> {
        let Output::File(path) = output else { return Ok(Target::Stdout(io::stdout())) };
        let at = |error: io::Error| Error::io(path, error);
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => return Err(at(io::ErrorKind::IsADirectory.into())),
            Ok(metadata) if !metadata.is_file() => {
                return Ok(Target::Device(OpenOptions::new().write(true).open(path).map_err(at)?, path.clone()));
            }
            _ => {}
        }
        let place = real(path);
        let partial = partial_path(&place);
        let opened = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&partial);
        let file = opened.map_err(|error| Error::io(&partial, error))?;
        if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
            return Err(Error::usage("another run is writing this file").in_file(&partial));
        }
        if !keep {
            file.set_len(0).map_err(|error| Error::io(&partial, error))?;
        }
        Ok(Target::Partial(Partial { file, path: partial, place }))
    }

    /// Makes sure that what was written survives.
    pub(crate) fn sync(&mut self) -> Result<()> {
        match self {
            Target::Partial(partial) => partial.file.sync_data().map_err(|error| Error::io(&partial.path, error)),
            _ => self.flush().map_err(|error| self.error(error)),
        }
    }

    /// The output is complete: it appears under its name.
    pub(crate) fn commit(&mut self) -> Result<()> {
        match self {
            Target::Partial(Partial { file, path, place }) => {
                file.sync_all().map_err(|error| Error::io(path, error))?;
                fs::rename(path.as_path(), place.as_path()).map_err(|error| Error::io(place, error))?;
                // Not every system can do this to a folder; the file itself is safe.
                if let Some(folder) = place.parent().filter(|_| cfg!(unix)) {
                    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                    File::open(folder).and_then(|folder| folder.sync_all()).ok();
                }
                Ok(())
            }
            _ => self.sync(),
        }
    }

    /// Names the place of a failure to write.
    pub(crate) fn error(&self, error: io::Error) -> Error {
        match self {
            Target::Stdout(_) => Error::io(Path::new("<stdout>"), error),
            Target::Device(_, path) => Error::io(path, error),
            Target::Partial(partial) => Error::io(&partial.path, error),
        }
    }
}

/// An incomplete file that no later run can go on with: it is removed unless it was completed.
#[derive(Debug)]
pub(crate) struct Unfinished(Option<PathBuf>);

impl Unfinished {
    pub(crate) fn of(target: &Target) -> Unfinished {
        match target {
            Target::Partial(partial) => Unfinished(Some(partial.path.clone())),
            _ => Unfinished(None),
        }
    }

    /// There is nothing to remove any more.
    pub(crate) fn keep(&mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            fs::remove_file(path).ok();
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Stdout(stdout) => stdout.lock().write(bytes),
            Target::Device(file, _) => file.write(bytes),
            Target::Partial(partial) => partial.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Stdout(stdout) => stdout.lock().flush(),
            Target::Device(file, _) => file.flush(),
            Target::Partial(partial) => partial.file.flush(),
        }
    }
}

/// The file that a name leads to, be it over a link.
pub(crate) fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Refuses an output that would overwrite the input, under whatever names.
pub(crate) fn refuse_same(input: &Input, output: &Output) -> Result<()> {
    let refused = |path: &Path| {
        Err(Error::usage("the output is the input itself")
            .in_file(path)
            .with_hint("write to another file; the list stays as it is"))
    };
    match (input, output) {
        (Input::File(input), Output::File(output)) => {
            let place = real(output);
            for path in [place.clone(), partial_path(&place), with_ending(&partial_path(&place), ".json")] {
                if path.exists() && (real(&path) == real(input) || is_same_file(&path, input)) {
                    return refused(output);
                }
            }
            Ok(())
        }
        #[cfg(unix)]
        (Input::Stdin, Output::File(output)) => {
            let same = identity(fs::metadata(output)).is_some_and(|it| identity(standard(&io::stdin())) == Some(it));
            if same { refused(output) } else { Ok(()) }
        }
        #[cfg(unix)]
        (Input::File(input), Output::Stdout) => {
            let same = identity(fs::metadata(input)).is_some_and(|it| identity(standard(&io::stdout())) == Some(it));
            if same { refused(input) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn standard(stream: &impl std::os::fd::AsFd) -> io::Result<fs::Metadata> {
    File::from(stream.as_fd().try_clone_to_owned()?).metadata()
}

/// Device and number of a regular file.
#[cfg(unix)]
fn identity(metadata: io::Result<fs::Metadata>) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    metadata.ok().filter(fs::Metadata::is_file).map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(unix)]
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    identity(fs::metadata(a)).is_some_and(|a| identity(fs::metadata(b)) == Some(a))
}

#[cfg(not(unix))]
pub(crate) fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}
