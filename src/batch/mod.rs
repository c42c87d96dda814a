//! Scores a list, whatever its size: a row in, a row out, in the same order, with our columns after the input's.
//!
//! One thread reads and finds where rows end; all cores score and write them into memory; the calling thread puts the
//! results in order and into the output. Chunks of rows travel in a fixed number of buffers, so memory does not depend
//! on the number of rows.
//!
//! ```
//! use matcher::Matcher;
//! use matcher::batch::{Input, Options, Output, Watch, batch};
//!
//! let dir = std::env::temp_dir();
//! let (list, scored) = (dir.join("matcher-doc-list.csv"), dir.join("matcher-doc-scored.csv"));
//! std::fs::write(&list, "company;tekst\nNord ApS;vi bygger skibsmotorer til færger\n")?;
//! let matcher = Matcher::embedded()?;
//! let summary =
//!     batch(&matcher, &Input::File(list), &Output::File(scored.clone()), &Options::default(), &Watch::default())?;
//! assert_eq!((summary.rows, summary.failed()), (1, 0));
//! let text = std::fs::read_to_string(&scored)?;
//! assert!(text.starts_with("company;tekst;language;verdict;cluster_1;"));
//! assert!(text.contains("færger;da;fit;marlog;"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chunk;
mod columns;
mod pipeline;
mod read;
#[cfg(feature = "report")]
pub mod report;
mod resume;
mod row_error;
mod summary;
mod watch;
mod worker;
mod write;

pub use self::read::dialect::{Dialect, parse_delimiter};
pub use self::read::scanner::Limits;
pub use self::read::source::Input;
pub use self::row_error::RowErrorKind;
pub use self::summary::{DoubtfulRow, Portfolio, Summary, ThinRow};
pub use self::watch::Watch;
#[cfg(feature = "report")]
pub use self::write::report_file::ReportFile;
pub use self::write::{Form, Output};
use crate::error::Result;
use crate::matcher::Matcher;

#[doc(hidden)]
pub mod fuzzing;

/// How a list is read, scored and written.
#[derive(Clone, Debug)]
pub struct Options {
    /// Columns that hold the profile, joined if there are several; if none are named, the first that is named like a
    /// profile.
    pub text_columns: Vec<String>,
    /// Stands before the names of our columns.
    pub prefix: String,
    /// How many clusters, which of them, in which language; `explain` is for the column `reasons` and on by default.
    pub suggest: crate::matcher::Options,
    /// Threads that score; 0 for one a core.
    pub threads: usize,
    /// Separates fields; if not given, the header decides.
    pub delimiter: Option<u8>,
    /// Label of the text's encoding; if not given, the bytes decide.
    pub encoding: Option<String>,
    /// Name of the workbook's sheet; if not given, the first.
    pub sheet: Option<String>,
    /// Form of the output; if not given, its name decides, or else it is the input's.
    pub form: Option<Form>,
    /// Write what a Danish Excel opens by a double click: a byte order mark and semicolons. Numbers keep their point.
    pub excel: bool,
    /// Go on where an earlier run stopped.
    pub resume: bool,
    /// How long a row may be and still be read.
    pub limits: Limits,
    /// Gather what a report needs beside the counts.
    pub portfolio: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            text_columns: Vec::new(),
            prefix: String::new(),
            suggest: crate::matcher::Options { explain: true, ..crate::matcher::Options::default() },
            threads: 0,
            delimiter: None,
            encoding: None,
            sheet: None,
            form: None,
            excel: false,
            resume: false,
            limits: Limits::default(),
            portfolio: false,
        }
    }
}

/// Scores the list `input` into `output`. Rows that cannot be scored come out with the reason in the column `error`;
/// the summary counts them.
///
/// # Errors
/// If the input cannot be read at all or has no column that could be a profile, if the output cannot be written or is
/// the input itself, if an earlier run cannot be resumed, or if the watch says stop. What was written by then is kept
/// beside the output under another name.
pub fn batch(matcher: &Matcher, input: &Input, output: &Output, options: &Options, watch: &Watch) -> Result<Summary> {
    pipeline::run(matcher, input, output, options, watch)
}
