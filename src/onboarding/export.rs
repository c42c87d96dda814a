//! Cases as the rows of a table.

use super::case::Case;
use crate::quote::no_formula;

/// The columns of [`case_row`].
pub fn case_columns() -> Vec<String> {
    let names = [
        "id",
        "created_at",
        "language",
        "verdict",
        "cluster_1",
        "probability_1",
        "cluster_2",
        "probability_2",
        "decision",
        "note",
        "by",
        "model",
        "catalogue_version",
        "masked",
        "text_sha256",
        "text",
    ];
    names.map(str::to_owned).to_vec()
}

/// One case as fields. The decision "none fits" is the word `none`; what people wrote cannot be a spreadsheet's formula.
pub fn case_row(case: &Case) -> Vec<String> {
    let free_text = |text: Option<&String>| text.map(|text| no_formula(text)).unwrap_or_default();
    let cluster = |place: usize| case.suggestions.get(place).map(|one| one.cluster.clone()).unwrap_or_default();
    let probability =
        |place: usize| case.suggestions.get(place).map(|one| one.probability.to_string()).unwrap_or_default();
    vec![
        case.id.clone(),
        case.created_at.clone(),
        case.language.to_string(),
        case.verdict.code().to_owned(),
        cluster(0),
        probability(0),
        cluster(1),
        probability(1),
        case.decision.cluster.clone().unwrap_or_else(|| "none".to_owned()),
        free_text(case.decision.note.as_ref()),
        free_text(case.decision.by.as_ref()),
        case.model.clone(),
        case.catalogue_version.clone(),
        case.masked.to_string(),
        case.text_sha256.clone(),
        free_text(case.text.as_ref()),
    ]
}
