//! Workbooks, XLSX. Rows leave memory as they come; the file is put together at the end.

use std::io::Write;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::ours::Names;
use super::target::{Target, Unfinished};
use super::{Output, Sink};
use crate::batch::chunk::{Cell, Chunk};
use crate::batch::read::Table;
use crate::batch::summary::Summary;
use crate::error::{Error, Result};

/// Rows and columns of a sheet.
const MAX_ROWS: u32 = 1_048_576;
const MAX_COLUMNS: usize = 16_384;

/// UTF-16 units of a cell.
pub(crate) const MAX_CELL: usize = 32_767;

pub(crate) struct WorkbookSink {
    target: Target,
    workbook: Workbook,
    row: u32,
    columns: usize,
    day: Format,
    moment: Format,
    time: Format,
    unfinished: Unfinished,
}

impl WorkbookSink {
    pub(crate) fn open(output: &Output, table: &Table, names: &Names<'_>) -> Result<WorkbookSink> {
        let columns = table.columns.len();
        if columns + names.columns.len() > MAX_COLUMNS {
            let message =
                format!("a sheet has {MAX_COLUMNS} columns, and {} are needed", columns + names.columns.len());
            return Err(Error::usage(message).with_hint("write CSV instead"));
        }
        let target = Target::open(output, false)?;
        let mut workbook = Workbook::new();
        // The same rows make the same bytes on any day.
        let day = ExcelDateTime::from_ymd(2026, 1, 1).map_err(|error| unwritable(&error))?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&day));
        let bold = Format::new().set_bold();
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(|error| unwritable(&error))?;
        for (column, name) in (0..).zip(table.columns.iter().chain(&names.columns)) {
            sheet.write_string_with_format(0, column, name.as_str(), &bold).map_err(|error| unwritable(&error))?;
        }
        Ok(WorkbookSink {
            unfinished: Unfinished::of(&target),
            target,
            workbook,
            row: 1,
            columns,
            day: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            time: Format::new().set_num_format("[h]:mm:ss"),
        })
    }
}

impl Sink for WorkbookSink {
    fn write(&mut self, chunk: &mut Chunk, _summary: &Summary) -> Result<()> {
        let WorkbookSink { workbook, row, columns, day, moment, time, .. } = self;
        let sheet = workbook.worksheet_from_index(0).map_err(|error| unwritable(&error))?;
        for (input, ours) in &chunk.rows {
            if *row == MAX_ROWS {
                return Err(Error::data(format!("a sheet holds {MAX_ROWS} rows, and the list has more"))
                    .with_hint("write CSV or Parquet instead"));
            }
            // Fields that the header has no names for come last, so that ours stay in their columns.
            let (input, surplus) = input.split_at(*columns);
            for (column, cell) in (0..).zip(input.iter().chain(ours).chain(surplus)) {
                let written = match cell {
                    Cell::Date(serial, text) => {
                        let format = match text.as_str() {
                            text if !text.contains('-') => &*time,
                            text if text.contains('T') => &*moment,
                            _ => &*day,
                        };
                        sheet.write_number_with_format(*row, column, *serial, format).map(drop)
                    }
                    cell => write_cell(sheet, *row, column, cell),
                };
                written.map_err(|error| unwritable(&error).at_row(u64::from(*row) + 1))?;
            }
            *row += 1;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        let saved = self.workbook.save_to_writer(std::io::BufWriter::new(&mut self.target));
        if let Err(error) = saved {
            return Err(match error {
                XlsxError::IoError(error) => self.target.error(error),
                error => unwritable(&error),
            });
        }
        self.target.flush().map_err(|error| self.target.error(error))?;
        self.target.commit()?;
        self.unfinished.keep();
        Ok(())
    }
}

/// Shortens a cell to what a sheet can hold; whether it had to.
pub(crate) fn cut_to_fit(cell: &mut Cell) -> bool {
    let (Cell::Text(text) | Cell::Json(text)) = cell else { return false };
    if text.len() <= MAX_CELL || text.encode_utf16().count() <= MAX_CELL {
        return false;
    }
    let mut units = 0;
    let fits = |(_, c): &(usize, char)| {
        units += c.len_utf16();
        units <= MAX_CELL
    };
    let end = text.char_indices().take_while(fits).last().map_or(0, |(at, c)| at + c.len_utf8());
    text.truncate(end);
    true
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => Ok(()),
        Cell::Bool(value) => sheet.write_boolean(row, column, *value).map(drop),
        Cell::Number(number) if number.is_finite() => sheet.write_number(row, column, *number).map(drop),
        // A number that a double cannot hold is kept as text.
        Cell::Integer(number) if number.unsigned_abs() < 1 << 53 => {
            sheet.write_number(row, column, *number as f64).map(drop)
        }
        other => sheet.write_string(row, column, other.to_text()).map(drop),
    }
}

fn unwritable(error: &XlsxError) -> Error {
    Error::data(format!("the workbook cannot be written: {error}")).with_hint("write CSV instead")
}
