//! What a model is trained from: a folder with the catalogue, profiles, lexicon, word frequencies and stop words.
//!
//! ```text
//! clusters.toml        the catalogue; the only file that must be there
//! profiles/*.jsonl     labelled profiles
//! lexicon/*.tsv        words and two-word terms that point to clusters
//! frequencies/         how usual words are in general language, `da.tsv` and `en.tsv`
//! stopwords/           function words, `da.txt` and `en.txt`
//! stems/               words whose stem is not the stemmer's, `da.tsv` and `en.tsv`
//! ```
//!
//! Frequencies, stop words and stems are those of this program where the folder has none: a catalogue of another country's
//! clusters is read in the same Danish and English.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use xxhash_rust::xxh3::Xxh3;

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::text::StemExceptions;

/// All that training reads, checked.
#[derive(Debug)]
pub struct Corpus {
    pub(crate) catalogue: Catalogue,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) lexicon: Vec<Term>,
    pub(crate) frequencies: Frequencies,
    pub(crate) stop_words: BTreeSet<String>,
    pub(crate) stems: StemExceptions,
    pub(crate) fingerprint: u64,
}

/// A labelled company text.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) text: String,
    pub(crate) language: String,
    pub(crate) style: String,
    /// Profiles of one trade are near relatives; cross-validation keeps them together.
    pub(crate) trade: String,
    pub(crate) label: Label,
    /// Written to mislead: of a firm beside the fence to a neighbour.
    pub(crate) is_contrast: bool,
    pub(crate) place: (PathBuf, u64),
}

/// Which classes a text belongs to, as positions in the catalogue; "none" is the position after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// The clusters that one would name first; empty if none fits.
    pub(crate) primary: Vec<usize>,
    /// Others that one would not object to.
    pub(crate) acceptable: Vec<usize>,
}

/// An entry of the lexicon.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) text: String,
    pub(crate) language: String,
    /// 3 almost always, 2 usually, 1 leans.
    pub(crate) strength: u8,
    /// The classes it points to, in order; "none" may be among them.
    pub(crate) classes: Vec<usize>,
}

/// Zipf values of words in general language: the logarithm to base ten of occurrences per billion words.
#[derive(Debug, Default)]
pub(crate) struct Frequencies {
    pub(crate) danish: BTreeMap<String, f32>,
    pub(crate) english: BTreeMap<String, f32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileRow {
    text: String,
    lang: String,
    style: String,
    trade: String,
    /// How it came to be written.
    set: String,
    primary: Vec<String>,
    #[serde(default)]
    acceptable: Vec<String>,
}

/// Class names as data files write them: ids, and `none`.
pub(crate) struct Classes<'c>(pub(crate) &'c Catalogue);

impl Classes<'_> {
    pub(crate) fn of(&self, id: &str) -> Result<usize> {
        if id == "none" {
            return Ok(self.0.clusters.len());
        }
        let found = self.0.clusters.iter().position(|cluster| cluster.id == id);
        found.ok_or_else(|| {
            let ids: Vec<_> = self.0.clusters.iter().map(|cluster| cluster.id.as_str()).collect();
            Error::data(format!("no cluster has the id {id:?}")).with_hint(format!("the ids are {}", ids.join(", ")))
        })
    }

    pub(crate) fn label(&self, primary: &[String], acceptable: &[String]) -> Result<Label> {
        let all = |ids: &[String], column: &str| {
            ids.iter().map(|id| self.of(id)).collect::<Result<Vec<_>>>().map_err(|error| error.in_column(column))
        };
        Ok(Label { primary: all(primary, "primary")?, acceptable: all(acceptable, "acceptable")? })
    }
}

impl Corpus {
    /// Reads a data folder.
    ///
    /// # Errors
    /// If a file cannot be read or a line of it is not as documented; the error names file, line and field.
    ///
    /// ```
    /// let corpus = matcher::Corpus::load(concat!(env!("CARGO_MANIFEST_DIR"), "/data"))?;
    /// assert!(corpus.has_profiles());
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn load(dir: impl AsRef<Path>) -> Result<Corpus> {
        let dir = dir.as_ref();
        let mut files = Files { fingerprint: Xxh3::new() };
        let path = dir.join("clusters.toml");
        let text = files.read(&path)?;
        let catalogue = Catalogue::from_toml(&text).map_err(|error| error.in_file(&path))?;
        let classes = Classes(&catalogue);
        let mut profiles = Vec::new();
        for path in listing(&dir.join("profiles"), "jsonl")? {
            let text = files.read(&path)?;
            for (row, line) in lines(&text) {
                let profile = read_profile(line, &classes).map_err(|error| error.at_row(row).in_file(&path))?;
                profiles.push(Profile { place: (path.clone(), row), ..profile });
            }
        }
        let mut lexicon = Vec::new();
        for path in listing(&dir.join("lexicon"), "tsv")? {
            let text = files.read(&path)?;
            for (row, line) in lines(&text).skip(1) {
                lexicon.push(read_term(line, &classes).map_err(|error| error.at_row(row).in_file(&path))?);
            }
        }
        let Languages { frequencies, stop_words, stems } = files.languages(Some(dir))?;
        let fingerprint = files.fingerprint.digest();
        Ok(Corpus { catalogue, profiles, lexicon, frequencies, stop_words, stems, fingerprint })
    }

    /// A catalogue alone, with what is built in about the two languages.
    ///
    /// # Errors
    /// None that data compiled into a tested program can bring about.
    pub(crate) fn of_catalogue(catalogue: Catalogue) -> Result<Corpus> {
        let mut files = Files { fingerprint: Xxh3::new() };
        let Languages { frequencies, stop_words, stems } = files.languages(None)?;
        let fingerprint = files.fingerprint.digest();
        let (profiles, lexicon) = (Vec::new(), Vec::new());
        Ok(Corpus { catalogue, profiles, lexicon, frequencies, stop_words, stems, fingerprint })
    }

    /// Whether there is anything to learn from.
    ///
    /// ```
    /// let dir = std::env::temp_dir().join("matcher-has-profiles");
    /// std::fs::create_dir_all(&dir)?;
    /// std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/data/clusters.toml"), dir.join("clusters.toml"))?;
    /// assert!(!matcher::Corpus::load(&dir)?.has_profiles());
    /// # Ok::<(), matcher::Error>(())
    /// ```
    pub fn has_profiles(&self) -> bool {
        !self.profiles.is_empty()
    }

    /// Number of classes: the clusters, and "none".
    pub(crate) fn classes(&self) -> usize {
        self.catalogue.clusters.len() + 1
    }
}

/// Reads files and sums up all they hold, whatever folder they lie in.
struct Files {
    fingerprint: Xxh3,
}

/// What is known of the two languages.
struct Languages {
    frequencies: Frequencies,
    stop_words: BTreeSet<String>,
    stems: StemExceptions,
}

/// The lists that are compiled in: path within a data folder, and content.
const BUILT_IN: [(&str, &str); 6] = [
    ("frequencies/da.tsv", include_str!("../../data/frequencies/da.tsv")),
    ("frequencies/en.tsv", include_str!("../../data/frequencies/en.tsv")),
    ("stems/da.tsv", include_str!("../../data/stems/da.tsv")),
    ("stems/en.tsv", include_str!("../../data/stems/en.tsv")),
    ("stopwords/da.txt", include_str!("../../data/stopwords/da.txt")),
    ("stopwords/en.txt", include_str!("../../data/stopwords/en.txt")),
];

impl Files {
    fn languages(&mut self, dir: Option<&Path>) -> Result<Languages> {
        let mut frequencies = Frequencies::default();
        let lists = [(&mut frequencies.danish, BUILT_IN[0]), (&mut frequencies.english, BUILT_IN[1])];
        for (list, built_in) in lists {
            let (path, text) = self.read_or(dir, built_in)?;
            for (row, line) in lines(&text).skip(1) {
                let (word, zipf) = read_frequency(line).map_err(|error| error.at_row(row).in_file(&path))?;
                list.insert(word, zipf);
            }
        }
        let mut stems = StemExceptions::default();
        for (list, built_in) in [(&mut stems.danish, BUILT_IN[2]), (&mut stems.english, BUILT_IN[3])] {
            let (path, text) = self.read_or(dir, built_in)?;
            for (row, line) in lines(&text).skip(1) {
                let fields = line.split_once('\t').ok_or_else(|| Error::data("two fields are expected"));
                let (word, stem) = fields.map_err(|error| error.at_row(row).in_file(&path))?;
                list.insert(word, stem);
            }
        }
        let mut stop_words = BTreeSet::new();
        for built_in in &BUILT_IN[4..] {
            let (_, text) = self.read_or(dir, *built_in)?;
            stop_words.extend(lines(&text).map(|(_, line)| line.to_owned()).filter(|line| !line.starts_with('#')));
        }
        Ok(Languages { frequencies, stop_words, stems })
    }

    /// The folder's own file, or what is built in.
    fn read_or(&mut self, dir: Option<&Path>, (name, built_in): (&str, &str)) -> Result<(PathBuf, String)> {
        let own = dir.map(|dir| dir.join(name)).filter(|path| path.exists());
        match own {
            Some(path) => self.read(&path).map(|text| (path, text)),
            None => Ok((PathBuf::from(name), self.take(Path::new(name), built_in.to_owned()))),
        }
    }

    fn read(&mut self, path: &Path) -> Result<String> {
        let text = fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
        Ok(self.take(path, text))
    }

    fn take(&mut self, path: &Path, text: String) -> String {
        self.fingerprint.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        // A checkout on Windows may have other line ends; the data are the same.
        let text = if text.contains('\r') { text.replace("\r\n", "\n") } else { text };
        self.fingerprint.update(text.as_bytes());
        text
    }
}

/// The files in `dir` that end in `extension`, by name; none if there is no such folder.
fn listing(dir: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(dir).map_err(|error| Error::io(dir, error))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Error::io(dir, error))?.path();
        if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Lines that hold something, with their numbers from 1.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty())
}

pub(crate) fn read_profile(line: &str, classes: &Classes<'_>) -> Result<Profile> {
    let row: ProfileRow = serde_json::from_str(line).map_err(|error| Error::data(error.to_string()))?;
    let label = classes.label(&row.primary, &row.acceptable)?;
    Ok(Profile {
        text: row.text,
        language: row.lang,
        style: row.style,
        trade: row.trade,
        label,
        is_contrast: row.set == "contrast",
        place: (PathBuf::new(), 0),
    })
}

fn read_term(line: &str, classes: &Classes<'_>) -> Result<Term> {
    let fields: Vec<_> = line.split('\t').collect();
    let &[text, language, strength, ids] = &fields[..] else {
        return Err(Error::data(format!("four fields are expected, found {}", fields.len())));
    };
    let strength = match strength {
        "1" => 1,
        "2" => 2,
        "3" => 3,
        _ => return Err(Error::data(format!("{strength:?} is not 1, 2 or 3")).in_column("strength")),
    };
    let classes = ids.split('|').map(|id| classes.of(id)).collect::<Result<Vec<_>>>();
    let classes = classes.map_err(|error| error.in_column("clusters"))?;
    Ok(Term { text: text.to_owned(), language: language.to_owned(), strength, classes })
}

fn read_frequency(line: &str) -> Result<(String, f32)> {
    let (word, zipf) = line.split_once('\t').ok_or_else(|| Error::data("two fields are expected"))?;
    let zipf: f32 = zipf.parse().map_err(|_| Error::data(format!("{zipf:?} is no number")).in_column("zipf"))?;
    if !(0.0..=9.0).contains(&zipf) {
        return Err(Error::data(format!("{zipf} lies outside 0 to 9")).in_column("zipf"));
    }
    Ok((word.to_owned(), zipf))
}
