//! Reads a catalogue and checks it: an error names file, line and key.

use std::collections::HashSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

use super::{Alternative, Catalogue, Certainty, Cluster, Seat, Status};
use crate::error::{Error, Result};

impl Catalogue {
    /// Reads a catalogue from a TOML file.
    ///
    /// # Errors
    /// If the file cannot be read, has an unknown or missing key or a bad date, or breaks a rule of the catalogue (ids
    /// unique and lower-case, as many focus areas in each language, periods in order, alternatives that exist and are
    /// not closed themselves). The error names line and key.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/clusters.toml");
    /// assert_eq!(matcher::Catalogue::load(path)?.clusters[6].id, "marlog");
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn load(path: impl AsRef<Path>) -> Result<Catalogue> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
        Catalogue::from_toml(&text).map_err(|error| error.in_file(path))
    }

    /// Reads a catalogue from TOML text.
    ///
    /// # Errors
    /// As [`Catalogue::load`], without a file name.
    ///
    /// ```
    /// let error = matcher::Catalogue::from_toml("version = \"1\"\nas_off = 2026-01-01\n").unwrap_err();
    /// assert_eq!(error.position().row, Some(2));
    /// ```
    pub fn from_toml(text: &str) -> Result<Catalogue> {
        let catalogue: Catalogue = toml::from_str(text).map_err(|error| {
            let fault = Error::catalogue(error.message().to_owned());
            let Some(span) = error.span() else { return fault };
            let fault = fault.at_row(line_of(text, span.start));
            match key_at(text, &span) {
                Some(key) => fault.in_column(key),
                None => fault,
            }
        })?;
        catalogue.check().map_err(|fault| {
            let error = Error::catalogue(fault.message);
            let error = match line_of_fault(text, fault.cluster, fault.key) {
                Some(line) => error.at_row(line),
                None => error,
            };
            error.in_column(fault.key)
        })?;
        Ok(catalogue)
    }

    fn check(&self) -> Result<(), Fault> {
        if self.clusters.is_empty() {
            return Err(Fault { cluster: 0, key: "cluster", message: "the catalogue lists no cluster".to_owned() });
        }
        let mut ids = HashSet::new();
        for (i, cluster) in self.clusters.iter().enumerate() {
            cluster.check(&mut ids).map_err(|(key, message)| Fault {
                cluster: i,
                key,
                message: format!("cluster {:?}: {message}", cluster.id),
            })?;
            for alternative in &cluster.alternatives {
                self.check_alternative(cluster, alternative).map_err(|message| Fault {
                    cluster: i,
                    key: "alternative",
                    message: format!("cluster {:?}: {message}", cluster.id),
                })?;
            }
        }
        Ok(())
    }

    fn check_alternative(&self, of: &Cluster, alternative: &Alternative) -> Result<(), String> {
        let id = &alternative.id;
        let cluster = self.cluster(id).ok_or_else(|| format!("alternative {id:?} is no cluster of the catalogue"))?;
        let closed = cluster.status.last().is_some_and(|period| period.state == Status::Closed);
        if cluster.id == of.id || closed {
            return Err(format!("alternative {id:?} must be another cluster that has not closed"));
        }
        Ok(())
    }
}

/// A broken rule: which cluster by position, which key, what is wrong.
struct Fault {
    cluster: usize,
    key: &'static str,
    message: String,
}

impl Cluster {
    fn check<'c>(&'c self, ids: &mut HashSet<&'c str>) -> Result<(), (&'static str, String)> {
        let well_formed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(well_formed) || self.id == "none" {
            return Err(("id", "an id is made of a-z, 0-9 and `-`, and is not `none`".to_owned()));
        }
        if !ids.insert(&self.id) {
            return Err(("id", "this id occurs twice".to_owned()));
        }
        let texts = [
            ("name", &self.name.en),
            ("name", &self.name.da),
            ("name", &self.name.short),
            ("covers", &self.covers.en),
            ("covers", &self.covers.da),
            ("offers", &self.offers.en),
            ("offers", &self.offers.da),
        ];
        if let Some((key, _)) = texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err((key, "empty text".to_owned()));
        }
        if self.focus.en.is_empty() || self.focus.en.len() != self.focus.da.len() {
            let (en, da) = (self.focus.en.len(), self.focus.da.len());
            return Err(("focus", format!("as many areas in English as in Danish are needed, found {en} and {da}")));
        }
        if !self.website.starts_with("https://") && !self.website.starts_with("http://") {
            return Err(("website", format!("{:?} is no web address", self.website)));
        }
        self.seat.check().map_err(|message| ("seat", message))?;
        self.check_history().map_err(|message| ("status", message))
    }

    fn check_history(&self) -> Result<(), String> {
        if self.status.is_empty() {
            return Err("the history is empty".to_owned());
        }
        for (i, period) in self.status.iter().enumerate() {
            if period.valid_to.is_some_and(|to| to < period.valid_from) {
                return Err(format!("valid_to lies before valid_from {}", period.valid_from));
            }
            let Some(next) = self.status.get(i + 1) else { continue };
            if period.valid_to.is_none_or(|to| to >= next.valid_from) {
                return Err(format!("the period before {} must end before that day", next.valid_from));
            }
        }
        Ok(())
    }
}

impl Seat {
    fn check(&self) -> Result<(), String> {
        match (self.latitude, self.longitude) {
            (None, None) => {}
            (Some(lat), Some(lon)) if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) => {}
            _ => return Err("latitude and longitude go together, in degrees".to_owned()),
        }
        let noted = self.note_en.is_some() && self.note_da.is_some();
        if self.certainty != Certainty::Confirmed && !noted {
            return Err("what is not confirmed needs note_en and note_da".to_owned());
        }
        Ok(())
    }
}

fn line_of(text: &str, byte: usize) -> u64 {
    text.as_bytes().iter().take(byte).filter(|b| **b == b'\n').count() as u64 + 1
}

/// The key on the line of `span`, or the offending key itself.
fn key_at(text: &str, span: &Range<usize>) -> Option<String> {
    let start = text.get(..span.start)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next()?;
    let key = line.split('=').next()?.trim().trim_matches(['[', ']', '"']);
    (!key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))).then(|| key.to_owned())
}

/// The line where `key` stands in the `cluster`-th table, or where that table begins.
fn line_of_fault(text: &str, cluster: usize, key: &str) -> Option<u64> {
    let mut lines = text.lines().enumerate();
    let (start, _) = lines.by_ref().filter(|(_, line)| line.trim() == "[[cluster]]").nth(cluster)?;
    let found = lines.take_while(|(_, line)| line.trim() != "[[cluster]]").find(|(_, line)| {
        let line = line.trim_start();
        let named = line.trim_start_matches('[').trim_start_matches("cluster.");
        named.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ']', '.']))
    });
    Some(found.map_or(start, |(at, _)| at) as u64 + 1)
}

/// Reads a date from TOML's own type or, in a model file, from text.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    deserializer.deserialize_any(DateVisitor)
}

pub(super) fn optional_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    date(deserializer).map(Some)
}

struct DateVisitor;

impl<'de> Visitor<'de> for DateVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a date such as 2022-03-31")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Date, A::Error> {
        let datetime = toml::value::Datetime::deserialize(MapAccessDeserializer::new(map))?;
        self.visit_str(&datetime.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"
version = "1"
as_of = 2026-01-31

[[cluster]]
id = "one"
kind = "established"
website = "https://one.example"
region = "funen"
sources = []
name = { en = "One", da = "En", short = "1" }
covers = { en = "A", da = "B" }
offers = { en = "A", da = "B" }
focus = { en = ["a"], da = ["b"] }
seat = { certainty = "confirmed" }

[[cluster.status]]
state = "active"
valid_from = 2021-01-01
event_en = "x"
event_da = "y"
source = "https://one.example"
certainty = "confirmed"
"#;

    fn fault(from: &str, to: &str) -> String {
        assert!(ONE.contains(from));
        Catalogue::from_toml(&ONE.replace(from, to)).expect_err("a broken catalogue").to_string()
    }

    #[test]
    fn a_sound_catalogue_survives_json() {
        let catalogue = Catalogue::from_toml(ONE).expect("it is sound");
        let json = serde_json::to_string(&catalogue).expect("plain data");
        assert_eq!(serde_json::from_str::<Catalogue>(&json).expect("our own"), catalogue);
    }

    #[test]
    fn faults_name_line_and_key() {
        assert!(fault("kind =", "knid =").starts_with("line 7, `knid`: unknown field `knid`"));
        assert!(fault("da = \"En\", ", "").starts_with("line 11, `name`: missing field `da`"));
        assert!(fault("valid_from = 2021-01-01", "valid_from = 2021-02-30").starts_with("line 19, `valid_from`: "));
        assert!(fault("valid_from = 2021-01-01", "valid_from = \"soon\"").starts_with("line 19, `valid_from`: "));
        assert_eq!(
            fault("da = [\"b\"]", "da = [\"b\", \"c\"]"),
            "line 14, `focus`: cluster \"one\": as many areas in English as in Danish are needed, found 1 and 2"
        );
        let again = ONE.split_once("[[cluster]]").expect("one cluster").1;
        let twice = format!("{ONE}\n[[cluster]]{again}");
        let error = Catalogue::from_toml(&twice).expect_err("twice the same").to_string();
        assert_eq!(error, "line 26, `id`: cluster \"one\": this id occurs twice");
    }
}
