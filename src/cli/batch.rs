//! `matcher batch`: a list in, the same list with suggestions out.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::args::{Batch, Common, Form as FormName, Ui};
use super::output::{note, number};
use super::progress::Progress;
use super::{Outcome, matcher};
use crate::batch::report::{About, report};
use crate::batch::{Form, Input, Limits, Options, Output, ReportFile, Summary, Watch, batch};
use crate::error::{Error, Result};
use crate::matcher::{Options as Suggest, Verdict};
use crate::text::Language;

pub(crate) fn run(args: &Batch, common: &Common) -> Result<Outcome> {
    let started = Instant::now();
    let matcher = matcher(common)?;
    let is_standard = |path: &Path| path == Path::new("-");
    let input = if is_standard(&args.input) { Input::Stdin } else { Input::File(args.input.clone()) };
    let output = match common.output.as_deref() {
        Some(path) if !is_standard(path) => Output::File(path.to_owned()),
        _ => Output::Stdout,
    };
    let options = options(args, common)?;
    let report_file = match args.report.as_deref() {
        Some(path) if is_standard(path) => {
            return Err(Error::usage("a report needs a file").with_hint("name it, as in --report report.html"));
        }
        Some(path) => Some(ReportFile::open(path, &input, &output)?),
        None => None,
    };
    let quiet = common.quiet;
    let progress = Progress::new(common);
    let says = progress.clone();
    let watch = Watch::new(move |decision| {
        if !quiet {
            says.line(&format!("matcher: {decision}"));
        }
    });
    stop_on_interrupt(&watch)?;
    let shown = progress.follow(&watch);
    let result = batch(&matcher, &input, &output, &options, &watch);
    shown.end();
    let summary = result.map_err(|error| explain(error, &watch, &output))?;
    if let Some(file) = report_file {
        let language = match common.ui() {
            Ui::Da => Language::Da,
            Ui::En => Language::En,
        };
        let list = match &input {
            Input::Stdin => common.ui().say("Standard input", "Standardinput").to_owned(),
            Input::File(_) => input.name(),
        };
        let about = About { list: &list, language, as_of: options.suggest.as_of, prefix: &options.prefix };
        file.write(&report(&matcher, &summary, &about)?)?;
    }
    tell(common, &summary, summary.rows - watch.rows_before(), started.elapsed());
    Ok(if summary.has_errors() { Outcome::Incomplete } else { Outcome::Done })
}

fn options(args: &Batch, common: &Common) -> Result<Options> {
    let mut suggest = Suggest {
        top: args.top,
        explain: true,
        language: common.lang.hint(),
        only_active: args.only_active,
        ..Suggest::default()
    };
    if let Some(day) = args.as_of {
        suggest.as_of = day;
    }
    let form = match common.format {
        None => None,
        Some(FormName::Csv) => Some(Form::Csv),
        Some(FormName::Jsonl) => Some(Form::JsonLines),
        Some(FormName::Xlsx) => Some(Form::Workbook),
        Some(FormName::Parquet) => Some(Form::Parquet),
        Some(FormName::Table | FormName::Json) => {
            return Err(Error::usage("a list is written as csv, jsonl, xlsx or parquet"));
        }
    };
    let field = args.max_field.unwrap_or(Limits::default().field);
    Ok(Options {
        text_columns: args.text_column.clone(),
        prefix: args.prefix.clone(),
        suggest,
        threads: args.threads.unwrap_or(0),
        delimiter: args.delimiter,
        encoding: args.encoding.clone(),
        sheet: args.sheet.clone(),
        form,
        excel: args.excel,
        resume: args.resume,
        limits: Limits { field, row: Limits::default().row.max(field.saturating_mul(2)) },
        portfolio: args.report.is_some(),
    })
}

/// The first Ctrl-C lets the rows that are being scored be written, so that `--resume` can go on after them. A second
/// one ends the program at once, which loses no more than what was written since the last note.
fn stop_on_interrupt(watch: &Watch) -> Result<()> {
    static ASKED: AtomicBool = AtomicBool::new(false);
    let watch = watch.clone();
    let handler = move || {
        watch.stop();
        if ASKED.swap(true, Ordering::SeqCst) {
            #[expect(clippy::exit, reason = "asked for twice")]
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(handler).map_err(|error| Error::from(std::io::Error::other(error)))
}

fn explain(error: Error, watch: &Watch, output: &Output) -> Error {
    if error.is_interrupted() && error.hint().is_none() && matches!(output, Output::File(_)) {
        return error.with_hint(format!("{} rows were scored, none kept", watch.rows()));
    }
    error
}

/// One line for the whole run, and one for each kind of faulty row.
fn tell(common: &Common, summary: &Summary, scored: u64, elapsed: Duration) {
    let ui = common.ui();
    let seconds = elapsed.as_secs_f64();
    let per_second = scored as f64 / seconds.max(1e-9);
    let [fit, unsure, none] =
        [Verdict::Fit, Verdict::Unsure, Verdict::None].map(|verdict| number(summary.with_verdict(verdict)));
    let (rows, failed) = (number(summary.rows), number(summary.failed()));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows per second fit")]
    let speed = number(per_second as u64);
    let line = match ui {
        Ui::En => format!(
            "matcher: {rows} rows: {fit} fit, {unsure} unsure, {none} none, {failed} faulty; {seconds:.1} s, {speed} rows/s"
        ),
        Ui::Da => format!(
            "matcher: {rows} rækker: {fit} fit, {unsure} unsure, {none} none, {failed} fejl; {seconds:.1} s, {speed} rækker/s"
        ),
    };
    note(common, &line);
    for (kind, (count, first)) in &summary.errors {
        let first_word = ui.say("first", "første");
        note(common, &format!("matcher: {} × {}; {first_word}: {first}", number(*count), kind.name()));
    }
}
