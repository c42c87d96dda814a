//! What may be written on the command line.

mod choices;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;

pub(crate) use self::choices::{Form, Format, Keep, ProfileLanguage, RankerName, Ui, VerdictName, When};

/// Tells which of Denmark's 14 national business clusters fits a company, in the company's own words.
///
/// Works offline, in Danish and English. Exit codes: 0 done (also when no cluster fits), 1 done but some rows could not
/// be scored or a threshold was missed, 2 error.
#[derive(Debug, Parser)]
#[command(name = "matcher", version, arg_required_else_help = true, infer_subcommands = false)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Use this model instead of the embedded one
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    /// Use the facts of this catalogue instead of the model's own
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) catalogue: Option<PathBuf>,
    /// Language of the profile
    #[arg(long, global = true, value_name = "LANGUAGE", default_value = "auto")]
    pub(crate) lang: ProfileLanguage,
    /// Language that the program speaks [default: from the locale]
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) ui: Option<Ui>,
    /// Form of the results [default: table; for a list, its own form]
    #[arg(long, global = true, value_name = "FORM")]
    pub(crate) format: Option<Form>,
    /// Write the results to this file, complete or not at all; `-` is standard output
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// When to use colour; `NO_COLOR` is respected too
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// When to show progress
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: When,
    /// Print results and errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Rank the clusters for one company
    Suggest(Suggest),
    /// Score a list of companies, row by row
    Batch(Batch),
    /// List the clusters, or show one
    Clusters(Clusters),
    /// Open the advisor's desk in the browser, and the HTTP API
    Serve(Serve),
    /// Look at the decisions that advisors recorded, and delete them
    Cases(Cases),
    /// Make a model from a data folder
    Train(Train),
    /// Measure rankers on labelled profiles
    Evaluate(Evaluate),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}

/// `matcher suggest`.
#[derive(Debug, Args)]
pub(crate) struct Suggest {
    /// What the company does, in its own words; without it, standard input is read
    #[arg(value_name = "TEXT")]
    pub(crate) text: Vec<String>,
    /// Read the text from a file; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub(crate) file: Option<PathBuf>,
    /// How many clusters to list; 0 for all
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) top: usize,
    /// Show which words speak for and against each cluster
    #[arg(long)]
    pub(crate) explain: bool,
    /// Give the clusters' status as of this day, such as 2021-06-01 [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// Leave out clusters that have closed
    #[arg(long)]
    pub(crate) only_active: bool,
}

/// `matcher batch`.
///
/// Reads CSV in any dialect and encoding, JSONL, XLSX, XLS, ODS and Parquet, also `.gz` and `.zst`, and writes the same
/// form with columns for language, verdict, clusters, probabilities, reasons and errors after those of the input.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  matcher batch companies.csv -o scored.csv\n  matcher batch list.xlsx -o list-scored.xlsx --report report.html\n  zcat big.csv.gz | matcher batch - --text-column purpose > scored.csv"
)]
pub(crate) struct Batch {
    /// The list; `-` is standard input
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// Column that holds the profile; may be given more than once [default: the first named like one]
    #[arg(long, value_name = "NAME")]
    pub(crate) text_column: Vec<String>,
    /// How many clusters to list for each row; 0 for all
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) top: usize,
    /// Threads to score with [default: all cores]; the result is the same for any number
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<usize>,
    /// Go on where an earlier run with the same options stopped
    #[arg(long)]
    pub(crate) resume: bool,
    /// Encoding of the list, such as windows-1252 [default: found out]
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// What separates fields [default: as the header shows]
    #[arg(long, value_name = "C", value_parser = delimiter)]
    pub(crate) delimiter: Option<u8>,
    /// Sheet of the workbook to read [default: the first]
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// Put this before the names of our columns
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) prefix: String,
    /// Write CSV that a Danish Excel opens in columns by a double click; numbers keep their point, so take .xlsx to
    /// calculate with them
    #[arg(long)]
    pub(crate) excel: bool,
    /// Write a page about the list to this file too: counts, a map, and the rows that people should look at
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Longest field that is read, in bytes [default: 1 MiB]
    #[arg(long, value_name = "BYTES", value_parser = max_field)]
    pub(crate) max_field: Option<usize>,
    /// Take the clusters' status as of this day, such as 2021-06-01 [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// Leave out clusters that have closed
    #[arg(long)]
    pub(crate) only_active: bool,
}

/// `matcher clusters`.
#[derive(Debug, Args)]
pub(crate) struct Clusters {
    /// The cluster to show
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Give the status as of this day [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
}

/// `matcher serve`.
///
/// Runs on this machine and sends nothing anywhere. Ends on Ctrl-C or SIGTERM, after finishing what was begun.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one. An address that other machines can reach needs a token
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    pub(crate) listen: SocketAddr,
    /// A name under which browsers reach it, beside its addresses and `localhost`; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// File with the cases [default: cases.sqlite3 in the user's data folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// Do not open the browser
    #[arg(long)]
    pub(crate) no_open: bool,
    /// File whose first line everybody has to know who asks this server
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Delete cases after so many days [default: never]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) retention_days: Option<u32>,
    /// What is kept of a company's text
    #[arg(long, value_name = "WHAT", default_value = "full")]
    pub(crate) keep_text: Keep,
}

/// `matcher cases`.
#[derive(Debug, Args)]
pub(crate) struct Cases {
    #[command(subcommand)]
    pub(crate) command: CasesCommand,
    /// File with the cases [default: cases.sqlite3 in the user's data folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CasesCommand {
    /// List cases, the newest first
    List {
        #[command(flatten)]
        choice: CasesChoice,
        /// How many to list; 0 for all
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Show one case
    Show {
        /// Its id
        id: String,
    },
    /// Write cases with all that is kept of them, as CSV unless another form is asked for
    Export {
        #[command(flatten)]
        choice: CasesChoice,
    },
    /// Delete cases so that no bytes of them are left
    Delete {
        /// Their ids
        #[arg(required_unless_present = "older_than_days")]
        id: Vec<String>,
        /// Delete all that are older than so many days
        #[arg(long, value_name = "N", conflicts_with = "id", value_parser = clap::value_parser!(u32).range(0..=36500))]
        older_than_days: Option<u32>,
    },
}

/// Which cases.
#[derive(Debug, Args)]
pub(crate) struct CasesChoice {
    /// Only those with these words in text, note, decision or id
    #[arg(long, value_name = "WORDS")]
    pub(crate) query: Option<String>,
    /// Only those with this verdict
    #[arg(long, value_name = "VERDICT")]
    pub(crate) verdict: Option<VerdictName>,
    /// First those whose two best clusters were closest
    #[arg(long)]
    pub(crate) doubtful: bool,
}

/// `matcher train`.
#[derive(Debug, Args)]
pub(crate) struct Train {
    /// Folder with clusters.toml and, to learn from, profiles/ and lexicon/
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub(crate) data: PathBuf,
    /// Threads to use [default: all cores]; the model is the same for any number
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Make no model, but list the profiles whose labels cross-validation doubts most
    #[arg(long)]
    pub(crate) audit: bool,
    /// How many doubtful profiles to list; 0 for all, the most doubtful first
    #[arg(long, value_name = "N", default_value_t = 300, requires = "audit")]
    pub(crate) top: usize,
}

/// `matcher evaluate`.
#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    /// Labelled profiles, JSONL or CSV; `-` is standard input
    #[arg(value_name = "LABELLED")]
    pub(crate) labelled: PathBuf,
    /// What to measure; may be given more than once
    #[arg(long, value_name = "NAME", default_value = "model")]
    pub(crate) ranker: Vec<RankerName>,
    /// Exit with 1 unless the first ranker reaches this, as in `top1=0.85`; may be given more than once
    #[arg(long, value_name = "MEASURE=VALUE", value_parser = threshold)]
    pub(crate) at_least: Vec<(String, f64)>,
    /// Write a summary with all measures and wrong answers, and charts, to this folder: summary.md, reliability.svg and
    /// confusion.svg; charts are those of the first ranker
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
    /// Fit models to ever greater parts of this data folder, and add learning-curve.svg to the report; takes minutes
    #[arg(long, value_name = "DIR", requires = "report")]
    pub(crate) data: Option<PathBuf>,
}

/// `matcher completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

impl Common {
    /// The language to speak: as asked for, else Danish in a Danish locale, else English.
    pub(crate) fn ui(&self) -> Ui {
        self.ui.unwrap_or_else(|| match sys_locale::get_locale() {
            Some(locale) if locale.starts_with("da") => Ui::Da,
            _ => Ui::En,
        })
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    crate::batch::parse_delimiter(text).map_err(|error| error.to_string())
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads @ 1..=1024) => Ok(threads),
        _ => Err("a number between 1 and 1024 is expected".to_owned()),
    }
}

fn max_field(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(bytes @ 16..=crate::matcher::MAX_TEXT_BYTES) => Ok(bytes),
        _ => Err(format!("a number of bytes between 16 and {} is expected", crate::matcher::MAX_TEXT_BYTES)),
    }
}

fn threshold(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text.split_once('=').ok_or("a measure and a value are expected, as in top1=0.85")?;
    if !crate::evaluate::NAMES.contains(&name) {
        return Err(format!("the measures are {}", crate::evaluate::NAMES.join(", ")));
    }
    let value = value.parse().map_err(|_| format!("{value:?} is no number"))?;
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
