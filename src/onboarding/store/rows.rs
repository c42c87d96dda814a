//! From a row of the table to a case.

use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::DeserializeOwned;

use crate::onboarding::case::{Case, CaseSuggestion, Decision, decisive};

/// The case of a row whose columns are [`super::COLUMNS`].
pub(crate) fn case(row: &Row<'_>) -> rusqlite::Result<Case> {
    let suggestions: Vec<CaseSuggestion> = json(6, row.get_ref(6)?.as_str()?)?;
    let decision = Decision { cluster: row.get(10)?, note: row.get(11)?, by: row.get(12)? };
    Ok(Case {
        id: row.get(0)?,
        created_at: row.get(1)?,
        text: row.get(2)?,
        text_sha256: row.get(3)?,
        language: word(4, row)?,
        verdict: word(5, row)?,
        reasons: decisive(&suggestions, &decision),
        suggestions,
        none_probability: row.get(7)?,
        model: row.get(8)?,
        catalogue_version: row.get(9)?,
        decision,
        masked: row.get(13)?,
    })
}

fn json<T: DeserializeOwned>(column: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

/// A value that is written as its code.
fn word<T: DeserializeOwned>(column: usize, row: &Row<'_>) -> rusqlite::Result<T> {
    json(column, &format!("{:?}", row.get_ref(column)?.as_str()?))
}
