//! Our columns as cells with types, for workbooks and Parquet.

use super::ours::{Names, Scored, reasons};
use crate::batch::chunk::Cell;

pub(crate) fn ours(scored: &Scored<'_>, names: &Names<'_>) -> Vec<Cell> {
    let mut cells = vec![Cell::Empty; names.columns.len()];
    let last = cells.len() - 1;
    match scored {
        Scored::Failed(message) => cells[last] = Cell::Text((*message).to_owned()),
        Scored::Ranked(ranked, text) => {
            cells[0] = Cell::Text(ranked.language().code().to_owned());
            cells[1] = Cell::Text(ranked.verdict().code().to_owned());
            for (rank, (class, share)) in ranked.top().iter().take(names.top).enumerate() {
                cells[2 + 2 * rank] = Cell::Text((*names.clusters.get(*class).unwrap_or(&"")).to_owned());
                cells[3 + 2 * rank] = Cell::Number(*share);
            }
            let words: Vec<&str> = reasons(ranked, text).collect();
            if !words.is_empty() {
                cells[last - 1] = Cell::Text(words.join("; "));
            }
        }
    }
    cells
}
