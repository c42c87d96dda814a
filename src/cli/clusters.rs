//! `matcher clusters`: what the clusters are.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde::Serialize;

use super::args::{Clusters, Common, Format, Ui};
use super::output::{self, FAINT, STRONG, WARNING, styled};
use super::{Outcome, matcher};
use crate::catalogue::{Catalogue, Cluster, Status};
use crate::error::{Error, Result};
use crate::matcher::Options;

/// A cluster with its status on the day that was asked for.
#[derive(Serialize)]
struct Listed<'c> {
    status_on_day: Status,
    #[serde(flatten)]
    cluster: &'c Cluster,
}

pub(crate) fn run(args: &Clusters, common: &Common) -> Result<Outcome> {
    let matcher = matcher(common)?;
    let catalogue = matcher.catalogue();
    let day = args.as_of.unwrap_or_else(|| Options::default().as_of);
    let chosen: Vec<&Cluster> = match &args.id {
        None => catalogue.clusters.iter().collect(),
        Some(id) => vec![catalogue.cluster(id).ok_or_else(|| unknown(id, catalogue))?],
    };
    let listed = chosen.iter().map(|cluster| Listed { status_on_day: cluster.status_on(day), cluster });
    let results = match output::format(common)? {
        Format::Table if args.id.is_some() => chosen.iter().map(|cluster| page(cluster, day, common.ui())).collect(),
        Format::Table => table(catalogue, day, common.ui()),
        Format::Csv => csv(&chosen, day)?,
        Format::Jsonl => listed.map(|one| output::json_line(&one)).collect::<Result<String>>()?,
        Format::Json if args.id.is_some() => listed.map(|one| output::json(&one)).collect::<Result<String>>()?,
        Format::Json => output::json(&listed.collect::<Vec<_>>())?,
    };
    output::emit(common, &results)?;
    Ok(Outcome::Done)
}

fn unknown(id: &str, catalogue: &Catalogue) -> Error {
    let ids: Vec<_> = catalogue.clusters.iter().map(|cluster| cluster.id.as_str()).collect();
    Error::usage(format!("no cluster has the id {id:?}")).with_hint(format!("the ids are {}", ids.join(", ")))
}

fn csv(clusters: &[&Cluster], day: Date) -> Result<String> {
    let header = ["id", "name_en", "name_da", "status", "region", "town", "website"].map(str::to_owned).to_vec();
    let rows = clusters.iter().map(|cluster| {
        vec![
            cluster.id.clone(),
            cluster.name.en.clone(),
            cluster.name.da.clone(),
            cluster.status_on(day).to_string(),
            Ui::En.region(cluster.region).to_owned(),
            cluster.seat.town.clone().unwrap_or_default(),
            cluster.website.clone(),
        ]
    });
    output::csv(std::iter::once(header).chain(rows))
}

fn table(catalogue: &Catalogue, day: Date, ui: Ui) -> String {
    let mut out = String::new();
    let width = |of: &dyn Fn(&Cluster) -> usize| catalogue.clusters.iter().map(of).max().unwrap_or(0);
    let ids = width(&|cluster| cluster.id.len());
    let names = width(&|cluster| cluster.name.short.chars().count());
    for cluster in &catalogue.clusters {
        let town = cluster.seat.town.as_deref().unwrap_or_else(|| ui.say("seat unconfirmed", "sæde ubekræftet"));
        let status = cluster.status_on(day);
        let status =
            if status == Status::Closed { styled(WARNING, ui.status(status)) } else { ui.status(status).to_owned() };
        let padding = " ".repeat(names - cluster.name.short.chars().count());
        writeln!(out, "{:ids$}  {}{padding}  {town:<16}  {status}", cluster.id, cluster.name.short).ok();
    }
    let footer = match ui {
        Ui::En => format!(
            "Catalogue {}, facts as of {}. `matcher clusters ID` shows one.",
            catalogue.version, catalogue.as_of
        ),
        Ui::Da => {
            format!("Katalog {}, fakta pr. {}. `matcher clusters ID` viser en.", catalogue.version, catalogue.as_of)
        }
    };
    writeln!(out, "\n{}", styled(FAINT, footer)).ok();
    out
}

fn page(cluster: &Cluster, day: Date, ui: Ui) -> String {
    let mut out = String::new();
    let (name, covers, offers, focus) = match ui {
        Ui::En => (&cluster.name.en, &cluster.covers.en, &cluster.offers.en, &cluster.focus.en),
        Ui::Da => (&cluster.name.da, &cluster.covers.da, &cluster.offers.da, &cluster.focus.da),
    };
    let mut line = |text: &str| {
        writeln!(out, "{text}").ok();
    };
    line(&styled(STRONG, name));
    line(&format!("{} · {} · {} · {}", cluster.id, ui.kind(cluster.kind), ui.region(cluster.region), cluster.website));
    let status = cluster.status_on(day);
    if status == Status::Closed {
        line(&styled(WARNING, ui.status(status)));
    }
    line("");
    line(covers);
    line("");
    line(offers);
    line(&format!("\n{}", styled(STRONG, ui.say("Focus", "Fokus"))));
    line(&focus.join(", "));
    line(&format!("\n{}", styled(STRONG, ui.say("Seat", "Hovedsæde"))));
    let town = cluster.seat.town.as_deref().unwrap_or_else(|| ui.say("unconfirmed", "ubekræftet"));
    line(&[cluster.seat.postal_code.as_deref(), Some(town)].into_iter().flatten().collect::<Vec<_>>().join(" "));
    let note = match ui {
        Ui::En => &cluster.seat.note_en,
        Ui::Da => &cluster.seat.note_da,
    };
    if let Some(note) = note {
        line(note);
    }
    line(&format!("\n{}", styled(STRONG, ui.say("History", "Historie"))));
    for former in &cluster.former_names {
        let note = match ui {
            Ui::En => &former.note_en,
            Ui::Da => &former.note_da,
        };
        let until = former.until.map(|until| format!(" (– {until})")).unwrap_or_default();
        line(format!("{}{until}: {}", former.name, note.as_deref().unwrap_or_default()).trim_end_matches(": "));
    }
    for period in &cluster.status {
        let until = period.valid_to.map(|day| day.to_string()).unwrap_or_default();
        let event = match ui {
            Ui::En => &period.event_en,
            Ui::Da => &period.event_da,
        };
        line(&format!("{} – {until}: {}. {event}", period.valid_from, ui.status(period.state)));
        line(&styled(FAINT, format!("  {}", period.source)));
    }
    if !cluster.alternatives.is_empty() {
        line(&format!("\n{}", styled(STRONG, ui.say("Alternatives", "Alternativer"))));
    }
    for alternative in &cluster.alternatives {
        let reason = match ui {
            Ui::En => &alternative.reason_en,
            Ui::Da => &alternative.reason_da,
        };
        line(&format!("{}: {reason}", alternative.id));
    }
    line(&format!("\n{}", styled(STRONG, ui.say("Sources", "Kilder"))));
    for source in &cluster.sources {
        line(source);
    }
    out
}
