//! The requests under `/v1`, one file for each noun.

pub(crate) mod cases;
pub(crate) mod clusters;
pub(crate) mod lists;
pub(crate) mod suggest;

use serde::Deserialize;

use crate::text::{Language, LanguageHint};

/// What the caller knows of a text's language.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LanguageWish {
    /// Nothing: decide from the text.
    #[default]
    Auto,
    /// It is Danish.
    Da,
    /// It is English.
    En,
}

impl From<LanguageWish> for LanguageHint {
    fn from(wish: LanguageWish) -> LanguageHint {
        match wish {
            LanguageWish::Auto => LanguageHint::Auto,
            LanguageWish::Da => LanguageHint::Is(Language::Da),
            LanguageWish::En => LanguageHint::Is(Language::En),
        }
    }
}
