//! `matcher train`: from a data folder to a model file, or to the list of labels that are in doubt.

use std::path::Path;
use std::time::Instant;

use super::Outcome;
use super::args::{Common, Format, Train};
use super::output::{self, FAINT, STRONG, note, styled, write_file};
use crate::error::{Error, Result};
use crate::train::{Corpus, Doubt, audit, train};

/// Where the model goes unless `--output` says otherwise.
const DEFAULT_OUTPUT: &str = "models/matcher.bin";

pub(crate) fn run(args: &Train, common: &Common) -> Result<Outcome> {
    let started = Instant::now();
    let corpus = Corpus::load(&args.data)?;
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(threads) = args.threads {
        pool = pool.num_threads(threads);
    }
    let pool = pool.build().map_err(|error| Error::usage(error.to_string()))?;
    if args.audit {
        let mut doubts = pool.install(|| audit(&corpus))?;
        if args.top > 0 {
            doubts.truncate(args.top);
        }
        output::emit(common, &listing(&doubts, output::format(common)?)?)?;
        return Ok(Outcome::Done);
    }
    let output = common.output.as_deref().unwrap_or(Path::new(DEFAULT_OUTPUT));
    if output == Path::new("-") {
        return Err(Error::usage("a model is written to a file, not to standard output"));
    }
    if corpus.has_profiles() {
        note(common, "fitting six models, five of them to measure the sixth; this takes a few minutes");
    } else {
        note(common, "no profiles: the model will compare texts with the catalogue's descriptions, uncalibrated");
    }
    let model = pool.install(|| train(&corpus))?;
    write_file(output, &model)?;
    let seconds = started.elapsed().as_secs_f64();
    note(common, &format!("{}: {} bytes, {seconds:.1} s", output.display(), model.len()));
    Ok(Outcome::Done)
}

fn listing(doubts: &[Doubt], format: Format) -> Result<String> {
    match format {
        Format::Table => Ok(doubts.iter().map(entry).collect()),
        Format::Json => output::json(&doubts),
        Format::Jsonl => doubts.iter().map(output::json_line).collect(),
        Format::Csv => output::csv(std::iter::once(header()).chain(doubts.iter().map(row))),
    }
}

fn entry(doubt: &Doubt) -> String {
    let place = styled(FAINT, format!("{}:{} {}", doubt.file, doubt.line, doubt.trade));
    let label = if doubt.primary.is_empty() { "none".to_owned() } else { doubt.primary.join("|") };
    let label = styled(STRONG, label);
    let (own, instead, sure) = (doubt.probability, &doubt.instead, doubt.instead_probability);
    format!("{place}\n  {label} {own:.3}, rather {instead} {sure:.3}: {}\n", doubt.text)
}

fn header() -> Vec<String> {
    ["file", "line", "trade", "style", "primary", "acceptable", "probability", "instead", "instead_probability", "text"]
        .map(str::to_owned)
        .to_vec()
}

fn row(doubt: &Doubt) -> Vec<String> {
    vec![
        doubt.file.clone(),
        doubt.line.to_string(),
        doubt.trade.clone(),
        doubt.style.clone(),
        doubt.primary.join("|"),
        doubt.acceptable.join("|"),
        doubt.probability.to_string(),
        doubt.instead.clone(),
        doubt.instead_probability.to_string(),
        doubt.text.clone(),
    ]
}
