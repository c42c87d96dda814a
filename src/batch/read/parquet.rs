//! Parquet: rows through the record reader. Columns of nested types are read as JSON.

use std::fs::File;
use std::io;
use std::sync::Arc;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::encoding::TextEncoding;
use super::source::{Input, Source};
use super::spreadsheet::hash_of;
use super::{GridRows, Layout, List, Rows, Table};
use crate::batch::chunk::{CHUNK_ROWS, Cell};
use crate::error::{Error, Result};

struct ParquetRows {
    file: File,
    /// Made when the first row is asked for.
    rows: Option<RowIter<'static>>,
    columns: Vec<String>,
    /// Places of the columns that are read.
    read: Vec<usize>,
}

pub(crate) fn open(source: Source, input: &Input) -> Result<List> {
    let Source { mut reader, file, length, .. } = source;
    let file = if let Some(file) = file {
        file
    } else {
        // Parquet is read from its end.
        let mut spooled = tempfile::tempfile()?;
        io::copy(&mut reader, &mut spooled)?;
        spooled
    };
    let parsed = SerializedFileReader::new(file.try_clone()?).map_err(|error| broken(&error))?;
    let fields = parsed.metadata().file_metadata().schema().get_fields();
    let columns: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    let table = Table {
        name: input.name(),
        columns: columns.clone(),
        layout: Layout::Parquet,
        encoding: TextEncoding::Utf8,
        header: Vec::new(),
        line_end: vec![b'\n'],
    };
    let read = (0..columns.len()).collect();
    let copied = file.try_clone()?;
    let rows = ParquetRows { file, rows: None, columns, read };
    Ok(List { table, rows: Rows::Grid(Box::new(rows)), length, parquet: Some(copied) })
}

impl ParquetRows {
    fn start(&self) -> Result<RowIter<'static>> {
        let reader = SerializedFileReader::new(self.file.try_clone()?).map_err(|error| broken(&error))?;
        let schema = reader.metadata().file_metadata().schema();
        let fields = self.read.iter().map(|place| Arc::clone(&schema.get_fields()[*place])).collect();
        let wanted = Type::group_type_builder(schema.name()).with_fields(fields).build();
        let wanted = wanted.map_err(|error| broken(&error))?;
        RowIter::from_file_into(Box::new(reader)).project(Some(wanted)).map_err(|error| broken(&error))
    }
}

impl GridRows for ParquetRows {
    fn next_rows(&mut self, grid: &mut Vec<Vec<Cell>>) -> Result<()> {
        if self.rows.is_none() {
            self.rows = Some(self.start()?);
        }
        let Some(rows) = &mut self.rows else { return Ok(()) };
        for row in rows.take(CHUNK_ROWS) {
            let row = row.map_err(|error| broken(&error))?;
            let mut cells = vec![Cell::Empty; self.columns.len()];
            for (place, (_, field)) in self.read.iter().zip(row.get_column_iter()) {
                cells[*place] = to_cell(field);
            }
            grid.push(cells);
        }
        Ok(())
    }

    fn need_only(&mut self, columns: &[usize]) {
        columns.clone_into(&mut self.read);
        // The record reader gives them in the order of the file.
        self.read.sort_unstable();
        self.read.dedup();
    }

    fn identity(&mut self) -> Result<u64> {
        Ok(hash_of(&mut self.file)?)
    }
}

fn to_cell(field: &Field) -> Cell {
    match field {
        Field::Null => Cell::Empty,
        Field::Bool(value) => Cell::Bool(*value),
        Field::Byte(number) => Cell::Integer(i64::from(*number)),
        Field::Short(number) => Cell::Integer(i64::from(*number)),
        Field::Int(number) => Cell::Integer(i64::from(*number)),
        Field::Long(number) => Cell::Integer(*number),
        Field::UByte(number) => Cell::Integer(i64::from(*number)),
        Field::UShort(number) => Cell::Integer(i64::from(*number)),
        Field::UInt(number) => Cell::Integer(i64::from(*number)),
        Field::Float(number) if number.is_finite() => Cell::Number(number.to_string().parse().unwrap_or(f64::NAN)),
        Field::Double(number) => Cell::Number(*number),
        Field::Str(text) => Cell::Text(text.clone()),
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => Cell::Text(text.to_owned()),
            Err(_) => Cell::Json(field.to_json_value().to_string()),
        },
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            Cell::Json(field.to_json_value().to_string())
        }
        // Numbers beyond 64 bits, decimals, days and moments are written as the reader writes them.
        other => match other.to_json_value() {
            serde_json::Value::String(text) => Cell::Text(text),
            serde_json::Value::Null => Cell::Empty,
            value => Cell::Json(value.to_string()),
        },
    }
}

pub(crate) fn broken(error: &ParquetError) -> Error {
    Error::data(format!("the Parquet file cannot be read: {error}"))
}
