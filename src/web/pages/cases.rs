//! Decisions that were kept: all of them, and one.

use maud::{Markup, PreEscaped, html};

use super::handout::marked;
use crate::catalogue::Catalogue;
use crate::matcher::Verdict;
use crate::onboarding::{Case, Order};
use crate::quote::excerpt;
use crate::speech::{Speech, percent};
use crate::text::Language;

/// Characters of a text in the list.
const EXCERPT: usize = 120;

/// What is listed, and what was asked for.
pub(in crate::web) struct Listing<'l> {
    pub(in crate::web) cases: &'l [Case],
    pub(in crate::web) query: &'l str,
    pub(in crate::web) verdict: Option<Verdict>,
    pub(in crate::web) order: Order,
    /// Where the next page is.
    pub(in crate::web) next: Option<String>,
    /// Where the same selection is as CSV, and as JSONL.
    pub(in crate::web) downloads: [String; 2],
}

/// The list of cases.
pub(in crate::web) fn cases(speech: Speech, catalogue: &Catalogue, listing: &Listing<'_>) -> Markup {
    let say = |en, da| speech.say(en, da);
    let is = |verdict| listing.verdict == Some(verdict);
    html! {
        h1 { (say("Cases", "Sager")) }
        form action="/cases" role="search" {
            div .row {
                div {
                    label for="query" { (say("Search", "Søg")) }
                    input #query type="search" name="query" value=(listing.query);
                }
                div {
                    label for="verdict" { (say("The program's answer", "Programmets svar")) }
                    select #verdict name="verdict" {
                        option value="" { (say("all", "alle")) }
                        @for verdict in [Verdict::Fit, Verdict::Unsure, Verdict::None] {
                            option value=(verdict.code()) selected[is(verdict)] { (verdict_name(speech, verdict)) }
                        }
                    }
                }
                div {
                    label for="order" { (say("Order", "Rækkefølge")) }
                    select #order name="order" {
                        option value="newest" { (say("newest first", "nyeste først")) }
                        option value="doubtful" selected[listing.order == Order::Doubtful] { (say("doubtful first", "tvivlsomme først")) }
                    }
                }
                div { button .plain { (say("Show", "Vis")) } }
            }
        }
        @if listing.cases.is_empty() {
            p { (say("No case was found.", "Der er ingen sager her.")) " " a href="/" { (say("Take in a company", "Tag imod en virksomhed")) } }
        } @else {
            div .wide { table {
                caption { (say("What was decided, with what the program had suggested first", "Hvad der blev besluttet, og hvad programmet foreslog først")) }
                thead { tr {
                    th scope="col" { (say("Company", "Virksomhed")) }
                    th scope="col" { (say("Suggested", "Foreslået")) }
                    th scope="col" { (say("Decided", "Besluttet")) }
                    th scope="col" { (say("When", "Hvornår")) }
                } }
                tbody { @for case in listing.cases { tr {
                    th scope="row" lang=[lang(case.language, speech)] { a href={ "/cases/" (case.id) } { (said(speech, case)) } }
                    td { (suggested(speech, case)) }
                    td { (decided(speech, catalogue, case)) }
                    td { (when(case)) }
                } } }
            } }
            @if let Some(next) = &listing.next {
                p { a href=(next) rel="next" { (say("More", "Flere")) } }
            }
            p {
                (say("Download these: ", "Hent disse: "))
                a href=(listing.downloads[0]) { "CSV" } ", "
                a href=(listing.downloads[1]) { "JSONL" }
            }
        }
    }
}

/// One case.
pub(in crate::web) fn case(speech: Speech, catalogue: &Catalogue, case: &Case) -> Markup {
    let say = |en, da| speech.say(en, da);
    html! {
        p { a href="/cases" { (say("All cases", "Alle sager")) } }
        h1 { (speech.fill("Decided: {}", "Besluttet: {}", &[&decided(speech, catalogue, case)])) }
        p {
            (when(case))
            @if let Some(by) = &case.decision.by { " · " (by) }
        }
        @if let Some(note) = &case.decision.note { p { strong { (say("Note: ", "Note: ")) } (note) } }
        p .screen {
            a .button href={ "/cases/" (case.id) "/handout" } { (say("Hand-out to print", "Ark til udskrift")) } " "
            button .plain type="button" data-forget=(case.id) { (say("Forget this case", "Glem denne sag")) }
        }
        section {
            h2 { (say("What the company said", "Hvad virksomheden sagde")) }
            @if case.masked { p .note { (say("A personal number was masked.", "Et CPR-lignende nummer er sløret.")) } }
            @match &case.text {
                Some(text) => div .read lang=[lang(case.language, speech)] { (PreEscaped(marked(text, &case.reasons).into_string())) },
                None => p { (say("Only a hash of the text is kept: ", "Kun et fingeraftryk af teksten er gemt: ")) code { (case.text_sha256) } },
            }
        }
        section {
            h2 { (say("What the program suggested", "Hvad programmet foreslog")) }
            p { (verdict_name(speech, case.verdict)) "." }
            div .wide { table {
                thead { tr {
                    th scope="col" { (say("Cluster", "Klynge")) }
                    th scope="col" { (say("Probability", "Sandsynlighed")) }
                    th scope="col" { (say("Words for it", "Ord for")) }
                } }
                tbody { @for one in case.suggestions.iter().take(5) { tr {
                    th scope="row" { (one.name) }
                    td { (percent(one.probability)) }
                    td { (one.reasons.iter().filter(|reason| reason.weight > 0.05).map(|reason| reason.text.as_str()).collect::<Vec<_>>().join(", ")) }
                } } }
            } }
            p .hint {
                (speech.fill("Model {}, catalogue {}.", "Model {}, katalog {}.", &[&case.model, &case.catalogue_version]))
            }
        }
        dialog #sure aria-labelledby="sure-title" data-failed=(say("That did not work.", "Det lykkedes ikke.")) {
            h2 #sure-title { (say("Forget this case for good?", "Glem denne sag for altid?")) }
            p { (say("Text, suggestion and decision are deleted from the file and cannot be brought back.", "Tekst, forslag og beslutning slettes fra filen og kan ikke hentes tilbage.")) }
            p .bad #failed role="alert" {}
            button .bad #forget type="button" { (say("Forget", "Glem")) } " "
            button .plain #keep type="button" autofocus { (say("Keep", "Behold")) }
        }
    }
}

/// Names the language of a text where it is not that of the page.
pub(super) fn lang(language: Language, speech: Speech) -> Option<&'static str> {
    match language {
        Language::Da | Language::En if language.code() != speech.code() => Some(language.code()),
        _ => None,
    }
}

fn said(speech: Speech, case: &Case) -> String {
    match &case.text {
        None => speech.fill(
            "(text not kept, {})",
            "(tekst ikke gemt, {})",
            &[&case.text_sha256[..8.min(case.text_sha256.len())]],
        ),
        Some(text) => excerpt(text, EXCERPT),
    }
}

fn suggested(speech: Speech, case: &Case) -> String {
    match (case.verdict, case.suggestions.first()) {
        (Verdict::None, _) | (_, None) => speech.say("none", "ingen").to_owned(),
        (_, Some(first)) => format!("{} ({})", first.name, percent(first.probability)),
    }
}

/// The decision in words.
pub(super) fn decided(speech: Speech, catalogue: &Catalogue, case: &Case) -> String {
    match &case.decision.cluster {
        None => speech.say("no cluster", "ingen klynge").to_owned(),
        Some(id) => catalogue.cluster(id).map_or_else(|| id.clone(), |cluster| cluster.name.short.clone()),
    }
}

/// Day and minute, in UTC as it is kept; `cases.js` says it by the clock of whoever looks.
fn when(case: &Case) -> Markup {
    let minute = case.created_at.get(..16).unwrap_or(&case.created_at).replace('T', " ");
    html! { time datetime=(case.created_at) { (minute) " UTC" } }
}

fn verdict_name(speech: Speech, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fit => speech.say("one cluster clearly leads", "én klynge fører klart"),
        Verdict::Unsure => speech.say("in doubt", "i tvivl"),
        Verdict::None => speech.say("none fits", "ingen passer"),
    }
}
