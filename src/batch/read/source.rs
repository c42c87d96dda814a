//! Where the bytes come from: a file or standard input, compressed or not, and what kind of file they are.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::batch::Watch;
use crate::error::{Error, Result};

/// Largest window of a zstd file: it has to be held in memory.
const ZSTD_WINDOW_LOG: u32 = 24;

/// Text may expand by this factor, once it has passed [`SURE_BYTES`]. Text that people write expands three to tenfold.
const BOMB_FACTOR: u64 = 200;
const SURE_BYTES: u64 = 64 << 20;

/// What a list is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Input {
    /// The name for messages, without folders.
    pub fn name(&self) -> String {
        match self {
            Input::Stdin => "<stdin>".to_owned(),
            Input::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        }
    }

    /// The whole path, for errors.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Input::Stdin => Path::new("<stdin>"),
            Input::File(path) => path,
        }
    }

    /// The endings of the name, lower case, without those of compression.
    pub(crate) fn extension(&self) -> String {
        let Input::File(path) = self else { return String::new() };
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
        name.rsplit_once('.').map_or_else(String::new, |(_, extension)| extension.to_owned())
    }
}

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// A zip file (XLSX, ODS) or an old Office file (XLS, or a workbook with a password).
    Workbook,
    Parquet,
}

/// An opened input.
pub(crate) struct Source {
    pub(crate) kind: Kind,
    /// The bytes, from the start, decompressed.
    pub(crate) reader: Box<dyn Read + Send>,
    /// The file, if it is one and the bytes are not compressed.
    pub(crate) file: Option<File>,
    /// How many bytes of it are read: those that it had when it was opened.
    pub(crate) length: Option<u64>,
}

/// Opens the input. `length` is what an earlier run knew the file's length to be; what came later is left alone, as is
/// what comes while it is read.
pub(crate) fn open(input: &Input, watch: &Watch, length: Option<u64>) -> Result<Source> {
    let at = |error: io::Error| Error::io(input.path(), error);
    let (raw, file, length): (Box<dyn Read + Send>, _, _) = match input {
        Input::Stdin => (Box::new(io::stdin()), None, None),
        Input::File(path) => {
            let file = File::open(path).map_err(at)?;
            let metadata = file.metadata().map_err(at)?;
            if metadata.is_dir() {
                return Err(at(io::ErrorKind::IsADirectory.into()));
            }
            // What is no regular file, or pretends to be empty, is read to its end.
            let now = Some(metadata.len()).filter(|length| metadata.is_file() && *length > 0);
            let length = now.map(|now| length.unwrap_or(now).min(now));
            let copy = file.try_clone().map_err(at)?;
            (Box::new(copy.take(length.unwrap_or(u64::MAX))), Some(file), length)
        }
    };
    watch.expect(length);
    let mut counted = Counted { inner: raw, watch: watch.clone() };
    let mut first = Vec::new();
    counted.by_ref().take(4).read_to_end(&mut first).map_err(at)?;
    let kind = match first[..] {
        [b'P', b'K', 3, 4] | [0xd0, 0xcf, 0x11, 0xe0] => Kind::Workbook,
        [b'P', b'A', b'R', b'1'] => Kind::Parquet,
        _ => Kind::Text,
    };
    let compression = match first[..] {
        [0x1f, 0x8b, ..] => Some("gzip"),
        [0x28, 0xb5, 0x2f, 0xfd] => Some("zstd"),
        _ => None,
    };
    let whole = Cursor::new(first).chain(counted);
    let reader: Box<dyn Read + Send> = match compression {
        Some("gzip") => Box::new(Guarded::new(MultiGzDecoder::new(io::BufReader::new(whole)), watch.clone())),
        Some(_) => {
            let mut decoder = zstd::Decoder::new(whole).map_err(at)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(at)?;
            Box::new(Guarded::new(decoder, watch.clone()))
        }
        None => Box::new(whole),
    };
    let file = file.filter(|_| compression.is_none());
    Ok(Source { kind, reader, file, length })
}

/// Counts what is read, for progress.
struct Counted<R> {
    inner: R,
    watch: Watch,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.watch.add_bytes(read as u64);
        Ok(read)
    }
}

/// Refuses what expands beyond all likelihood.
struct Guarded<R> {
    inner: R,
    watch: Watch,
    expanded: u64,
}

impl<R> Guarded<R> {
    fn new(inner: R, watch: Watch) -> Guarded<R> {
        Guarded { inner, watch, expanded: 0 }
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.expanded += read as u64;
        let compressed = self.watch.bytes().max(1);
        if self.expanded > SURE_BYTES && self.expanded / compressed > BOMB_FACTOR {
            let message = format!("the file expands more than {BOMB_FACTOR}-fold, which no list of companies does");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(read)
    }
}
