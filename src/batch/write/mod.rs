//! From scored rows to a file that appears when it is complete.

pub(crate) mod delimited;
pub(crate) mod flusher;
pub(crate) mod grid;
pub(crate) mod json_lines;
pub(crate) mod ours;
pub(crate) mod parquet;
#[cfg(feature = "report")]
pub(crate) mod report_file;
pub(crate) mod spreadsheet;
pub(crate) mod target;
pub(crate) mod text;

use std::path::{Path, PathBuf};

use self::ours::Names;
use super::Options;
use super::chunk::Chunk;
use super::read::dialect::Dialect;
use super::read::encoding::TextEncoding;
use super::read::{Layout, Table};
use super::summary::Summary;
use crate::error::{Error, Result};

/// Where a scored list goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// A file, complete or not at all.
    File(PathBuf),
}

/// The forms in which a list can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Delimited text, in the dialect of the input.
    Csv,
    /// A JSON object a line.
    JsonLines,
    /// A workbook, XLSX.
    Workbook,
    /// Parquet.
    Parquet,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The input's bytes with our columns after them.
    Raw,
    /// Delimited text in a dialect that is not the input's, in UTF-8.
    Delimited(Dialect),
    JsonLines,
    Workbook,
    Parquet,
}

/// How text is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// Takes scored chunks in their order.
pub(crate) trait Sink {
    /// Writes the rows of a chunk; `summary` counts all rows up to its end.
    fn write(&mut self, chunk: &mut Chunk, summary: &Summary) -> Result<()>;

    /// Completes the output and lets it appear.
    fn finish(self: Box<Self>) -> Result<()>;
}

impl Output {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Output::Stdout => Path::new("<stdout>"),
            Output::File(path) => path,
        }
    }

    /// How the name says that text is packed, and the ending before that.
    pub(crate) fn packing(&self) -> (Packing, String) {
        let Output::File(path) = self else { return (Packing::Plain, String::new()) };
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let (packing, name) = match (name.strip_suffix(".gz"), name.strip_suffix(".zst")) {
            (Some(name), _) => (Packing::Gzip, name),
            (_, Some(name)) => (Packing::Zstd, name),
            _ => (Packing::Plain, name.as_str()),
        };
        (packing, name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_owned()))
    }
}

impl Shape {
    /// As asked for, else as the output's name says, else as the input is.
    pub(crate) fn of(table: &Table, output: &Output, options: &Options) -> Result<Shape> {
        let (packing, ending) = output.packing();
        let named = match ending.as_str() {
            "csv" | "tsv" | "tab" => Some(Form::Csv),
            "jsonl" | "ndjson" => Some(Form::JsonLines),
            "xlsx" => Some(Form::Workbook),
            "parquet" => Some(Form::Parquet),
            "xls" | "ods" | "xlsm" | "xlsb" if options.form.is_none() && !options.excel => {
                return Err(
                    Error::usage(format!("no .{ending} is written")).with_hint("give the output the ending .xlsx")
                );
            }
            _ => None,
        };
        let like_input = match table.layout {
            Layout::Delimited(_) => Form::Csv,
            Layout::JsonLines => Form::JsonLines,
            Layout::Workbook => Form::Workbook,
            Layout::Parquet => Form::Parquet,
        };
        if options.excel {
            if !matches!(options.form.or(named), None | Some(Form::Csv)) {
                return Err(Error::usage("--excel writes CSV, and another form is asked for").with_hint(
                    "an .xlsx needs no --excel; otherwise leave out --format or give the output the ending .csv",
                ));
            }
            let dialect = Dialect { delimiter: b';', line_end: b'\n' };
            return Ok(Shape::Delimited(dialect));
        }
        let form = options.form.or(named).unwrap_or(like_input);
        if packing != Packing::Plain && matches!(form, Form::Workbook | Form::Parquet) {
            return Err(Error::usage("only text is compressed; a workbook and Parquet are compressed already"));
        }
        let tabs = matches!(ending.as_str(), "tsv" | "tab");
        Ok(match (form, table.layout) {
            (Form::Csv, Layout::Delimited(dialect)) if !tabs || dialect.delimiter == b'\t' => Shape::Raw,
            (Form::Csv, _) => {
                let dialect = Dialect { delimiter: if tabs { b'\t' } else { b',' }, line_end: b'\n' };
                Shape::Delimited(dialect)
            }
            (Form::JsonLines, Layout::JsonLines) => Shape::Raw,
            (Form::JsonLines, _) => Shape::JsonLines,
            (Form::Workbook, _) => Shape::Workbook,
            (Form::Parquet, _) => Shape::Parquet,
        })
    }

    /// What stands before the first row.
    pub(crate) fn header(self, table: &Table, names: &Names<'_>, options: &Options) -> Vec<u8> {
        let mut out = Vec::new();
        match (self, table.layout) {
            (Shape::Raw, Layout::Delimited(dialect)) => {
                out.extend_from_slice(&table.header);
                delimited::header(names, dialect, table.encoding, &mut out);
                out.extend_from_slice(&table.line_end);
                table.encoding.finish(&mut out);
            }
            (Shape::Delimited(dialect), _) => {
                if options.excel {
                    out.extend_from_slice("\u{feff}".as_bytes());
                }
                for (place, column) in table.columns.iter().enumerate() {
                    if place > 0 {
                        out.push(dialect.delimiter);
                    }
                    dialect.quote(column.as_bytes(), &mut out);
                }
                delimited::header(names, dialect, TextEncoding::Utf8, &mut out);
                out.extend_from_slice(dialect.newline());
            }
            _ => {}
        }
        out
    }
}
