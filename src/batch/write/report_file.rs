//! The file of a report: it appears when the whole run is complete, and never over the list or the scored list.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Output;
use super::target::{Target, Unfinished, is_same_file, partial_path, real, refuse_same, with_ending};
use crate::batch::read::source::Input;
use crate::error::{Error, Result};

/// A file that a report will fill. It is opened before the run, so that a place that cannot be written is found out at
/// once rather than after hours; if the run fails, it is as it was.
#[derive(Debug)]
pub struct ReportFile {
    target: Target,
    unfinished: Unfinished,
}

impl ReportFile {
    /// Makes ready to write a report on `input`, which is scored into `output`.
    ///
    /// # Errors
    /// If the place cannot be written, or would overwrite the input or the output.
    pub fn open(path: &Path, input: &Input, output: &Output) -> Result<ReportFile> {
        let report = Output::File(path.to_owned());
        if refuse_same(input, &report).is_err() {
            return Err(refused("the report would overwrite the list", path));
        }
        if is_output(path, output) {
            return Err(refused("the report would overwrite the scored list", path));
        }
        let target = Target::open(&report, false)?;
        let unfinished = Unfinished::of(&target);
        Ok(ReportFile { target, unfinished })
    }

    /// Writes the report and lets it appear.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(mut self, page: &str) -> Result<()> {
        self.target.write_all(page.as_bytes()).map_err(|error| self.target.error(error))?;
        self.target.commit()?;
        self.unfinished.keep();
        Ok(())
    }
}

fn refused(message: &str, path: &Path) -> Error {
    Error::usage(message).in_file(path).with_hint("give the report a file of its own, such as report.html")
}

/// Whether the report, or its incomplete form, is the output or a file that is kept beside it.
fn is_output(report: &Path, output: &Output) -> bool {
    let Output::File(output) = output else { return false };
    if same_device(report, output) {
        return false;
    }
    let (report, output) = (place(report), place(output));
    let partial = partial_path(&output);
    let journal = with_ending(&partial, ".json");
    let fresh = with_ending(&journal, ".new");
    [&report, &partial_path(&report)]
        .into_iter()
        .any(|mine| [&output, &partial, &journal, &fresh].into_iter().any(|it| mine == it || is_same_file(mine, it)))
}

/// A device, such as `/dev/null`, takes both.
fn same_device(report: &Path, output: &Path) -> bool {
    let device = |path: &Path| fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir());
    device(report) && device(output)
}

/// Where a file is or will be, over links and `..`.
fn place(path: &Path) -> PathBuf {
    if path.exists() {
        return real(path);
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    real(parent).join(path.file_name().unwrap_or_default())
}
