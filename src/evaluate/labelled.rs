//! Reads labelled profiles: JSONL, or CSV with a header.

use std::fs;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::train::{Classes, Label, lines};

/// A company's text with the clusters that an advisor would name.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// The text.
    pub text: String,
    /// Language as labelled; empty if not said.
    pub language: String,
    /// Style of the text as labelled; empty if not said.
    pub style: String,
    pub(crate) label: Label,
}

/// A row as it is written. Other columns and keys are allowed: a labelled list is somebody's working file.
#[derive(Deserialize)]
struct Row {
    text: String,
    primary: Ids,
    #[serde(default)]
    acceptable: Ids,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    style: String,
}

/// A list of ids, or ids between bars.
#[derive(Default)]
struct Ids(Vec<String>);

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a list of cluster ids, or ids separated by |")]
        enum Either {
            List(Vec<String>),
            Text(String),
        }
        Ok(Ids(match Either::deserialize(deserializer)? {
            Either::List(ids) => ids,
            Either::Text(text) => {
                text.split('|').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
            }
        }))
    }
}

impl Row {
    fn label(self, classes: &Classes<'_>) -> Result<Labelled> {
        let label = classes.label(&self.primary.0, &self.acceptable.0)?;
        Ok(Labelled { text: self.text, language: self.lang, style: self.style, label })
    }
}

/// Reads labelled profiles from a file, or from standard input for `-`. A name that ends in `.csv` says CSV; anything
/// else is JSONL.
///
/// # Errors
/// If the file cannot be read, a line is not as documented, or names a cluster that the catalogue lacks; the error names
/// line and field.
///
/// ```
/// use matcher::{Matcher, evaluate::read_labelled};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/dev.jsonl");
/// let texts = read_labelled(path.as_ref(), Matcher::embedded()?.catalogue())?;
/// assert_eq!(texts[0].language, "da");
/// # Ok::<(), matcher::Error>(())
/// ```
pub fn read_labelled(path: &Path, catalogue: &Catalogue) -> Result<Vec<Labelled>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        Error::text("the file is not UTF-8").at_byte(error.utf8_error().valid_up_to() as u64).in_file(path)
    })?;
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let classes = Classes(catalogue);
    let rows = if is_csv { read_csv(&text, &classes) } else { read_jsonl(&text, &classes) };
    let rows = rows.map_err(|error| error.in_file(path))?;
    if rows.is_empty() {
        return Err(Error::data("there are no labelled profiles in it").in_file(path));
    }
    Ok(rows)
}

fn read_jsonl(text: &str, classes: &Classes<'_>) -> Result<Vec<Labelled>> {
    let read = |(row, line): (u64, &str)| {
        let parsed: Row = serde_json::from_str(line).map_err(|error| Error::data(error.to_string()).at_row(row))?;
        parsed.label(classes).map_err(|error| error.at_row(row))
    };
    lines(text.trim_start_matches('\u{feff}')).map(read).collect()
}

fn read_csv(text: &str, classes: &Classes<'_>) -> Result<Vec<Labelled>> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers().map_err(csv_error)?;
    for column in ["text", "primary"] {
        if !headers.iter().any(|header| header == column) {
            let found: Vec<_> = headers.iter().collect();
            return Err(Error::data("this column is missing")
                .at_row(1)
                .in_column(column)
                .with_hint(format!("the columns are {}", found.join(", "))));
        }
    }
    let mut rows = Vec::new();
    for row in reader.deserialize() {
        let line = rows.len() as u64 + 2;
        let row: Row = row.map_err(csv_error)?;
        rows.push(row.label(classes).map_err(|error| error.at_row(line))?);
    }
    Ok(rows)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn csv_error(error: csv::Error) -> Error {
    let row = error.position().map(csv::Position::line);
    let error = Error::data(error.to_string());
    match row {
        Some(row) => error.at_row(row),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Matcher;

    fn csv(text: &str) -> Result<Vec<Labelled>> {
        read_csv(text, &Classes(Matcher::embedded().expect("the embedded model").catalogue()))
    }

    #[test]
    fn csv_and_jsonl_say_the_same() {
        let matcher = Matcher::embedded().expect("the embedded model");
        let from_csv = csv("\u{feff}text,primary,acceptable\nvi sejler,marlog|made,\nfrisør,,\n").expect("sound");
        let json = "{\"text\":\"vi sejler\",\"primary\":[\"marlog\",\"made\"]}\n\n{\"text\":\"x\",\"primary\":[]}";
        let from_json = read_jsonl(json, &Classes(matcher.catalogue())).expect("sound");
        assert_eq!(from_csv[0].label, from_json[0].label);
        assert_eq!(from_csv[1].label, from_json[1].label);
    }

    #[test]
    fn faults_name_the_place() {
        let fault = |text: &str| csv(text).expect_err("broken").to_string();
        assert_eq!(fault("text,label\na,b\n"), "line 1, `primary`: this column is missing");
        assert_eq!(
            fault("text,primary\na,marlog\nb,marlogg\n"),
            "line 3, `primary`: no cluster has the id \"marlogg\""
        );
    }
}
