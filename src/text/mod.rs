//! From a company's prose to words: where each one stands in the text, how it is written in normal form, and what it
//! is made of. Nothing here knows a file, a model or a cluster.

mod features;
mod language;
mod markup;
mod plain;
mod signs;
mod stems;
mod words;

pub use features::{Feature, FeatureConfig, Features};
#[cfg(feature = "train")]
pub(crate) use language::EVIDENCE_STEPS;
pub(crate) use language::{Evidence, WordEvidence, decide};
pub use language::{Language, LanguageHint};
pub(crate) use plain::{PlainWords, TOGETHER};
pub use stems::{StemExceptions, Stems};
pub use words::{MAX_WORD_CHARS, Words};
