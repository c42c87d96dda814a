//! The clusters, and two of them side by side.

use jiff::civil::Date;
use maud::{Markup, html};

use super::{full_name, of, site, status};
use crate::catalogue::{Catalogue, Cluster, Status};
use crate::speech::Speech;

/// All clusters, below two that are compared.
pub(in crate::web) fn clusters(speech: Speech, catalogue: &Catalogue, pair: [Option<&str>; 2], day: Date) -> Markup {
    let say = |en, da| speech.say(en, da);
    let chosen = pair.map(|id| id.and_then(|id| catalogue.cluster(id)));
    html! {
        h1 { (say("The clusters", "Klyngerne")) }
        p .soft {
            (speech.fill("What is known as of {}, edition {}.", "Hvad man ved pr. {}, udgave {}.", &[&speech.date(catalogue.as_of), &catalogue.version]))
        }
        section #compare {
            h2 { (say("Two side by side", "To ved siden af hinanden")) }
            form action="/clusters#compare" {
                div .row {
                    @for (name, one) in ["a", "b"].into_iter().zip(chosen) {
                        div {
                            label for=(name) { @if name == "a" { (say("One", "Den ene")) } @else { (say("The other", "Den anden")) } }
                            select id=(name) name=(name) {
                                @for cluster in &catalogue.clusters {
                                    option value=(cluster.id) selected[one.is_some_and(|one| one.id == cluster.id)] { (cluster.name.short) }
                                }
                            }
                        }
                    }
                    div { button .plain { (say("Compare", "Sammenlign")) } }
                }
            }
            @if let [Some(a), Some(b)] = chosen {
                div .pair {
                    @for cluster in [a, b] { div { h3 { (cluster.name.short) } (facts(speech, catalogue, cluster, day)) } }
                }
            }
        }
        section {
            h2 { (say("All fourteen", "Alle fjorten")) }
            @for cluster in &catalogue.clusters {
                details id=(cluster.id) {
                    summary {
                        strong { (cluster.name.short) }
                        @if cluster.status_on(day) != Status::Active { " " span .status { (status(speech, cluster.status_on(day))) } }
                    }
                    (facts(speech, catalogue, cluster, day))
                }
            }
        }
    }
}

fn facts(speech: Speech, catalogue: &Catalogue, cluster: &Cluster, day: Date) -> Markup {
    let say = |en, da| speech.say(en, da);
    let focus = if speech.is_danish() { &cluster.focus.da } else { &cluster.focus.en };
    let living = cluster.alternatives.iter().filter(|_| cluster.status_on(day) == Status::Closed);
    html! {
        div .card {
            p { strong { (full_name(speech, cluster)) } }
            p { (of(speech, &cluster.covers)) }
            p { (of(speech, &cluster.offers)) }
            dl {
                dt { (say("Fields", "Felter")) }
                dd { (focus.join(", ")) }
                dt { (say("Seat", "Hjemsted")) }
                dd { (cluster.seat.town.as_deref().unwrap_or(say("not confirmed", "ikke bekræftet"))) }
                dt { (say("Status", "Status")) }
                dd { (status(speech, cluster.status_on(day))) }
                @for other in living {
                    dt { (say("Instead", "I stedet")) }
                    dd {
                        (catalogue.cluster(&other.id).map_or(other.id.as_str(), |one| one.name.short.as_str())) ": "
                        (say(&other.reason_en, &other.reason_da))
                    }
                }
                dt { (say("Website", "Hjemmeside")) }
                dd { a href=(cluster.website) rel="noreferrer" target="_blank" { (site(&cluster.website)) } }
            }
        }
    }
}
