//! Workbooks: XLSX, XLSB, XLS and ODS. Their cells have types, and formulas have the value that was last computed.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use calamine::{Data, ExcelDateTime, Reader, Sheets, open_workbook_auto_from_rs};
use xxhash_rust::xxh3::Xxh3Default;

use super::encoding::TextEncoding;
use super::source::{Input, Source};
use super::{GridRows, Layout, List, Rows, Table};
use crate::batch::chunk::{CHUNK_ROWS, Cell};
use crate::batch::{Options, Watch};
use crate::error::{Error, Result};

/// The largest workbook that is read, packed; it is held in memory.
const MAX_PACKED: u64 = 512 << 20;

/// All that a workbook may expand to. Excel's own limit of a million rows stays well below it for lists of companies.
const MAX_EXPANDED: u64 = 2 << 30;

/// A workbook that expands further than this many times its size holds no list.
const MAX_FACTOR: u64 = 200;

/// Below this size a workbook may expand as it likes.
const SURE_BYTES: u64 = 64 << 20;

struct SheetRows {
    rows: std::vec::IntoIter<Vec<Data>>,
    width: usize,
    hash: u64,
}

pub(crate) fn open(source: Source, input: &Input, options: &Options, watch: &Watch) -> Result<List> {
    let Source { mut reader, length, .. } = source;
    let mut bytes = Vec::new();
    reader.by_ref().take(MAX_PACKED + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_PACKED {
        return Err(Error::data(format!("the workbook has more than {MAX_PACKED} bytes")).with_hint("save it as CSV"));
    }
    if bytes.starts_with(&[0xd0, 0xcf]) && contains(&bytes, "EncryptedPackage") {
        return Err(locked());
    }
    if bytes.starts_with(b"PK") {
        check_size(&bytes)?;
    }
    let mut hasher = Xxh3Default::new();
    hasher.update(&bytes);
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes.as_slice())).map_err(|error| broken(&error))?;
    let names = workbook.sheet_names();
    let sheet = match &options.sheet {
        Some(wanted) => names.iter().find(|name| *name == wanted).ok_or_else(|| {
            Error::usage(format!("the workbook has no sheet {wanted:?}"))
                .with_hint(format!("its sheets are {}", names.join(", ")))
        })?,
        None => names.first().ok_or_else(|| Error::data("the workbook has no sheet"))?,
    };
    if names.len() > 1 && options.sheet.is_none() {
        watch.note(&format!("the workbook has {} sheets; read is {sheet:?} (--sheet says otherwise)", names.len()));
    }
    let range = read_sheet(&mut workbook, sheet)?;
    drop(workbook);
    let mut rows = range.rows().map(<[Data]>::to_vec).collect::<Vec<_>>().into_iter();
    let Some(header) = rows.next() else {
        return Err(Error::data(format!("the sheet {sheet:?} is empty")).with_hint("its first row names the columns"));
    };
    let columns: Vec<String> = header.iter().map(|cell| to_cell(cell).to_text()).collect();
    let width = columns.len();
    let table = Table {
        name: input.name(),
        columns,
        layout: Layout::Workbook,
        encoding: TextEncoding::Utf8,
        header: Vec::new(),
        line_end: vec![b'\n'],
    };
    let rows = SheetRows { rows, width, hash: hasher.digest() };
    Ok(List { table, rows: Rows::Grid(Box::new(rows)), length, parquet: None })
}

fn read_sheet(workbook: &mut Sheets<Cursor<&[u8]>>, sheet: &str) -> Result<calamine::Range<Data>> {
    workbook.worksheet_range(sheet).map_err(|error| broken(&error))
}

impl GridRows for SheetRows {
    fn next_rows(&mut self, grid: &mut Vec<Vec<Cell>>) -> Result<()> {
        let next = self.rows.by_ref().take(CHUNK_ROWS);
        grid.extend(next.map(|row| row.iter().take(self.width).map(to_cell).collect()));
        Ok(())
    }

    fn identity(&mut self) -> Result<u64> {
        Ok(self.hash)
    }
}

/// Unpacks the workbook into nothing, to see how large it is: what its directory says may be a lie.
fn check_size(bytes: &[u8]) -> Result<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let limit = MAX_EXPANDED.min((bytes.len() as u64 * MAX_FACTOR).max(SURE_BYTES));
    let mut expanded = 0;
    for number in 0..archive.len() {
        let Ok(file) = archive.by_index(number) else { continue };
        expanded += io::copy(&mut file.take(limit - expanded + 1), &mut io::sink())?;
        if expanded > limit {
            return Err(Error::data(format!("the workbook expands to more than {limit} bytes"))
                .with_hint("if it is what it should be, save it as CSV"));
        }
    }
    Ok(())
}

fn locked() -> Error {
    Error::data("the workbook is protected by a password")
        .with_hint("open it in a spreadsheet program and save it without one")
}

fn broken(error: &dyn std::error::Error) -> Error {
    let text = error.to_string();
    if text.to_lowercase().contains("password") {
        return locked();
    }
    Error::data(format!("the workbook cannot be read: {text}"))
        .with_hint("open it in a spreadsheet program and save it as CSV")
}

/// Whether an old Office file has a stream of this name, which is written in UTF-16.
fn contains(bytes: &[u8], name: &str) -> bool {
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    memchr::memmem::find(bytes, &wide).is_some()
}

fn to_cell(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::Int(number) => Cell::Integer(*number),
        Data::Float(number) => Cell::Number(*number),
        Data::Bool(value) => Cell::Bool(*value),
        Data::DateTime(moment) => Cell::Date(moment.as_f64(), iso(moment)),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::Error(error) => Cell::Text(error.to_string()),
    }
}

/// A day as `2026-11-25`, a moment with its time, a time or a duration as `36:15:00`.
fn iso(moment: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let fraction = if milli > 0 { format!(".{milli:03}") } else { String::new() };
    if moment.is_duration() {
        #[expect(clippy::cast_possible_truncation, reason = "hours of a spreadsheet fit")]
        let hours = (moment.as_f64().abs() * 24.0 + 1e-9).floor() as i64;
        let sign = if moment.as_f64() < 0.0 { "-" } else { "" };
        return format!("{sign}{hours}:{minute:02}:{second:02}{fraction}");
    }
    let time = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    match (moment.as_f64(), time.as_str()) {
        (serial, _) if (0.0..1.0).contains(&serial) => time,
        (_, "00:00:00") => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{time}"),
    }
}

/// Hash of a file from its start, where it is afterwards again.
pub(crate) fn hash_of(file: &mut File) -> io::Result<u64> {
    let mut hasher = Xxh3Default::new();
    let mut buffer = vec![0; 1 << 20];
    file.seek(SeekFrom::Start(0))?;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(hasher.digest())
}
