//! Words that an argument chooses among.

use clap::ValueEnum;

use crate::evaluate::RankerKind;
use crate::text::{Language, LanguageHint};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileLanguage {
    Auto,
    Da,
    En,
}

impl ProfileLanguage {
    pub(crate) fn hint(self) -> LanguageHint {
        match self {
            ProfileLanguage::Auto => LanguageHint::Auto,
            ProfileLanguage::Da => LanguageHint::Is(Language::Da),
            ProfileLanguage::En => LanguageHint::Is(Language::En),
        }
    }
}

/// The language that the program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ui {
    Da,
    En,
}

/// All forms; a command refuses those that it does not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Table,
    Json,
    Jsonl,
    Csv,
    Xlsx,
    Parquet,
}

/// Forms of results that are not lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Json,
    Jsonl,
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keep {
    /// All of it, with personal numbers masked
    Full,
    /// A hash, and no word of it
    Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerdictName {
    Fit,
    Unsure,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RankerName {
    Model,
    Cosine,
    Bm25,
    Keyword,
}

impl From<RankerName> for RankerKind {
    fn from(name: RankerName) -> Self {
        match name {
            RankerName::Model => RankerKind::Model,
            RankerName::Cosine => RankerKind::Cosine,
            RankerName::Bm25 => RankerKind::Bm25,
            RankerName::Keyword => RankerKind::Keyword,
        }
    }
}
