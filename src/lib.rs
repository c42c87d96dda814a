//! Tells which of Denmark's 14 national business clusters fits a company, in the company's own words.
//!
//! A free-text profile, Danish or English, becomes TF-IDF features; a softmax regression ranks the clusters. Answers are
//! calibrated, explained word by word, honest when nothing fits, and take microseconds; everything happens offline.
//!
//! ```
//! use matcher::Matcher;
//!
//! let matcher = Matcher::embedded()?;
//! let answer = matcher.suggest("Vi udvikler skibsmotorer og propeller til færger")?;
//! assert_eq!(answer.suggestions[0].cluster, "marlog");
//! # Ok::<(), matcher::Error>(())
//! ```
//!
//! [`Matcher`] is the one door for answers; [`Corpus`] and [`train()`] make models, and [`evaluate`] measures them. The
//! last three come with the feature `train`, the desk of [`web`] with `web`, the program with `cli`; all are on by
//! default.

#[cfg(feature = "batch")]
pub mod batch;
pub mod catalogue;
#[cfg(any(feature = "report", feature = "train"))]
mod chart;
#[cfg(feature = "cli")]
pub mod cli;
mod error;
#[cfg(feature = "train")]
pub mod evaluate;
mod explain;
#[cfg(feature = "map")]
pub mod map;
mod matcher;
mod model;
#[cfg(feature = "web")]
pub mod onboarding;
#[cfg(feature = "batch")]
mod quote;
#[cfg(any(feature = "report", feature = "web"))]
mod speech;
pub mod text;
#[cfg(feature = "train")]
mod train;
#[cfg(feature = "web")]
pub mod web;

pub use catalogue::{Catalogue, Cluster, Status};
pub use error::{Error, ErrorKind, Position, Result};
pub use explain::{Reason, Reasons};
pub use matcher::{Answer, MAX_TEXT_BYTES, Matcher, Options, Ranked, Ranker, Scratch, Suggestion, Verdict};
pub use text::{Language, LanguageHint};
#[cfg(feature = "train")]
pub use train::{Corpus, Doubt, audit, train};

/// The Rust of README.md is compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
