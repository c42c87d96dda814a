//! From a file to rows: what kind of file it is, what its columns are, and where each row lies.

pub(crate) mod dialect;
pub(crate) mod encoding;
pub(crate) mod json;
pub(crate) mod parquet;
pub(crate) mod scanner;
pub(crate) mod source;
pub(crate) mod spreadsheet;
pub(crate) mod text;

use std::io::{Cursor, Read};

use self::dialect::{Dialect, value};
use self::encoding::{SAMPLE_BYTES, TextEncoding, decide};
use self::scanner::Limits;
use self::source::{Input, Kind, Source};
use self::text::TextRows;
use super::chunk::{Cell, Chunk, Mark};
use super::write::Output;
use super::{Options, Watch};
use crate::error::{Error, Result};

/// What a list looks like.
#[derive(Debug)]
pub(crate) struct Table {
    /// The file's name, for messages.
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) layout: Layout,
    pub(crate) encoding: TextEncoding,
    /// The header as it was, without its line end, and with what stood before it.
    pub(crate) header: Vec<u8>,
    /// How lines end.
    pub(crate) line_end: Vec<u8>,
}

/// How rows are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Delimited(Dialect),
    JsonLines,
    Workbook,
    Parquet,
}

/// The rows of a list, a chunk at a time.
pub(crate) enum Rows {
    Text(Box<TextRows>),
    Grid(Box<dyn GridRows>),
}

/// Rows that have cells with types.
pub(crate) trait GridRows: Send {
    /// Fills `grid` with the next rows; none at the end.
    fn next_rows(&mut self, grid: &mut Vec<Vec<Cell>>) -> Result<()>;

    /// The other columns will not be looked at, since they are copied as they are. Most forms read them all the same.
    fn need_only(&mut self, _columns: &[usize]) {}

    /// Hash of the whole file, by which a resumed run knows it.
    fn identity(&mut self) -> Result<u64>;
}

/// An opened list.
pub(crate) struct List {
    pub(crate) table: Table,
    pub(crate) rows: Rows,
    /// Bytes of the file that are read, where it is a file.
    pub(crate) length: Option<u64>,
    /// The file itself, where its column chunks are copied as they are.
    pub(crate) parquet: Option<std::fs::File>,
}

/// Opens a list and decides how it is to be read.
pub(crate) fn open(input: &Input, options: &Options, watch: &Watch, length: Option<u64>) -> Result<List> {
    let source = source::open(input, watch, length)?;
    let list = match source.kind {
        Kind::Text => open_text(source, input, options, watch),
        Kind::Workbook => spreadsheet::open(source, input, options, watch),
        Kind::Parquet => parquet::open(source, input),
    };
    list.map_err(|error| error.in_file(input.path()))
}

fn open_text(source: Source, input: &Input, options: &Options, watch: &Watch) -> Result<List> {
    let Source { mut reader, length, .. } = source;
    let mut sample = Vec::new();
    reader.by_ref().take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
    if sample.is_empty() {
        return Err(Error::data("the file is empty").with_hint("a header and at least one row are expected"));
    }
    let decided = decide(&sample, options.encoding.as_deref())?;
    if decided.guessed {
        watch.note(&format!("the text is not UTF-8; read as {} (--encoding says otherwise)", decided.encoding.name()));
    } else if decided.encoding != TextEncoding::Utf8 && options.encoding.is_none() {
        watch.note(&format!("read as {}, by its byte order mark", decided.encoding.name()));
    }
    let mark = sample[..decided.mark].to_vec();
    let rest = Cursor::new(sample.split_off(decided.mark)).chain(reader);
    let mut reader = decided.encoding.reader(Box::new(rest));
    let mut sample = Vec::new();
    reader.by_ref().take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
    let extension = input.extension();
    let is_json = matches!(extension.as_str(), "jsonl" | "ndjson" | "json")
        || (sample.trim_ascii_start().starts_with(b"{")
            && !matches!(extension.as_str(), "csv" | "tsv" | "tab" | "txt"));
    let encoding = decided.encoding;
    let name = input.name();
    if is_json {
        let columns = json::columns(&sample, encoding)?;
        let dialect = Dialect { delimiter: 0, line_end: b'\n' };
        let limits = Limits { field: options.limits.row, row: options.limits.row };
        let rows = TextRows::new(Box::new(Cursor::new(sample).chain(reader)), dialect, false, limits);
        // A byte order mark is no JSON; it is not written again.
        let table =
            Table { name, columns, layout: Layout::JsonLines, encoding, header: Vec::new(), line_end: vec![b'\n'] };
        return Ok(List { table, rows: Rows::Text(Box::new(rows)), length, parquet: None });
    }
    let hint = separator_hint(&sample);
    let body = &sample[hint.map_or(0, |(length, _)| length)..];
    let mut dialect = Dialect::of(body, matches!(extension.as_str(), "tsv" | "tab"));
    match options.delimiter.or(hint.map(|(_, delimiter)| delimiter)) {
        Some(delimiter) => dialect.delimiter = delimiter,
        None => watch.note(&format!("fields are separated by {}, as the header shows", dialect.name())),
    }
    let mut header = match encoding {
        // The mark of UTF-16 is written as a letter and turned back with the rest.
        TextEncoding::Utf16 { .. } if !mark.is_empty() => "\u{feff}".as_bytes().to_vec(),
        _ => mark,
    };
    let mut rows = TextRows::new(Box::new(Cursor::new(sample).chain(reader)), dialect, true, options.limits);
    if hint.is_some()
        && let Some((bytes, record)) = rows.one()?
    {
        header.extend_from_slice(&bytes[..record.next]);
    }
    let Some((bytes, record)) = rows.one()? else {
        return Err(Error::data("there is no header in it").with_hint("the first line names the columns"));
    };
    if record.fault.is_some() {
        return Err(Error::data("a quote in the header is never closed").at_row(1));
    }
    header.extend_from_slice(&bytes[..record.end]);
    let line_end = match &bytes[record.end..record.next] {
        [] => vec![dialect.line_end],
        line_end => line_end.to_vec(),
    };
    let columns = names(&bytes[..record.end], dialect, encoding)?;
    let table = Table { name, columns, layout: Layout::Delimited(dialect), encoding, header, line_end };
    Ok(List { table, rows: Rows::Text(Box::new(rows)), length, parquet: None })
}

/// Excel's own first line `sep=;`: its length and the separator.
fn separator_hint(sample: &[u8]) -> Option<(usize, u8)> {
    let rest = sample.get(..4).filter(|start| start.eq_ignore_ascii_case(b"sep=")).map(|_| &sample[4..])?;
    match rest {
        [delimiter, b'\r', b'\n', ..] => Some((7, *delimiter)),
        [delimiter, b'\n' | b'\r', ..] => Some((6, *delimiter)),
        _ => None,
    }
}

fn names(header: &[u8], dialect: Dialect, encoding: TextEncoding) -> Result<Vec<String>> {
    let (mut fields, mut buffer) = (Vec::new(), Vec::new());
    dialect.split(header, &mut fields);
    let name = |(place, (start, end)): (usize, &(usize, usize))| {
        let name = encoding.decode(value(&header[*start..*end], &mut buffer)).map(std::borrow::Cow::into_owned);
        name.map_err(|wrong| {
            Error::text(format!(
                "the name of column {} is not {}: byte 0x{:02x}",
                place + 1,
                encoding.name(),
                wrong.byte
            ))
            .at_row(1)
            .with_hint("say what the file is with --encoding, for example --encoding windows-1252")
        })
    };
    fields.iter().enumerate().map(name).collect()
}

impl Rows {
    /// See [`GridRows::need_only`].
    pub(crate) fn need_only(&mut self, columns: &[usize]) {
        if let Rows::Grid(rows) = self {
            rows.need_only(columns);
        }
    }

    /// The place before the first row. A grid is known again by a hash of its file, made only if the output is one that
    /// a later run can go on with.
    pub(crate) fn start(&mut self, output: &Output) -> Result<Mark> {
        match self {
            Rows::Text(rows) => Ok(rows.mark()),
            Rows::Grid(rows) => {
                let hash = if matches!(output, Output::File(_)) { rows.identity()? } else { 0 };
                // The header is row 1.
                Ok(Mark { rows: 1, hash, between_rows: true, ..Mark::default() })
            }
        }
    }

    /// Goes on to a place that an earlier run reached; `false` if the input is another one.
    pub(crate) fn skip_to(&mut self, mark: Mark, done: &mut Mark) -> Result<bool> {
        match self {
            Rows::Text(rows) => rows.skip_to(mark),
            Rows::Grid(rows) => {
                let mut grid = Vec::new();
                while done.rows < mark.rows {
                    grid.clear();
                    rows.next_rows(&mut grid)?;
                    if grid.is_empty() {
                        return Ok(false);
                    }
                    done.rows += grid.len() as u64;
                }
                Ok(*done == mark)
            }
        }
    }

    /// Fills a chunk; `false` at the end.
    pub(crate) fn fill(&mut self, chunk: &mut Chunk, done: &mut Mark) -> Result<bool> {
        match self {
            Rows::Text(rows) => rows.fill(chunk),
            Rows::Grid(rows) => {
                chunk.clear();
                rows.next_rows(&mut chunk.grid)?;
                chunk.first_row = done.rows + 1;
                done.rows += chunk.grid.len() as u64;
                chunk.after = *done;
                Ok(!chunk.grid.is_empty())
            }
        }
    }
}
