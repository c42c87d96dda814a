//! `matcher evaluate`: how good a ranker is on labelled profiles.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::args::{Common, Evaluate, Format};
use super::output::{self, FAINT, STRONG, note, styled};
use super::{Outcome, matcher};
use crate::error::{Error, Result};
use crate::evaluate::{Evaluation, Measures, NAMES, Ranker, evaluate, learning_curve, read_labelled, report};
use crate::train::Corpus;

pub(crate) fn run(args: &Evaluate, common: &Common) -> Result<Outcome> {
    let matcher = matcher(common)?;
    let texts = read_labelled(&args.labelled, matcher.catalogue())?;
    if let Some(dir) = &args.report {
        // What cannot be written to should be known before minutes of work.
        fs::create_dir_all(dir).map_err(|error| Error::io(dir, error))?;
    }
    let mut evaluations = Vec::new();
    for name in &args.ranker {
        evaluations.push(evaluate(&mut Ranker::new((*name).into(), &matcher)?, &texts)?);
    }
    if let Some(dir) = &args.report {
        let curve = match &args.data {
            Some(data) => {
                let corpus = Corpus::load(data)?;
                note(common, "fitting five models for the learning curve; this takes a minute or two");
                learning_curve(&corpus, &matcher, &texts)?
            }
            None => Vec::new(),
        };
        for (name, content) in report(&matcher, &evaluations, &curve)? {
            output::write_file(&dir.join(name), content.as_bytes())?;
        }
        if evaluations[0].reliability.is_empty() {
            note(common, &format!("{} gives no probabilities: no reliability.svg", evaluations[0].ranker));
        }
    }
    let results = match output::format(common)? {
        Format::Table => table(&evaluations),
        Format::Json => match &evaluations[..] {
            [one] => output::json(one)?,
            several => output::json(&several)?,
        },
        Format::Jsonl => evaluations.iter().map(output::json_line).collect::<Result<String>>()?,
        Format::Csv => csv(&evaluations)?,
    };
    output::emit(common, &results)?;
    let mut outcome = Outcome::Done;
    for (measure, least) in &args.at_least {
        let reached = evaluations[0].all.estimates.get(measure.as_str()).map(|estimate| estimate.value);
        if reached.is_none_or(|value| value < *least) {
            let reached = reached.map_or_else(|| "nothing to measure".to_owned(), |value| format!("{value:.3}"));
            note(common, &format!("matcher: {measure} is {reached}, at least {least} was asked for"));
            outcome = Outcome::Incomplete;
        }
    }
    Ok(outcome)
}

fn table(evaluations: &[Evaluation]) -> String {
    let mut out = String::new();
    for evaluation in evaluations {
        writeln!(out, "{}  n = {}", styled(STRONG, evaluation.ranker), evaluation.all.n).ok();
        for name in NAMES {
            if let Some(estimate) = evaluation.all.estimates.get(name) {
                let interval = styled(FAINT, format!("{:.3} – {:.3}", estimate.low, estimate.high));
                writeln!(out, "  {name:<14} {:.3}  {interval}", estimate.value).ok();
            }
        }
        let splits = [
            ("cluster", &evaluation.by_cluster),
            ("language", &evaluation.by_language),
            ("style", &evaluation.by_style),
        ];
        for (title, split) in splits {
            out.push_str(&split_table(title, split));
        }
        out.push('\n');
    }
    out
}

fn split_table(title: &str, split: &BTreeMap<String, Measures>) -> String {
    let mut out =
        format!("\n  {:<18} {:>5}  top1   acc1   top3   ndcg3\n", styled(STRONG, format!("{title:<18}")), "n");
    for (name, measures) in split {
        let of = |measure: &str| match measures.estimates.get(measure) {
            Some(estimate) => format!("{:.3}", estimate.value),
            None => "  –  ".to_owned(),
        };
        writeln!(
            out,
            "  {name:<18} {:>5}  {}  {}  {}  {}",
            measures.n,
            of("top1"),
            of("acc1"),
            of("top3"),
            of("ndcg3")
        )
        .ok();
    }
    out
}

fn csv(evaluations: &[Evaluation]) -> Result<String> {
    let header = ["ranker", "part", "name", "n", "measure", "value", "low", "high"].map(str::to_owned).to_vec();
    let mut rows = vec![header];
    for evaluation in evaluations {
        let all = BTreeMap::from([("all".to_owned(), evaluation.all.clone())]);
        let parts = [
            ("all", &all),
            ("cluster", &evaluation.by_cluster),
            ("language", &evaluation.by_language),
            ("style", &evaluation.by_style),
        ];
        for (part, split) in parts {
            for (name, measures) in split {
                for (measure, estimate) in &measures.estimates {
                    rows.push(vec![
                        evaluation.ranker.to_owned(),
                        part.to_owned(),
                        name.clone(),
                        measures.n.to_string(),
                        (*measure).to_owned(),
                        estimate.value.to_string(),
                        estimate.low.to_string(),
                        estimate.high.to_string(),
                    ]);
                }
            }
        }
    }
    output::csv(rows)
}
