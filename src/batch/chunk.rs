//! What travels through the pipeline: some rows as they were read, and beside them what became of them.

use super::summary::Summary;
use crate::batch::row_error::RowErrorKind;

/// A chunk is closed at the end of the first row that reaches this many bytes. Where it is cut depends on the rows
/// alone, never on how the system hands out bytes, so that a resumed run cuts at the same places.
pub(crate) const CHUNK_BYTES: usize = 256 << 10;

/// Rows of a workbook or a Parquet file in one chunk.
pub(crate) const CHUNK_ROWS: usize = 1024;

/// Some consecutive rows. Chunks are used again and again, so that a list of any length needs the same memory.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// Counted from 0 in the order of the input.
    pub(crate) number: u64,
    /// Number of its first row as a spreadsheet would show it: the header is row 1.
    pub(crate) first_row: u64,
    /// Rows of a text form.
    pub(crate) bytes: Vec<u8>,
    pub(crate) records: Vec<Record>,
    /// Rows of the other forms.
    pub(crate) grid: Vec<Vec<Cell>>,
    /// Set if this is part of a single row that is too long to be held.
    pub(crate) piece: Option<Piece>,
    /// The place in the input after its last row.
    pub(crate) after: Mark,
    /// The output, for text forms.
    pub(crate) out: Vec<u8>,
    /// The output, for the other forms: the input's cells, and ours.
    pub(crate) rows: Vec<(Vec<Cell>, Vec<Cell>)>,
    pub(crate) summary: Summary,
    /// The run was told to stop, and this may be the last chunk.
    pub(crate) stop_follows: bool,
}

/// A row of a text form inside [`Chunk::bytes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) start: usize,
    /// Where its last field ends.
    pub(crate) end: usize,
    /// Where the next row starts; between the two is the line end.
    pub(crate) next: usize,
    /// What the reader already knows to be wrong.
    pub(crate) fault: Option<RowErrorKind>,
}

/// Part of a row of which a field, or all together, are longer than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Whether the row ends here.
    pub(crate) last: bool,
    /// Fields seen so far.
    pub(crate) fields: usize,
    /// The field that is too long, if it is one field.
    pub(crate) field: Option<usize>,
    /// Whether the row ends inside a quoted field, so that the quote has to be closed for it.
    pub(crate) open_quote: bool,
    /// Length of the line end, which follows the row in [`Chunk::bytes`].
    pub(crate) line_end: usize,
}

/// A place in the input that a later run can return to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Mark {
    /// Bytes of text before it, after decompression.
    pub(crate) offset: u64,
    /// Rows before it, the header included.
    pub(crate) rows: u64,
    /// Hash of all bytes before it.
    pub(crate) hash: u64,
    /// Whether the next row starts here.
    pub(crate) between_rows: bool,
}

/// A cell that has a type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Integer(i64),
    Bool(bool),
    /// A day or a moment: as a spreadsheet counts it, and as ISO 8601 writes it.
    Date(f64, String),
    /// A value that is JSON already.
    Json(String),
}

impl Cell {
    /// The cell as text, as it would stand in a CSV file.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Json(text) | Cell::Date(_, text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Integer(number) => number.to_string(),
            Cell::Bool(value) => value.to_string(),
        }
    }
}

impl Chunk {
    /// Makes room for other rows; memory is kept unless a single huge row made it large.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.out.clear();
        self.bytes.shrink_to(4 * CHUNK_BYTES);
        self.out.shrink_to(8 * CHUNK_BYTES);
        self.records.clear();
        self.grid.clear();
        self.rows.clear();
        self.piece = None;
        self.summary = Summary::default();
    }
}
