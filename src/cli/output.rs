//! Where results go: standard output, or a file that appears complete or not at all.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use tempfile::NamedTempFile;

use super::args::{Common, Form, Format, When};
use crate::error::{Error, Result};
use crate::speech;

/// Styles of a terminal. They are always written, and stripped where no colour is wanted.
pub(crate) const LEADING: Style = AnsiColor::Green.on_default().bold();
pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const FOR: Style = AnsiColor::Green.on_default().underline();
pub(crate) const AGAINST: Style = AnsiColor::Red.on_default();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();

/// `text` in a style.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The form that results take: as asked for, or a table.
///
/// # Errors
/// If a form is asked for that only lists have.
pub(crate) fn format(common: &Common) -> Result<Format> {
    match common.format {
        None | Some(Form::Table) => Ok(Format::Table),
        Some(Form::Json) => Ok(Format::Json),
        Some(Form::Jsonl) => Ok(Format::Jsonl),
        Some(Form::Csv) => Ok(Format::Csv),
        Some(Form::Xlsx | Form::Parquet) => Err(Error::usage("only `matcher batch` writes this form")
            .with_hint("the others are table, json, jsonl and csv")),
    }
}

/// A number as people read it, in groups of three.
pub(crate) fn number(number: u64) -> String {
    spaced(&speech::number(number))
}

/// A share as people write it: `83 %`.
pub(crate) fn percent(share: f64) -> String {
    spaced(&speech::percent(share))
}

/// With plain spaces, which whoever reads the output by a program expects.
fn spaced(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

/// Text as a terminal may show it: no control characters, which could move the cursor or worse.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c }).collect()
}

/// Writes results where `--output` says.
pub(crate) fn emit(common: &Common, results: &str) -> Result<()> {
    match common.output.as_deref() {
        Some(path) if path != Path::new("-") => {
            write_file(path, anstream::adapter::strip_str(results).to_string().as_bytes())
        }
        _ => {
            let stdout = io::stdout();
            let choice = match common.color {
                When::Always => ColorChoice::Always,
                When::Never => ColorChoice::Never,
                When::Auto => AutoStream::choice(&stdout),
            };
            let mut stream = AutoStream::new(stdout, choice);
            stream.write_all(results.as_bytes())?;
            stream.flush()?;
            Ok(())
        }
    }
}

/// Writes data where `--output` says, every character as it is; a terminal gets none that could do something to it.
pub(crate) fn emit_data(common: &Common, data: &str) -> Result<()> {
    let mut stdout = io::stdout();
    match common.output.as_deref() {
        Some(path) if path != Path::new("-") => write_file(path, data.as_bytes()),
        _ if stdout.is_terminal() => emit(common, data),
        _ => {
            stdout.write_all(data.as_bytes())?;
            Ok(stdout.flush()?)
        }
    }
}

/// Writes a file beside its place and moves it there when it is complete.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let at = |error: io::Error| Error::io(path, error);
    if path.is_dir() {
        return Err(at(io::ErrorKind::IsADirectory.into()));
    }
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = new_beside(dir).map_err(at)?;
    file.write_all(bytes).map_err(at)?;
    file.as_file().sync_all().map_err(at)?;
    file.persist(path).map_err(|error| at(error.error))?;
    Ok(())
}

/// A temporary file with the rights that any new file has, which the user may have narrowed by `umask`.
fn new_beside(dir: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".matcher-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(dir)
}

/// Tells people something that is no result.
pub(crate) fn note(common: &Common, text: &str) {
    if !common.quiet {
        // If standard error is closed, nobody is left to be told.
        writeln!(anstream::stderr().lock(), "{text}").ok();
    }
}

/// A value as indented JSON with a line end.
pub(crate) fn json(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
    Ok(text + "\n")
}

/// A value as one line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(value).map_err(io::Error::from)?;
    Ok(text + "\n")
}

/// Rows as CSV, header first.
pub(crate) fn csv(rows: impl IntoIterator<Item = Vec<String>>) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(|error| Error::data(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::data(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
