//! The words of a report: all measures as Markdown tables, and the wrong answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::report::Chart;
use super::{Cut, Estimate, Evaluation, LearningPoint, Measures, Mistake, NAMES};
use crate::matcher::{Matcher, Verdict};

/// A wrong answer shows about so much of its text, in characters.
const SHOWN: usize = 600;

/// What each measure says, in the order of [`NAMES`].
const MEANINGS: [&str; NAMES.len()] = [
    "first suggestion is a primary cluster",
    "first suggestion is a primary or an acceptable cluster",
    "a primary cluster is among the first three",
    "mean of 1 / rank of the first primary cluster",
    "discounted gain of the first three, of the best possible",
    "mean distance between confidence and share right, 15 bins; less is better",
    "the `ece` of answers that are right exactly as often as they are sure, on as many texts",
    "how well texts without a cluster are told from the others (area under the ROC curve)",
    "texts without a cluster that are turned away",
    "texts with a cluster that are turned away; less is better",
    "of the verdicts `fit`, those with an acceptable cluster first",
    "texts with a cluster whose verdict is `fit`",
];

/// The summary of the first evaluation, beside the measures of all.
pub(super) fn summary(
    matcher: &Matcher,
    classes: &[&str],
    evaluations: &[Evaluation],
    first: &Evaluation,
    curve: &[LearningPoint],
    charts: &[Chart],
) -> String {
    let mut out = format!(
        "# How good the suggestions are\n\nModel {}, {} labelled texts. In brackets: 95% intervals by bootstrap.\n",
        code(matcher.model_name()),
        first.all.n
    );
    out.push_str("\n## Measures\n\n");
    out.push_str(&measures(evaluations));
    if evaluations.len() > 1 {
        writeln!(out, "\nAll that follows is of `{}`.", first.ranker).ok();
    }
    out.push_str("\n## By cluster\n\nA text counts for its first primary cluster.\n\n");
    let by_cluster = classes.iter().filter_map(|class| Some((*class, first.by_cluster.get(*class)?)));
    out.push_str(&split("cluster", by_cluster));
    for (title, name, parts) in
        [("By language", "language", &first.by_language), ("By style", "style", &first.by_style)]
    {
        write!(out, "\n## {title}\n\n").ok();
        out.push_str(&split(name, named(parts)));
    }
    for chart in charts {
        write!(out, "\n## {}\n\n![{}]({})\n", chart.title, chart.title, chart.file).ok();
        if chart.file == "learning-curve.svg" {
            out.push_str(&learning_curve(curve));
        }
    }
    out.push_str(&mistakes(&first.mistakes, first.all.n));
    out
}

fn measures(evaluations: &[Evaluation]) -> String {
    let mut header = vec!["measure"];
    header.extend(evaluations.iter().map(|evaluation| evaluation.ranker));
    header.push("what it says");
    let mut out = head(&header);
    for (name, meaning) in NAMES.into_iter().zip(MEANINGS) {
        let estimates: Vec<_> = evaluations.iter().map(|evaluation| evaluation.all.estimates.get(name)).collect();
        if estimates.iter().any(Option::is_some) {
            let mut cells = vec![code(name)];
            cells.extend(estimates.into_iter().map(|estimate| value(estimate, 3)));
            cells.push(meaning.to_owned());
            out.push_str(&row(&cells));
        }
    }
    out
}

/// One row a part, one column for each measure that any part has.
fn split<'m>(title: &str, parts: impl Iterator<Item = (&'m str, &'m Measures)>) -> String {
    let parts: Vec<_> = parts.collect();
    let has = |name: &&str| parts.iter().any(|(_, measures)| measures.estimates.contains_key(name));
    let names: Vec<&str> = NAMES.into_iter().filter(has).collect();
    let mut header = vec![title, "texts"];
    header.extend(&names);
    let mut out = head(&header);
    for (part, measures) in parts {
        let mut cells = vec![escaped(part), measures.n.to_string()];
        cells.extend(names.iter().map(|name| value(measures.estimates.get(name), 2)));
        out.push_str(&row(&cells));
    }
    out
}

/// Parts by name; what the labelled file does not say has a name too.
fn named(parts: &BTreeMap<String, Measures>) -> impl Iterator<Item = (&str, &Measures)> {
    parts.iter().map(|(name, measures)| (if name.is_empty() { "not said" } else { name.as_str() }, measures))
}

fn learning_curve(curve: &[LearningPoint]) -> String {
    let everything = curve.iter().map(|point| point.profiles).max();
    let mut out = "\n".to_owned() + &head(&["learned from", "trades", "profiles", "top1", "acc1"]);
    for point in curve {
        let part = match point.cut {
            _ if Some(point.profiles) == everything => "everything",
            Cut::Trades => "a part of the trades",
            Cut::Profiles => "a part of the profiles",
        };
        let (top1, acc1) = (value(Some(&point.top1), 3), value(Some(&point.acc1), 3));
        out.push_str(&row(&[part.to_owned(), point.trades.to_string(), point.profiles.to_string(), top1, acc1]));
    }
    out
}

fn mistakes(mistakes: &[Mistake], texts: usize) -> String {
    let mut out = format!(
        "\n## Wrong answers\n\n{} of {texts} answers: the first suggestion is neither primary nor acceptable, or a text with \
         a cluster was turned away (verdict `none`). The most probable suggestions come first.\n",
        mistakes.len()
    );
    if mistakes.is_empty() {
        return out;
    }
    out.push('\n');
    out.push_str(&head(&["label", "first suggestion", "probability", "verdict", "text"]));
    for mistake in mistakes {
        let mut label = match &mistake.primary[..] {
            [] => "none".to_owned(),
            primary => primary.join(", "),
        };
        if !mistake.acceptable.is_empty() {
            write!(label, " (or {})", mistake.acceptable.join(", ")).ok();
        }
        let verdict = match mistake.verdict {
            Verdict::Fit => "fit",
            Verdict::Unsure => "unsure",
            Verdict::None => "none",
        };
        let probability = mistake.probability.map_or_else(|| "–".to_owned(), |probability| format!("{probability:.3}"));
        out.push_str(&row(&[
            escaped(&label),
            escaped(&mistake.suggestion),
            probability,
            verdict.to_owned(),
            escaped(&shortened(&mistake.text)),
        ]));
    }
    out
}

fn head(cells: &[&str]) -> String {
    let lines = vec!["---"; cells.len()];
    format!("| {} |\n| {} |\n", cells.join(" | "), lines.join(" | "))
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn value(estimate: Option<&Estimate>, places: usize) -> String {
    match estimate {
        Some(Estimate { value, low, high }) => format!("{value:.places$} ({low:.places$} – {high:.places$})"),
        None => "–".to_owned(),
    }
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

/// White space as single spaces; a long text ends after a word, and says so.
fn shortened(text: &str) -> String {
    let mut short = String::new();
    let mut characters = 0;
    for word in text.split_whitespace() {
        characters += word.chars().count() + 1;
        if characters > SHOWN {
            // A text without spaces is cut within.
            if short.is_empty() {
                short.extend(word.chars().take(SHOWN));
            }
            return short + " […]";
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

/// Text that Markdown shows as it is, also within a table.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\`*_[]<>|&~$#!".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_in_its_cell() {
        assert_eq!(escaped("a|b <script> *x* [y](z)"), "a\\|b \\<script\\> \\*x\\* \\[y\\](z)");
        assert_eq!(shortened("a\r\n\n b\tc"), "a b c");
        let long = shortened(&"ord ".repeat(500));
        assert!(long.ends_with("ord […]") && long.chars().count() <= SHOWN + 4, "{long}");
        assert_eq!(shortened(&"x".repeat(5000)).chars().count(), SHOWN + 4);
    }
}
