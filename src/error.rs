//! One error for the whole house: what went wrong, where, and what to do next.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with its position where there is one.
///
/// ```
/// use matcher::{ErrorKind, Matcher};
///
/// let error = Matcher::load("no/such/model.bin").unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::Io(_)));
/// assert!(error.to_string().starts_with("no/such/model.bin: "));
/// ```
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    position: Position,
    hint: Option<String>,
}

/// The kinds of failure that a caller may want to tell apart.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or stream could not be read or written.
    Io(io::Error),
    /// The catalogue of clusters breaks one of its own rules.
    Catalogue(String),
    /// Training data or labelled profiles are not as they should be.
    Data(String),
    /// The model file is damaged, or of another version than this program reads.
    Model(String),
    /// The text cannot be read: too long, or not UTF-8.
    Text(String),
    /// The caller asked for something that does not exist or does not go together.
    Usage(String),
    /// Training failed numerically.
    Training(String),
}

/// Where in which file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The file, where the input was one.
    pub file: Option<PathBuf>,
    /// Line or row, counted from 1.
    pub row: Option<u64>,
    /// The column's or key's name.
    pub column: Option<String>,
    /// Offset in bytes, counted from 0.
    pub byte: Option<u64>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Error(Box::new(Inner { kind, position: Position::default(), hint: None }))
    }

    pub(crate) fn catalogue(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Catalogue(message.into()))
    }

    #[cfg(any(test, feature = "batch", feature = "train"))]
    pub(crate) fn data(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Data(message.into()))
    }

    pub(crate) fn model(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Model(message.into()))
    }

    pub(crate) fn text(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Text(message.into()))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::Usage(message.into()))
    }

    pub(crate) fn io(path: &Path, error: io::Error) -> Self {
        Error::from(error).in_file(path)
    }

    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        self.0.position.file.get_or_insert_with(|| path.to_owned());
        self
    }

    pub(crate) fn at_row(mut self, row: u64) -> Self {
        self.0.position.row.get_or_insert(row);
        self
    }

    pub(crate) fn in_column(mut self, column: impl Into<String>) -> Self {
        self.0.position.column.get_or_insert_with(|| column.into());
        self
    }

    #[cfg(feature = "train")]
    pub(crate) fn at_byte(mut self, byte: u64) -> Self {
        self.0.position.byte.get_or_insert(byte);
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// What kind of failure this is.
    ///
    /// ```
    /// let error = matcher::Matcher::load("no/such/model.bin").unwrap_err();
    /// assert!(matches!(error.kind(), matcher::ErrorKind::Io(_)));
    /// ```
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Where it happened.
    ///
    /// ```
    /// let error = matcher::Matcher::load("no/such/model.bin").unwrap_err();
    /// assert_eq!(error.position().file.as_deref(), Some("no/such/model.bin".as_ref()));
    /// ```
    pub fn position(&self) -> &Position {
        &self.0.position
    }

    /// What to try next, where there is something to try.
    ///
    /// ```
    /// let error = matcher::Matcher::from_bytes(b"MATCHER\0\0\0\0\0".repeat(4)).unwrap_err();
    /// assert_eq!(error.hint(), Some("make the model again with `matcher train`"));
    /// ```
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Whether the run was told to stop.
    pub fn is_interrupted(&self) -> bool {
        matches!(&self.0.kind, ErrorKind::Io(error) if error.kind() == io::ErrorKind::Interrupted)
    }

    /// Whether the reader of our output has gone away, which is no failure of ours.
    ///
    /// ```
    /// let error = matcher::Matcher::load("no/such/model.bin").unwrap_err();
    /// assert!(!error.is_broken_pipe());
    /// ```
    pub fn is_broken_pipe(&self) -> bool {
        matches!(&self.0.kind, ErrorKind::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(file) = &self.file {
            write!(f, "{}", file.display())?;
            separator = ": ";
        }
        if let Some(row) = self.row {
            write!(f, "{separator}line {row}")?;
            separator = ", ";
        }
        if let Some(column) = &self.column {
            write!(f, "{separator}`{column}`")?;
            separator = ", ";
        }
        if let Some(byte) = self.byte {
            write!(f, "{separator}byte {byte}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.position != Position::default() {
            write!(f, "{}: ", self.0.position)?;
        }
        match &self.0.kind {
            ErrorKind::Io(error) => error.fmt(f),
            ErrorKind::Catalogue(message)
            | ErrorKind::Data(message)
            | ErrorKind::Model(message)
            | ErrorKind::Text(message)
            | ErrorKind::Usage(message)
            | ErrorKind::Training(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            ErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::new(ErrorKind::Io(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_stands_before_the_message() {
        let error = Error::data("no such cluster").at_row(17).in_column("primary").in_file(Path::new("a.jsonl"));
        assert_eq!(error.to_string(), "a.jsonl: line 17, `primary`: no such cluster");
        assert_eq!(Error::model("truncated").to_string(), "truncated");
    }

    #[test]
    fn the_innermost_place_wins() {
        let error = Error::data("x").at_row(1).at_row(2);
        assert_eq!(error.position().row, Some(1));
    }
}
