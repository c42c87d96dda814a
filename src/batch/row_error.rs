//! What can be wrong with one row. The row comes out all the same, with this in its column `error`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kinds of faulty rows, as the summary counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowErrorKind {
    /// More or fewer fields than the header.
    FieldCount,
    /// A quote opens a field and nothing closes it.
    UnclosedQuote,
    /// A field, or the whole row, is longer than what is read.
    TooLong,
    /// Bytes that are no text in the file's encoding.
    NotText,
    /// A line that is no JSON object.
    NotJson,
    /// The value is of a kind that cannot be read as text.
    WrongType,
    /// The profile is empty.
    Empty,
}

impl RowErrorKind {
    /// All kinds, in the order of the summary.
    pub const ALL: [RowErrorKind; 7] = [
        RowErrorKind::FieldCount,
        RowErrorKind::UnclosedQuote,
        RowErrorKind::TooLong,
        RowErrorKind::NotText,
        RowErrorKind::NotJson,
        RowErrorKind::WrongType,
        RowErrorKind::Empty,
    ];

    /// In words, for a count: `3 × empty profile`.
    pub fn name(self) -> &'static str {
        match self {
            RowErrorKind::FieldCount => "wrong number of fields",
            RowErrorKind::UnclosedQuote => "unclosed quote",
            RowErrorKind::TooLong => "field over the limit",
            RowErrorKind::NotText => "bytes that are no text",
            RowErrorKind::NotJson => "no JSON object",
            RowErrorKind::WrongType => "value that is no text",
            RowErrorKind::Empty => "empty profile",
        }
    }
}

/// A faulty row: what, and in which column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowError {
    pub(crate) kind: RowErrorKind,
    pub(crate) column: Option<String>,
    pub(crate) detail: String,
}

impl RowError {
    pub(crate) fn new(kind: RowErrorKind, detail: impl Into<String>) -> RowError {
        RowError { kind, column: None, detail: detail.into() }
    }

    pub(crate) fn in_column(mut self, column: Option<&String>) -> RowError {
        self.column = column.cloned();
        self
    }

    /// The whole message: file, row, column, what is wrong.
    pub(crate) fn message(&self, file: &str, row: u64) -> String {
        let column = match &self.column {
            Some(column) => format!(", `{column}`"),
            None => String::new(),
        };
        format!("{file}: row {row}{column}: {self}")
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}
