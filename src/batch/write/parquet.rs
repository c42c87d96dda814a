//! Parquet. From Parquet, the input's column chunks are copied as they are, whatever their types, and ours come after
//! them in the same row groups. From other forms, every column is text.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::ours::Names;
use super::target::{Target, Unfinished};
use super::{Output, Sink};
use crate::batch::chunk::{Cell, Chunk};
use crate::batch::columns::distinct;
use crate::batch::read::Table;
use crate::batch::summary::Summary;
use crate::error::{Error, Result};

/// Rows of a row group, where the input has none.
const GROUP_ROWS: usize = 1 << 16;

/// Bytes of text of a row group, where the input has none.
const GROUP_BYTES: usize = 32 << 20;

pub(crate) struct ParquetSink {
    writer: SerializedFileWriter<BufWriter<Target>>,
    /// Cells that wait for their row group to be full.
    rows: Vec<(Vec<Cell>, Vec<Cell>)>,
    bytes: usize,
    columns: usize,
    /// Our columns that hold numbers.
    numbers: Vec<bool>,
    input: Option<Groups>,
    unfinished: Unfinished,
}

/// Row groups of the input that are copied.
struct Groups {
    file: File,
    reader: SerializedFileReader<File>,
    next: usize,
}

impl ParquetSink {
    pub(crate) fn open(output: &Output, table: &Table, names: &Names<'_>, file: Option<File>) -> Result<ParquetSink> {
        let numbers: Vec<bool> = names
            .columns
            .iter()
            .enumerate()
            .map(|(place, _)| place >= 2 && place < 2 + 2 * names.top && place % 2 == 1)
            .collect();
        let input = match file {
            Some(file) => {
                let reader = SerializedFileReader::new(file.try_clone()?).map_err(|error| failed(&error))?;
                Some(Groups { file, reader, next: 0 })
            }
            None => None,
        };
        let mut fields: Vec<TypePtr> = match &input {
            Some(groups) => groups.reader.metadata().file_metadata().schema().get_fields().to_vec(),
            None => distinct(&table.columns).iter().map(|name| text(name)).collect::<Result<_>>()?,
        };
        for (name, number) in names.columns.iter().zip(&numbers) {
            fields.push(if *number { double(name)? } else { text(name)? });
        }
        let schema = Type::group_type_builder("schema").with_fields(fields).build().map_err(|error| failed(&error))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_created_by(concat!("matcher ", env!("CARGO_PKG_VERSION")).to_owned());
        let target = Target::open(output, false)?;
        let unfinished = Unfinished::of(&target);
        let target = BufWriter::new(target);
        let writer = SerializedFileWriter::new(target, Arc::new(schema), Arc::new(properties.build()));
        let writer = writer.map_err(|error| failed(&error))?;
        Ok(ParquetSink { writer, rows: Vec::new(), bytes: 0, columns: table.columns.len(), numbers, input, unfinished })
    }

    /// Writes row groups as long as there are rows enough.
    fn write_groups(&mut self, all: bool) -> Result<()> {
        loop {
            let rows = match &self.input {
                Some(groups) => {
                    let metadata = groups.reader.metadata();
                    if groups.next == metadata.num_row_groups() {
                        return Ok(());
                    }
                    usize::try_from(metadata.row_group(groups.next).num_rows()).unwrap_or(usize::MAX)
                }
                None if self.rows.len() >= GROUP_ROWS || self.bytes >= GROUP_BYTES || all => self.rows.len(),
                None => return Ok(()),
            };
            if rows > self.rows.len() || (self.input.is_none() && rows == 0) {
                return Ok(());
            }
            let rows: Vec<_> = self.rows.drain(..rows).collect();
            self.bytes = 0;
            let written = self.write_group(&rows);
            written.map_err(|error| self.located(&error))?;
        }
    }

    fn write_group(&mut self, rows: &[(Vec<Cell>, Vec<Cell>)]) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        match &mut self.input {
            Some(groups) => {
                let metadata = groups.reader.metadata().row_group(groups.next).clone();
                for column in metadata.columns() {
                    let close = ColumnCloseResult {
                        bytes_written: u64::try_from(column.compressed_size()).unwrap_or(0),
                        rows_written: u64::try_from(metadata.num_rows()).unwrap_or(0),
                        metadata: column.clone(),
                        bloom_filter: None,
                        column_index: None,
                        offset_index: None,
                    };
                    group.append_column(&groups.file, close)?;
                }
                groups.next += 1;
            }
            None => {
                for place in 0..self.columns {
                    write_column::<ByteArrayType, _>(&mut group, rows.iter().map(|(input, _)| &input[place]), as_text)?;
                }
            }
        }
        for (place, number) in self.numbers.iter().enumerate() {
            let cells = rows.iter().map(|(_, ours)| &ours[place]);
            if *number {
                write_column::<DoubleType, _>(&mut group, cells, as_number)?;
            } else {
                write_column::<ByteArrayType, _>(&mut group, cells, as_text)?;
            }
        }
        group.close()?;
        Ok(())
    }

    fn located(&self, error: &ParquetError) -> Error {
        let target = self.writer.inner().get_ref();
        match io_kind(error) {
            Some(error) => target.error(error),
            None => failed(error),
        }
    }
}

impl Sink for ParquetSink {
    fn write(&mut self, chunk: &mut Chunk, _summary: &Summary) -> Result<()> {
        for (mut input, mut ours) in chunk.rows.drain(..) {
            if input.len() > self.columns {
                // There is no column for them; the error, which such a row has, keeps them.
                let surplus: Vec<String> = input.drain(self.columns..).map(|cell| cell.to_text()).collect();
                if let Some(Cell::Text(error)) = ours.last_mut() {
                    error.push_str("; beyond the header: ");
                    error.push_str(&surplus.join(" | "));
                }
            }
            self.bytes +=
                input.iter().map(|cell| if let Cell::Text(text) = cell { text.len() } else { 8 }).sum::<usize>();
            self.rows.push((input, ours));
        }
        self.write_groups(false)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.write_groups(true)?;
        if let Err(error) = self.writer.finish() {
            return Err(self.located(&error));
        }
        self.writer.inner_mut().get_mut().commit()?;
        self.unfinished.keep();
        Ok(())
    }
}

/// Writes the next column of a group; `value` gives what a cell holds, if it holds anything.
fn write_column<'c, T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cells: impl Iterator<Item = &'c Cell>,
    value: fn(&Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        let value = value(cell);
        levels.push(i16::from(value.is_some()));
        values.extend(value);
    }
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn as_text(cell: &Cell) -> Option<ByteArray> {
    (*cell != Cell::Empty).then(|| ByteArray::from(cell.to_text().into_bytes()))
}

fn as_number(cell: &Cell) -> Option<f64> {
    if let Cell::Number(number) = cell { Some(*number) } else { None }
}

fn text(name: &str) -> Result<TypePtr> {
    let field = Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::String));
    field.build().map(Arc::new).map_err(|error| failed(&error))
}

fn double(name: &str) -> Result<TypePtr> {
    let field = Type::primitive_type_builder(name, Physical::DOUBLE).with_repetition(Repetition::OPTIONAL);
    field.build().map(Arc::new).map_err(|error| failed(&error))
}

/// The system's own error, where there is one inside.
fn io_kind(error: &ParquetError) -> Option<io::Error> {
    match error {
        ParquetError::External(inner) => {
            inner.downcast_ref::<io::Error>().map(|error| io::Error::new(error.kind(), error.to_string()))
        }
        _ => None,
    }
}

fn failed(error: &ParquetError) -> Error {
    Error::data(format!("the Parquet file cannot be made: {error}"))
}
