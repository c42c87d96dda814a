//! One thread's work: takes the rows of a chunk one by one, has them ranked, and writes them out in memory.

use std::borrow::Cow;

use serde_json::Value;

use super::chunk::{Cell, Chunk, Piece, Record};
use super::columns::distinct;
use super::read::dialect::{Dialect, QUOTE, value};
use super::read::encoding::{NotText, TextEncoding};
use super::read::json::{self, Wanted};
use super::read::{Layout, Table};
use super::row_error::{RowError, RowErrorKind};
use super::summary::Summary;
use super::write::ours::{Names, Scored};
use super::write::spreadsheet::{MAX_CELL, cut_to_fit};
use super::write::{Shape, delimited, grid, json_lines};
use crate::matcher::{MAX_TEXT_BYTES, Ranked, Ranker, Scratch};

/// Between the texts of several profile columns.
const JOINT: &str = "\n";

/// What all threads share.
#[derive(Debug)]
pub(crate) struct Job<'j> {
    pub(crate) table: &'j Table,
    pub(crate) ranker: Ranker<'j>,
    pub(crate) names: Names<'j>,
    /// Places of the profile columns.
    pub(crate) text: Vec<usize>,
    /// Names of the profile columns.
    pub(crate) text_names: Vec<String>,
    pub(crate) shape: Shape,
    pub(crate) portfolio: bool,
}

/// A thread's own memory.
pub(crate) struct Worker<'j> {
    job: &'j Job<'j>,
    scratch: Scratch,
    ranked: Ranked,
    fields: Vec<(usize, usize)>,
    /// A value without its quotes.
    unquoted: Vec<u8>,
    /// The joined or decoded profile.
    text: String,
    /// Input columns as keys of JSON, without doubles.
    keys: Vec<String>,
    summary: Summary,
}

impl<'j> Worker<'j> {
    pub(crate) fn new(job: &'j Job<'j>) -> Worker<'j> {
        Worker {
            job,
            scratch: Scratch::default(),
            ranked: Ranked::default(),
            fields: Vec::new(),
            unquoted: Vec::new(),
            text: String::new(),
            keys: distinct(&job.table.columns),
            summary: Summary::default(),
        }
    }

    /// Scores the rows of a chunk into its output.
    pub(crate) fn work(&mut self, chunk: &mut Chunk) {
        let bytes = std::mem::take(&mut chunk.bytes);
        if let Some(piece) = chunk.piece {
            self.piece(&bytes, piece, chunk);
        }
        let records = std::mem::take(&mut chunk.records);
        let in_rows = std::mem::take(&mut chunk.grid);
        for (row, record) in (chunk.first_row..).zip(&records) {
            match self.job.table.layout {
                Layout::Delimited(dialect) => self.delimited(dialect, &bytes, *record, row, chunk),
                _ => self.json_line(&bytes, *record, row, chunk),
            }
        }
        for (row, cells) in (chunk.first_row..).zip(in_rows) {
            let error = self.rank_cells(&cells).err();
            self.emit_cells(error.as_ref(), cells, row, chunk);
        }
        (chunk.bytes, chunk.records) = (bytes, records);
        if matches!(self.job.shape, Shape::Raw) {
            self.job.table.encoding.finish(&mut chunk.out);
        }
        chunk.summary = std::mem::take(&mut self.summary);
    }

    fn delimited(&mut self, dialect: Dialect, bytes: &[u8], record: Record, row: u64, chunk: &mut Chunk) {
        let line = &bytes[record.start..record.end];
        let table = self.job.table;
        if line.is_empty() && table.columns.len() > 1 {
            // An empty line is no row; it stays where it was.
            if let Shape::Raw = self.job.shape {
                chunk.out.extend_from_slice(&bytes[record.start..record.next]);
            }
            return;
        }
        dialect.split(line, &mut self.fields);
        let error = self.rank_delimited(line, record).err();
        if !matches!(self.job.shape, Shape::Raw) {
            let fields = self.fields.iter().map(|(start, end)| value(&line[*start..*end], &mut self.unquoted).to_vec());
            let cells = fields.map(|field| Cell::Text(table.encoding.show(&field))).collect();
            self.emit_cells(error.as_ref(), cells, row, chunk);
            return;
        }
        if record.fault == Some(RowErrorKind::UnclosedQuote) {
            // As it stands it would swallow what follows.
            for (place, (start, end)) in self.fields.iter().enumerate() {
                if place > 0 {
                    chunk.out.push(dialect.delimiter);
                }
                dialect.quote(value(&line[*start..*end], &mut self.unquoted), &mut chunk.out);
            }
        } else {
            chunk.out.extend_from_slice(line);
        }
        let missing = table.columns.len().saturating_sub(self.fields.len());
        chunk.out.extend(std::iter::repeat_n(dialect.delimiter, missing));
        let line_end = &bytes[record.end..record.next];
        let line_end = if line_end.is_empty() { &table.line_end } else { line_end };
        self.emit(error.as_ref(), row, |scored, job| {
            delimited::ours(scored, &job.names, dialect, job.table.encoding, &mut chunk.out);
            chunk.out.extend_from_slice(line_end);
        });
    }

    /// Checks a row and ranks its profile.
    fn rank_delimited(&mut self, line: &[u8], record: Record) -> Result<(), RowError> {
        let table = self.job.table;
        if let Some(kind) = record.fault {
            return Err(RowError::new(kind, ""));
        }
        let (found, expected) = (self.fields.len(), table.columns.len());
        if found != expected {
            return Err(RowError::new(RowErrorKind::FieldCount, format!("{found}, the header has {expected}")));
        }
        let text = table.encoding.decode(line).map_err(|wrong| {
            let place = self.fields.iter().position(|(_, end)| wrong.at < *end);
            self.not_text(wrong).in_column(place.and_then(|place| table.columns.get(place)))
        })?;
        // What is borrowed has its fields where the bytes have them.
        let as_it_stands = if let Cow::Borrowed(text) = &text { Some(*text) } else { None };
        self.text.clear();
        for (number, place) in self.job.text.iter().enumerate() {
            if number > 0 {
                self.text.push_str(JOINT);
            }
            let (start, end) = self.fields[*place];
            match as_it_stands {
                Some(text) if line.get(start) != Some(&QUOTE) => self.text.push_str(&text[start..end]),
                _ => {
                    let value = value(&line[start..end], &mut self.unquoted);
                    self.text.push_str(&table.encoding.decode(value).unwrap_or_default());
                }
            }
        }
        self.rank_text()
    }

    fn json_line(&mut self, bytes: &[u8], record: Record, row: u64, chunk: &mut Chunk) {
        let line = &bytes[record.start..record.end];
        let table = self.job.table;
        let raw = matches!(self.job.shape, Shape::Raw);
        if line.trim_ascii().is_empty() {
            if raw {
                chunk.out.extend_from_slice(&bytes[record.start..record.next]);
            }
            return;
        }
        let error = self.rank_json(line).err();
        let is_object = !error
            .as_ref()
            .is_some_and(|error: &RowError| matches!(error.kind, RowErrorKind::NotJson | RowErrorKind::NotText));
        if raw {
            let line_end = &bytes[record.end..record.next];
            let line_end = if line_end.is_empty() { &table.line_end } else { line_end };
            self.emit(error.as_ref(), row, |scored, job| {
                json_lines::append(line, is_object, scored, &job.names, job.table.encoding, &mut chunk.out);
                chunk.out.extend_from_slice(line_end);
            });
            return;
        }
        let parsed = table.encoding.decode(line).ok().and_then(|line| json::cells(&line, &table.columns).ok());
        let (error, cells) = match parsed {
            Some((cells, None)) => (error, cells),
            Some((cells, Some(key))) => {
                let detail = format!("the key `{key}` is in none of the first rows, so that there is no column for it");
                (error.or(Some(RowError::new(RowErrorKind::FieldCount, detail))), cells)
            }
            // The first column holds the line as it was.
            None => (error, vec![Cell::Text(table.encoding.show(line))]),
        };
        self.emit_cells(error.as_ref(), cells, row, chunk);
    }

    fn rank_json(&mut self, line: &[u8]) -> Result<(), RowError> {
        let job = self.job;
        let line = job.table.encoding.decode(line).map_err(|wrong| self.not_text(wrong))?;
        let wanted = Wanted { keys: &job.text_names, reserved: &job.names.columns };
        let values = wanted.read(&line).map_err(|error| RowError::new(RowErrorKind::NotJson, error.to_string()))?;
        self.text.clear();
        for (number, (value, name)) in values.into_iter().zip(&job.text_names).enumerate() {
            if number > 0 {
                self.text.push_str(JOINT);
            }
            match value {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => self.text.push_str(&text),
                Some(Value::Number(number)) => self.text.push_str(&number.to_string()),
                Some(_) => return Err(RowError::new(RowErrorKind::WrongType, "").in_column(Some(name))),
            }
        }
        self.rank_text()
    }

    fn rank_cells(&mut self, cells: &[Cell]) -> Result<(), RowError> {
        self.text.clear();
        for (number, (place, name)) in self.job.text.iter().zip(&self.job.text_names).enumerate() {
            if number > 0 {
                self.text.push_str(JOINT);
            }
            match cells.get(*place) {
                Some(Cell::Json(_)) => return Err(RowError::new(RowErrorKind::WrongType, "").in_column(Some(name))),
                Some(cell) => self.text.push_str(&cell.to_text()),
                None => {}
            }
        }
        self.rank_text()
    }

    fn rank_text(&mut self) -> Result<(), RowError> {
        let name = self.job.text_names.first();
        if self.text.trim().is_empty() {
            return Err(RowError::new(RowErrorKind::Empty, "").in_column(name));
        }
        let ranked = self.job.ranker.rank(&mut self.scratch, &self.text, &mut self.ranked);
        ranked.map_err(|_| {
            let detail = format!("{} bytes, at most {MAX_TEXT_BYTES} are read", self.text.len());
            RowError::new(RowErrorKind::TooLong, detail).in_column(name)
        })
    }

    /// A row that was too long to be held: its bytes go through, its profile is not read.
    fn piece(&mut self, bytes: &[u8], piece: Piece, chunk: &mut Chunk) {
        let table = self.job.table;
        let raw = matches!(self.job.shape, Shape::Raw);
        let (line, line_end) = bytes.split_at(bytes.len() - piece.line_end);
        let raw_text = raw && table.layout != Layout::JsonLines;
        if raw_text {
            chunk.out.extend_from_slice(line);
        }
        if !piece.last {
            return;
        }
        let detail = match piece.field {
            Some(_) if table.layout != Layout::JsonLines => "one field of the row",
            _ => "the whole row",
        };
        let column = piece.field.filter(|_| table.layout != Layout::JsonLines);
        let column = column.and_then(|place| table.columns.get(place));
        let error = RowError::new(RowErrorKind::TooLong, detail).in_column(column);
        let row = chunk.first_row;
        let line_end = if line_end.is_empty() { &table.line_end } else { line_end };
        match table.layout {
            Layout::Delimited(dialect) if raw => {
                if piece.open_quote {
                    chunk.out.push(QUOTE);
                }
                let missing = table.columns.len().saturating_sub(piece.fields);
                chunk.out.extend(std::iter::repeat_n(dialect.delimiter, missing));
                self.emit(Some(&error), row, |scored, job| {
                    delimited::ours(scored, &job.names, dialect, job.table.encoding, &mut chunk.out);
                    chunk.out.extend_from_slice(line_end);
                });
            }
            _ if raw => self.emit(Some(&error), row, |scored, job| {
                json_lines::append(b"{}", true, scored, &job.names, job.table.encoding, &mut chunk.out);
                chunk.out.extend_from_slice(line_end);
            }),
            _ => self.emit_cells(Some(&error), Vec::new(), row, chunk),
        }
    }

    /// Writes a row whose cells have to be written anew.
    fn emit_cells(&mut self, error: Option<&RowError>, mut cells: Vec<Cell>, row: u64, chunk: &mut Chunk) {
        let columns = self.job.table.columns.len();
        if cells.len() < columns {
            cells.resize(columns, Cell::Empty);
        }
        let mut cut = None;
        if self.job.shape == Shape::Workbook {
            let detail = format!("a cell of a workbook holds {MAX_CELL} characters; it is cut");
            let place = (0..cells.len()).filter(|place| cut_to_fit(&mut cells[*place])).min();
            cut = place
                .map(|place| RowError::new(RowErrorKind::TooLong, detail).in_column(self.job.table.columns.get(place)));
        }
        let error = error.or(cut.as_ref());
        let keys = std::mem::take(&mut self.keys);
        self.emit(error, row, |scored, job| match job.shape {
            Shape::Delimited(dialect) => {
                delimited::cells(&cells, dialect, &mut chunk.out);
                delimited::ours(scored, &job.names, dialect, TextEncoding::Utf8, &mut chunk.out);
                chunk.out.extend_from_slice(dialect.newline());
            }
            Shape::JsonLines => json_lines::write(&keys, &cells, scored, &job.names, &mut chunk.out),
            Shape::Raw | Shape::Workbook | Shape::Parquet => chunk.rows.push((cells, grid::ours(scored, &job.names))),
        });
        self.keys = keys;
    }

    /// Counts a row, and has its result written.
    fn emit(&mut self, error: Option<&RowError>, row: u64, write: impl FnOnce(&Scored<'_>, &Job<'_>)) {
        let job = self.job;
        match error {
            None => {
                self.summary.add(&self.ranked);
                if job.portfolio {
                    self.summary.portfolio.get_or_insert_default().add(row, &self.text, &self.ranked);
                }
                write(&Scored::Ranked(&self.ranked, &self.text), job);
            }
            Some(error) => {
                let message = error.message(&job.table.name, row);
                self.summary.add_error(error, || message.clone());
                write(&Scored::Failed(&message), job);
            }
        }
    }

    fn not_text(&self, wrong: NotText) -> RowError {
        let detail = format!("byte 0x{:02x} in {}", wrong.byte, self.job.table.encoding.name());
        RowError::new(RowErrorKind::NotText, detail)
    }
}
