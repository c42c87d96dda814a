//! The page that a company takes home: one sheet of A4, in its own language.

use jiff::civil::Date;
use maud::{Markup, html};

use super::cases::lang;
use super::{full_name, of, site, status};
use crate::catalogue::{Catalogue, Cluster, Status};
use crate::explain::Reason;
use crate::onboarding::Case;
use crate::speech::Speech;

/// Characters of the company's text on the sheet.
const QUOTED: usize = 420;

/// Words that are named as reasons.
const WORDS: usize = 6;

/// The sheet.
pub(in crate::web) fn handout(speech: Speech, catalogue: &Catalogue, case: &Case, day: Date) -> Markup {
    let say = |en, da| speech.say(en, da);
    let chosen = case.decision.cluster.as_ref().and_then(|id| catalogue.cluster(id));
    let words: Vec<&str> = case
        .reasons
        .iter()
        .filter(|reason| reason.weight > 0.05)
        .take(WORDS)
        .map(|reason| reason.text.as_str())
        .collect();
    let second = case.suggestions.iter().find(|one| {
        Some(&one.cluster) != case.decision.cluster.as_ref() && one.status != Status::Closed && one.probability >= 0.05
    });
    let second = second.and_then(|one| catalogue.cluster(&one.cluster));
    html! {
        p .screen {
            a href={ "/cases/" (case.id) } { (say("Back to the case", "Tilbage til sagen")) } " "
            button #print type="button" { (say("Print", "Udskriv")) }
        }
        article .sheet {
            p .soft { (say("A national business cluster for your company", "En national erhvervsklynge til jeres virksomhed")) " · " (speech.date(day)) }
            @match chosen {
                Some(cluster) => { h1 { (speech.fill("We recommend {}", "Vi anbefaler {}", &[&cluster.name.short])) } p { (full_name(speech, cluster)) } }
                None => h1 { (say("No national cluster fits your company", "Ingen national klynge passer til jeres virksomhed")) },
            }
            @if let Some(note) = &case.decision.note { p { (note) } }
            @if let Some(text) = &case.text {
                section {
                    h2 { (say("In your own words", "Med jeres egne ord")) }
                    blockquote lang=[lang(case.language, speech)] { (quoted(text, &case.reasons)) }
                    @if chosen.is_some() && !words.is_empty() {
                        p { (say("What spoke for it: ", "Det talte for: ")) (words.join(", ")) "." }
                    }
                }
            }
            @match chosen {
                Some(cluster) => (offer(speech, catalogue, cluster, day)),
                None => section {
                    h2 { (say("What then?", "Hvad så?")) }
                    p { (say(
                        "The clusters cover trades such as food, energy or IT. Shops, clinics, law and personal services lie outside them. Your business hub and your municipality's business service help every company, at no cost.",
                        "Klyngerne dækker fag som fødevarer, energi eller it. Butikker, klinikker, jura og personlig service ligger uden for. Jeres erhvervshus og kommunens erhvervsservice hjælper alle virksomheder, uden betaling.",
                    )) }
                },
            }
            @if let Some(second) = second {
                section {
                    h2 { (speech.fill("Also worth a talk: {}", "Også værd at tale med: {}", &[&second.name.short])) }
                    p { (of(speech, &second.offers)) " " a href=(second.website) { (site(&second.website)) } }
                }
            }
            section {
                h2 { (say("Next steps", "Næste skridt")) }
                ol {
                    @if let Some(cluster) = chosen {
                        li { (speech.fill("Look at {} and see what is on.", "Kig på {} og se, hvad der sker.", &[site(&cluster.website)])) }
                        li { (say("Write to them: who you are, what you want to develop, whom you look for.", "Skriv til dem: hvem I er, hvad I vil udvikle, hvem I søger.")) }
                        li { (say("Join one event before you decide on a membership.", "Deltag i ét arrangement, før I beslutter et medlemskab.")) }
                    } @else {
                        li { (say("Call your business hub and ask for a first talk.", "Ring til jeres erhvervshus og bed om en første snak.")) }
                        li { (say("Come back if what you live by changes.", "Kom igen, hvis det, I lever af, ændrer sig.")) }
                    }
                }
            }
            p .soft {
                (speech.fill(
                    "A program ({}) suggested, a person decided{}. Facts about the clusters: edition {}. They can be wrong; ask the cluster.",
                    "Et program ({}) foreslog, et menneske besluttede{}. Fakta om klyngerne: udgave {}. De kan være forkerte; spørg klyngen.",
                    &[&case.model, &case.decision.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default(), &case.catalogue_version],
                ))
                " " (speech.fill("Case {}.", "Sag {}.", &[&case.id[..8.min(case.id.len())]]))
            }
        }
    }
}

fn offer(speech: Speech, catalogue: &Catalogue, cluster: &Cluster, day: Date) -> Markup {
    let say = |en, da| speech.say(en, da);
    let closed = cluster.status_on(day) == Status::Closed;
    html! {
        @if closed {
            section {
                h2 { (speech.fill("{} has closed", "{} er lukket", &[&cluster.name.short])) }
                p { (say("Its field is yours, but it cannot be joined. Turn to:", "Feltet er jeres, men man kan ikke blive medlem. Gå til:")) }
                ul { @for other in &cluster.alternatives { @if let Some(one) = catalogue.cluster(&other.id) {
                    li { strong { (one.name.short) } ": " (say(&other.reason_en, &other.reason_da)) " " (site(&one.website)) }
                } } }
            }
        } @else {
            section {
                h2 { (say("What it offers", "Hvad den tilbyder")) }
                p { (of(speech, &cluster.offers)) }
                p {
                    strong { (say("Contact: ", "Kontakt: ")) }
                    a href=(cluster.website) { (site(&cluster.website)) }
                    @if let Some(town) = &cluster.seat.town { ", " (town) }
                }
                @if cluster.status_on(day) != Status::Active { p .status { (status(speech, cluster.status_on(day))) } }
            }
        }
    }
}

/// The beginning of a text, with its telling words marked.
fn quoted(text: &str, reasons: &[Reason]) -> Markup {
    match text.char_indices().nth(QUOTED) {
        None => marked(text, reasons),
        Some((end, _)) => {
            let end = text[..end].rfind(char::is_whitespace).unwrap_or(end);
            html! { (marked(&text[..end], reasons)) " …" }
        }
    }
}

/// A text with the words marked that speak for and against.
pub(super) fn marked(text: &str, reasons: &[Reason]) -> Markup {
    let mut spans: Vec<(usize, usize, bool)> = Vec::new();
    for reason in reasons.iter().filter(|reason| reason.weight.abs() > 0.05) {
        let all = std::iter::once((reason.start, reason.end)).chain(reason.also.iter().copied());
        spans.extend(all.map(|(start, end)| (start, end, reason.weight > 0.0)));
    }
    spans.sort_unstable();
    let mut at = 0;
    let mut parts = Vec::new();
    for (start, end, speaks_for) in spans {
        // What was stored may be of a text that was masked or cut since.
        if let (true, Some(before), Some(word)) = (start >= at, text.get(at..start), text.get(start..end)) {
            parts.push(html! { (before) @if speaks_for { mark { (word) } } @else { mark .against { (word) } } });
            at = end;
        }
    }
    html! { @for part in &parts { (part) } (&text[at..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_and_all_is_escaped() {
        let reason = |start, end, weight| Reason { text: String::new(), start, end, weight, also: vec![(90, 95)] };
        let html =
            marked("<b>både & skib", &[reason(3, 8, 1.0), reason(11, 15, -1.0), reason(4, 5, 0.5)]).into_string();
        assert_eq!(html, "&lt;b&gt;<mark>både</mark> &amp; <mark class=\"against\">skib</mark>");
    }
}
