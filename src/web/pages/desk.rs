//! The desk itself: a text, what fits it and why, and the decision.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::json;

use super::status;
use crate::catalogue::{Catalogue, Status};
use crate::matcher::LIKELY;
use crate::speech::Speech;

/// The page. Its answers are filled in by `desk.js`.
pub(in crate::web) fn desk(speech: Speech, catalogue: &Catalogue) -> Markup {
    let say = |en, da| speech.say(en, da);
    html! {
        div #desk data-words=(words(speech)) {
            h1 { (say("Which cluster fits?", "Hvilken klynge passer?")) }
            label for="text" { (say("What does the company do?", "Hvad laver virksomheden?")) }
            p .hint #text-hint {
                (say(
                    "In its own words, Danish or English: a sentence, or a page pasted from its website.",
                    "Med egne ord, på dansk eller engelsk: en sætning, eller en side kopieret fra hjemmesiden.",
                ))
            }
            textarea #text aria-describedby="text-hint" spellcheck="false" autocomplete="off" autofocus {}
            noscript { p .note { (say("This page needs JavaScript.", "Siden kræver JavaScript.")) } }
            section #result hidden {
                div role="status" aria-live="polite" {
                    p .lead #headline {}
                    p #next {}
                }
                div #details {
                    p .note #cpr hidden {
                        (say(
                            "The text has a number that looks like a CPR number. It is masked in what is saved; better delete it.",
                            "Teksten har et tal, der ligner et CPR-nummer. Det sløres i det, der gemmes; slet det hellere.",
                        ))
                    }
                    div .answer {
                        div {
                            h2 .soft #read-label {}
                            div .read #read tabindex="0" role="region" aria-labelledby="read-label" {}
                            p .hint #language {}
                            p .hint #unknown hidden {}
                            ol .cards #cards {}
                            div #tip hidden {
                                h2 { (say("What would tip it", "Hvad kunne vippe det")) }
                                p #tip-words {}
                                p { a #compare href="/clusters" { (say("Compare the two", "Sammenlign de to")) } }
                            }
                        }
                        div {
                            h2 { (say("Decide", "Beslut")) }
                            (decide(speech, catalogue))
                            h2 { (say("Where they are", "Hvor de holder til")) }
                            div #map {}
                        }
                    }
                }
            }
            section {
                details {
                    summary { (say("Keys", "Taster")) }
                    p {
                        kbd { "Tab" } " " (say("goes through cards, words and decision; ", "går gennem kort, ord og beslutning; "))
                        kbd { "Ctrl" } "+" kbd { "Enter" } " " (say("goes from the text to the decision.", "går fra teksten til beslutningen."))
                    }
                }
            }
            template #card { (card(speech)) }
        }
    }
}

fn card(speech: Speech) -> Markup {
    let say = |en, da| speech.say(en, da);
    html! {
        li .card {
            header {
                h3 data-part="name" {}
                span .sure data-part="sure" {}
            }
            meter data-part="meter" min="0" max="1" {}
            p .status data-part="status" hidden {}
            p data-part="others" hidden {}
            div data-part="for-words" {
                span .soft { (say("For:", "For:")) }
                ul .chips data-part="for" {}
            }
            div data-part="against-words" {
                span .soft { (say("Against:", "Imod:")) }
                ul .chips.against data-part="against" {}
            }
            details {
                summary { (say("What the cluster is and offers", "Hvad klyngen er og tilbyder")) }
                p data-part="covers" {}
                p data-part="offers" {}
                dl {
                    dt { (say("Seat", "Hjemsted")) }
                    dd data-part="seat" {}
                    dt { (say("Website", "Hjemmeside")) }
                    dd { a data-part="site" rel="noreferrer" target="_blank" {} }
                }
            }
        }
    }
}

fn decide(speech: Speech, catalogue: &Catalogue) -> Markup {
    let say = |en, da| speech.say(en, da);
    html! {
        form #decide autocomplete="off" {
            fieldset {
                legend { (say("Which is it?", "Hvilken bliver det?")) }
                div .choices {
                    label { input type="radio" name="choice" value="accept" checked; span #accept-name {} }
                    label { input type="radio" name="choice" value="other"; span { (say("Another cluster", "En anden klynge")) } }
                    select #other name="other" aria-label=(say("Another cluster", "En anden klynge")) {
                        option value="" { (say("Choose …", "Vælg …")) }
                        @for cluster in &catalogue.clusters {
                            option value=(cluster.id) { (cluster.name.short) }
                        }
                    }
                    label { input type="radio" name="choice" value="none"; span { (say("None fits", "Ingen passer")) } }
                }
            }
            p {
                label for="note" { (say("Note", "Note")) }
                textarea .short #note name="note" {}
            }
            p {
                label for="by" { (say("Your name or initials (optional)", "Dit navn eller initialer (valgfrit)")) } br;
                input #by name="by" autocomplete="off";
            }
            button name="save" { (say("Save the decision", "Gem beslutningen")) }
            p .note #saved hidden tabindex="-1" {
                (say("Saved.", "Gemt.")) " "
                a #handout-link href="/cases" { (say("Hand-out to print", "Ark til udskrift")) } " · "
                a #case-link href="/cases" { (say("The case", "Sagen")) }
            }
            p .note.bad #unsaved hidden role="alert" {}
        }
    }
}

/// What `desk.js` says.
fn words(speech: Speech) -> String {
    let say = |en: &'static str, da: &'static str| speech.say(en, da);
    let notable = [Status::Closed, Status::Unconfirmed, Status::NotYet];
    let statuses: BTreeMap<_, _> = notable.into_iter().map(|one| (one.code(), status(speech, one))).collect();
    json!({
        "fits": say("{} fits.", "{} passer."),
        "fitsNext": say("See the words behind it below, then decide.", "Se ordene bag nedenfor, og beslut så."),
        "closed": say("The field is that of {}, which has closed.", "Feltet er {}, som er lukket."),
        "closedNext": say("Its card names living alternatives.", "Kortet nævner levende alternativer."),
        "closedLikely": say("The field is most likely that of {}, which has closed.", "Feltet er nok {}, som er lukket."),
        "likelyFrom": LIKELY,
        "likely": say("Most likely {}, but not surely.", "Nok {}, men ikke sikkert."),
        "unsure": say("Not sure: no cluster clearly leads.", "Usikkert: ingen klynge fører klart."),
        "unsureNext": say("Ask what the company lives by, and add it to the text.", "Spørg, hvad virksomheden lever af, og skriv det til i teksten."),
        "none": say("No cluster fits.", "Ingen klynge passer."),
        "noneNext": say(
            "That is an honest answer: shops, clinics, law and personal services have no cluster. The nearest are below; a business hub can help in other ways.",
            "Det er et ærligt svar: butikker, klinikker, jura og personlig service har ingen klynge. De nærmeste står nedenfor; erhvervshuset kan hjælpe på andre måder.",
        ),
        "thin": say("Too little to say.", "For lidt at gå efter."),
        "thinNext": say("No word here tells a trade. Write what the company makes or sells, and to whom.", "Ingen ord her fortæller om et fag. Skriv, hvad virksomheden laver eller sælger, og til hvem."),
        "failed": say("That did not work.", "Det lykkedes ikke."),
        "unreachable": say("The program does not answer. Is it still running?", "Programmet svarer ikke. Kører det stadig?"),
        "sure": [
            say("very likely", "meget sandsynlig"),
            say("likely", "sandsynlig"),
            say("possible", "mulig"),
            say("less likely", "mindre sandsynlig"),
            say("unlikely", "usandsynlig"),
        ],
        "probability": say("How likely {} is", "Hvor sandsynlig {} er"),
        "danish": say("Read as Danish.", "Læst som dansk."),
        "english": say("Read as English.", "Læst som engelsk."),
        "mixed": say("Read as Danish and English.", "Læst som dansk og engelsk."),
        "other": say("Neither Danish nor English: hardly understood.", "Hverken dansk eller engelsk: næppe forstået."),
        "unknown": say(
            "Words the program has not met before, and reads by their parts if at all: {}",
            "Ord, programmet ikke har mødt før og højst læser efter deres dele: {}",
        ),
        "read": say("The text, with the words for and against {}", "Teksten med ordene for og imod {}"),
        "tip": say(
            "Runner-up: {} ({}). What would speak for {} rather than {}: more about {}.",
            "Nummer to: {} ({}). Det, der ville tale for {} frem for {}: mere om {}.",
        ),
        "tipNone": say("Runner-up: {} ({}). No single word sets it ahead of {}.", "Nummer to: {} ({}). Intet enkelt ord stiller den foran {}."),
        "quoted": say("“{}”", "»{}«"),
        "accept": say("{}, as suggested", "{}, som foreslået"),
        "alternatives": say("Turn to instead: {}", "Gå i stedet til: {}"),
        "noSeat": say("not confirmed", "ikke bekræftet"),
        "status": statuses,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::Matcher;
    use crate::text::Language;

    #[test]
    fn both_languages_say_the_same_things() {
        let keys = |language| {
            let words: serde_json::Value = serde_json::from_str(&words(Speech(language))).expect("JSON");
            words.as_object().map(|words| words.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(keys(Language::Da), keys(Language::En));
    }

    #[test]
    fn every_cluster_can_be_chosen() {
        let matcher = Matcher::embedded().expect("the embedded model");
        let page = desk(Speech(Language::Da), matcher.catalogue()).into_string();
        assert!(matcher.catalogue().clusters.iter().all(|one| page.contains(&format!("value=\"{}\"", one.id))));
    }
}
