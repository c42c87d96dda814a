//! `matcher cases`: what was decided, on the command line.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::Outcome;
use super::args::{Cases, CasesChoice, CasesCommand, Common, Form, Format, Ui, VerdictName};
use super::output::{self, FAINT, STRONG, note, percent, printable, styled};
use crate::error::{Error, Result};
use crate::matcher::Verdict;
use crate::onboarding::{Case, Filter, Order, Store, case_columns, case_row, default_store};
use crate::quote::excerpt;

/// Characters of a text that the table shows.
const EXCERPT: usize = 48;

pub(crate) fn run(args: &Cases, common: &Common) -> Result<Outcome> {
    let path = args.store.clone().map_or_else(default_store, Ok)?;
    let mut store = Store::open_existing(&path)?;
    match &args.command {
        CasesCommand::List { choice, limit } => {
            let page = store.list(&Filter { limit: *limit, ..filter(choice) })?;
            output::emit(common, &rendered(common, output::format(common)?, &page.cases)?)?;
            if page.next.is_some() {
                let say = common.ui().say("there are more; --limit 0 lists all", "der er flere; --limit 0 viser alle");
                note(common, &format!("matcher: {say}"));
            }
        }
        CasesCommand::Show { id } => {
            let case = store.get(id)?.ok_or_else(|| unknown(id))?;
            let text = match output::format(common)? {
                Format::Table => page(&case, common.ui()),
                Format::Json => output::json(&case)?,
                format => rendered(common, format, std::slice::from_ref(&case))?,
            };
            output::emit(common, &text)?;
        }
        CasesCommand::Export { choice } => {
            let format = match common.format {
                None => Format::Csv,
                Some(Form::Table) => return Err(Error::usage("an export is written as csv, jsonl or json")),
                Some(_) => output::format(common)?,
            };
            let page = store.list(&filter(choice))?;
            output::emit_data(common, &rendered(common, format, &page.cases)?)?;
        }
        CasesCommand::Delete { id, older_than_days } => delete(common, &mut store, id, *older_than_days)?,
    }
    Ok(Outcome::Done)
}

fn delete(common: &Common, store: &mut Store, ids: &[String], older_than_days: Option<u32>) -> Result<()> {
    // All or none: a slip in the third id should not have cost the first two.
    if let Some(id) = ids.iter().find_map(|id| match store.get(id) {
        Ok(Some(_)) => None,
        Ok(None) => Some(Ok(id)),
        Err(error) => Some(Err(error)),
    }) {
        return Err(unknown(id?));
    }
    let mut deleted = 0;
    for id in ids {
        deleted += usize::from(store.forget(id)?);
    }
    if let Some(days) = older_than_days {
        deleted += store.forget_before(Timestamp::now() - SignedDuration::from_hours(24 * i64::from(days)))?;
    }
    let say = match common.ui() {
        Ui::En => format!("matcher: {deleted} deleted"),
        Ui::Da => format!("matcher: {deleted} slettet"),
    };
    note(common, &say);
    Ok(())
}

fn unknown(id: &str) -> Error {
    Error::usage(format!("no case has the id {id:?}")).with_hint("`matcher cases list` shows the ids")
}

fn filter(choice: &CasesChoice) -> Filter {
    let verdict = choice.verdict.map(|verdict| match verdict {
        VerdictName::Fit => Verdict::Fit,
        VerdictName::Unsure => Verdict::Unsure,
        VerdictName::None => Verdict::None,
    });
    let order = if choice.doubtful { Order::Doubtful } else { Order::Newest };
    Filter { query: choice.query.clone(), verdict, order, ..Filter::default() }
}

fn rendered(common: &Common, format: Format, cases: &[Case]) -> Result<String> {
    match format {
        Format::Table => Ok(table(cases, common.ui())),
        Format::Json => output::json(&cases),
        Format::Jsonl => cases.iter().map(output::json_line).collect(),
        Format::Csv => output::csv(std::iter::once(case_columns()).chain(cases.iter().map(case_row))),
    }
}

fn table(cases: &[Case], ui: Ui) -> String {
    let mut out = String::new();
    for case in cases {
        let decided = case.decision.cluster.as_deref().unwrap_or(ui.say("none", "ingen"));
        let said = case
            .text
            .as_deref()
            .map_or_else(|| format!("sha256 {}", &case.text_sha256[..12]), |text| excerpt(text, EXCERPT));
        let (day, verdict) = (&case.created_at[..16], case.verdict.code());
        writeln!(out, "{}  {day}  {verdict:<6}  {decided:<16}  {said}", styled(FAINT, &case.id)).ok();
    }
    if cases.is_empty() {
        writeln!(out, "{}", ui.say("No cases.", "Ingen sager.")).ok();
    }
    out
}

fn page(case: &Case, ui: Ui) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        writeln!(out, "{text}").ok();
    };
    line(&styled(STRONG, &case.id));
    line(&format!("{} · {} · {}", case.created_at, ui.language(case.language), case.verdict.code()));
    line("");
    line(&case.text.as_deref().map_or_else(|| format!("sha256 {}", case.text_sha256), printable));
    line(&format!("\n{}", styled(STRONG, ui.say("Suggested", "Foreslået"))));
    for suggestion in case.suggestions.iter().take(3) {
        line(&format!("{:>6}  {}", percent(suggestion.probability), suggestion.name));
    }
    line(&format!("\n{}", styled(STRONG, ui.say("Decided", "Besluttet"))));
    line(case.decision.cluster.as_deref().unwrap_or(ui.say("none fits", "ingen passer")));
    for words in [&case.decision.note, &case.decision.by].into_iter().flatten() {
        line(&printable(words));
    }
    line(&format!("\n{}", styled(FAINT, format!("{} · {}", case.model, case.catalogue_version))));
    out
}
