//! What the list amounts to: in words, per cluster, per kind, and where the clusters sit.

use maud::{Markup, PreEscaped, html};

use super::bars::{Bar, bars};
use super::words::{number, part};
use super::{Count, Page};
use crate::catalogue::{Certainty, Status};
use crate::error::Result;
use crate::map::{Seat, map};
use crate::matcher::Verdict;
use crate::text::Language;

const VERDICTS: [Verdict; 3] = [Verdict::Fit, Verdict::Unsure, Verdict::None];

/// Clusters named in the summary.
const NAMED: usize = 3;

impl Page<'_> {
    /// The summary in plain words, the four counts, and what is left to do.
    pub(super) fn overview(&self) -> Markup {
        let speech = self.speech;
        let rows = self.summary.rows;
        let of = |verdict| number(self.summary.with_verdict(verdict));
        let failed = self.summary.failed();
        let said = speech.fill(
            "Of {} the program places {} clearly with one cluster and is in doubt about {}. For {} it finds no \
             cluster that fits; {} it could not read.",
            "Af {} placerer programmet {} klart hos én klynge og er i tvivl om {}. Til {} finder det ingen \
             klynge, der passer; {} kunne det ikke læse.",
            &[&speech.rows(rows), &of(Verdict::Fit), &of(Verdict::Unsure), &of(Verdict::None), &number(failed)],
        );
        let counts = self.counts();
        let most: Vec<String> =
            counts.iter().take(NAMED).filter(|count| count.total() > 0).map(|count| self.counted(count)).collect();
        html! {
            p.lead { (said) }
            @if !most.is_empty() {
                p { (speech.fill("Most rows go to {}.", "Flest rækker går til {}.", &[&speech.list(&most)])) }
            }
            dl.tiles {
                @for verdict in VERDICTS {
                    @let count = self.summary.with_verdict(verdict);
                    (self.tile(verdict.code(), speech.verdict(verdict), count, speech.verdict_means(verdict)))
                }
                @let means = speech.say("Empty or damaged.", "Tomme eller ødelagte.");
                (self.tile("faulty", speech.say("Faulty", "Fejl"), failed, means))
            }
            (self.to_do())
        }
    }

    fn counted(&self, count: &Count<'_>) -> String {
        format!("{} ({})", self.name(count.cluster), number(count.total()))
    }

    fn tile(&self, class: &str, name: &str, count: u64, means: &str) -> Markup {
        html! {
            div class=(class) {
                dt { (name) }
                dd { span.count { (number(count)) } span.share { (part(count, self.summary.rows)) } }
                dd.means { (means) }
            }
        }
    }

    fn to_do(&self) -> Markup {
        let speech = self.speech;
        let (unsure, failed) = (self.portfolio.doubtful_rows, self.summary.failed());
        let items = [
            (
                "#doubtful",
                unsure,
                speech.say("Doubtful rows", "Tvivlsomme rækker"),
                speech.say(
                    "choose between the candidates, or ask the company",
                    "vælg mellem kandidaterne, eller spørg virksomheden",
                ),
            ),
            (
                "#thin",
                self.portfolio.thin_rows,
                speech.say("Rows with too little text", "Rækker med for lidt tekst"),
                speech.say("ask for a sentence or two more", "bed om en sætning eller to mere"),
            ),
            (
                "#faulty",
                failed,
                speech.say("Faulty rows", "Rækker med fejl"),
                speech.say("mend them in the list and run it again", "ret dem i listen, og kør den igen"),
            ),
        ];
        html! {
            @if items.iter().any(|(_, count, _, _)| *count > 0) {
                h2.later { (speech.say("What is left to do", "Hvad der er tilbage at gøre")) }
                ul.next {
                    @for (link, count, name, what) in items.iter().filter(|(_, count, _, _)| *count > 0) {
                        li { a href=(link) { (name) } ": " strong { (number(*count)) } ". " (capital(what)) "." }
                    }
                }
            }
        }
    }

    /// Rows per cluster: a chart, a table, and what to know of clusters that have closed.
    pub(super) fn clusters(&self) -> Result<Markup> {
        let speech = self.speech;
        let rows = self.summary.rows;
        let counts = self.counts();
        let title = speech.say("Rows per cluster", "Rækker pr. klynge");
        let drawn: Vec<Bar> = counts
            .iter()
            .map(|count| Bar { name: self.name(count.cluster), fit: count.fit, unsure: count.unsure })
            .collect();
        let chart = bars(title, &drawn, rows)?;
        let (none, failed) = (self.summary.with_verdict(Verdict::None), self.summary.failed());
        let [clear, doubt] = [Verdict::Fit, Verdict::Unsure].map(|verdict| self.summary.with_verdict(verdict));
        let line = |name: &str, fit: Option<u64>, unsure: Option<u64>, total: u64| {
            html! {
                th scope="row" { (name) }
                td.n { @if let Some(fit) = fit { (number(fit)) } }
                td.n { @if let Some(unsure) = unsure { (number(unsure)) } }
                td.n { (number(total)) }
                td.n { (part(total, rows)) }
            }
        };
        Ok(html! {
            section #clusters {
                h2 { (title) }
                div.pair {
                    figure {
                        (PreEscaped(chart))
                        figcaption {
                            span.key { i {} (speech.verdict(Verdict::Fit)) }
                            span.key { i.unsure {} (speech.verdict(Verdict::Unsure)) }
                            (speech.say("Shares are of all rows.", "Andele er af alle rækker."))
                        }
                    }
                    table.keep {
                        caption {
                            (speech.say("Each row counts for its first cluster.", "Hver række tæller for sin første klynge."))
                        }
                        thead { tr {
                            th scope="col" { (speech.say("Cluster", "Klynge")) }
                            th.n scope="col" { (speech.verdict(Verdict::Fit)) }
                            th.n scope="col" { (speech.verdict(Verdict::Unsure)) }
                            th.n scope="col" { (speech.say("Total", "I alt")) }
                            th.n scope="col" { (speech.say("Share", "Andel")) }
                        } }
                        tbody {
                            @for count in &counts {
                                tr data-cluster=(count.cluster.id) {
                                    (line(&self.name(count.cluster), Some(count.fit), Some(count.unsure), count.total()))
                                }
                            }
                            tr data-cluster="none" { (line(speech.verdict(Verdict::None), None, None, none)) }
                            tr data-cluster="faulty" { (line(speech.say("Faulty", "Fejl"), None, None, failed)) }
                        }
                        tfoot { tr { (line(speech.say("All rows", "Alle rækker"), Some(clear), Some(doubt), rows)) } }
                    }
                }
                (self.closed(&counts))
            }
        })
    }

    /// Where to turn instead of clusters that have closed.
    fn closed(&self, counts: &[Count<'_>]) -> Markup {
        let speech = self.speech;
        let closed =
            |count: &&Count<'_>| count.total() > 0 && count.cluster.status_on(self.about.as_of) == Status::Closed;
        html! {
            @for count in counts.iter().filter(closed) {
                div.note.keep {
                    p {
                        strong { (speech.fill("{} has closed.", "{} er lukket.", &[&count.cluster.name.short])) } " "
                        (speech.fill(
                            "Its {} still say what the companies do; these clusters take them up:",
                            "{} siger stadig, hvad virksomhederne laver; disse klynger kan tage imod dem:",
                            &[&speech.rows(count.total())],
                        ))
                    }
                    ul {
                        @for alternative in &count.cluster.alternatives {
                            @let found = self.matcher.catalogue().cluster(&alternative.id);
                            @let name = found.map_or(&alternative.id, |cluster| &cluster.name.short);
                            li { strong { (name) } ": " (speech.say(&alternative.reason_en, &alternative.reason_da)) }
                        }
                    }
                }
            }
        }
    }

    /// Rows per verdict and per language.
    pub(super) fn kinds(&self) -> Markup {
        let speech = self.speech;
        let rows = self.summary.rows;
        let failed = self.summary.failed();
        let table = |caption: &str, column: &str, lines: &[(String, &str, u64)]| {
            html! {
                table.keep {
                    caption { (caption) }
                    thead { tr {
                        th scope="col" { (column) }
                        th scope="col" { (speech.say("In the list", "I listen")) }
                        th.n scope="col" { (speech.say("Rows", "Rækker")) }
                        th.n scope="col" { (speech.say("Share", "Andel")) }
                    } }
                    tbody {
                        @for (name, code, count) in lines {
                            tr {
                                th scope="row" { (name) }
                                td { @if !code.is_empty() { code { (code) } } }
                                td.n { (number(*count)) }
                                td.n { (part(*count, rows)) }
                            }
                        }
                    }
                }
            }
        };
        let column = |name| speech.fill("Column {}", "Kolonnen {}", &[&self.column(name)]);
        let faulty = || (speech.say("Faulty", "Fejl").to_owned(), "", failed);
        let verdicts = VERDICTS
            .map(|verdict| (speech.verdict(verdict).to_owned(), verdict.code(), self.summary.with_verdict(verdict)));
        let languages = [Language::Da, Language::En, Language::Mixed, Language::Other].map(|language| {
            (speech.language(language).to_owned(), language.code(), self.summary.in_language(language))
        });
        let verdicts: Vec<_> = verdicts.into_iter().chain([faulty()]).collect();
        let languages: Vec<_> = languages.into_iter().chain([faulty()]).collect();
        html! {
            section #kinds {
                h2 { (speech.say("Verdicts and languages", "Vurderinger og sprog")) }
                div.pair {
                    (table(&column("verdict"), speech.say("Verdict", "Vurdering"), &verdicts))
                    (table(&column("language"), speech.say("Language", "Sprog"), &languages))
                }
            }
        }
    }

    /// The map, and the clusters that are not on it.
    pub(super) fn seats(&self) -> Markup {
        let speech = self.speech;
        let counts = self.counts();
        let (mut seats, mut unplaced) = (Vec::new(), Vec::new());
        for count in &counts {
            let seat = &count.cluster.seat;
            match (seat.latitude, seat.longitude, &seat.town) {
                (Some(latitude), Some(longitude), Some(town)) => seats.push(Seat {
                    latitude,
                    longitude,
                    town: town.clone(),
                    name: self.name(count.cluster),
                    size: count.total() as f64,
                    value: number(count.total()),
                }),
                _ => unplaced.push(count),
            }
        }
        let dated = counts.iter().any(|count| !matches!(count.cluster.seat.certainty, Certainty::Confirmed));
        let title =
            speech.say("Where the recommended clusters have their seats", "Hvor de anbefalede klynger har hjemme");
        html! {
            section #map .keep {
                h2 { (title) }
                div.pair.wide {
                    figure {
                        (map(title, &seats))
                        figcaption {
                            (speech.say(
                                "The area of a circle stands for rows whose first cluster has its seat there, \
                                 not for where the companies are.",
                                "Cirklens areal står for rækker, hvis første klynge har hjemme dér, ikke for \
                                 hvor virksomhederne ligger.",
                            ))
                        }
                    }
                    div {
                        @if !unplaced.is_empty() {
                            table {
                                caption {
                                    (speech.say(
                                        "No seat is known of these clusters",
                                        "Hjemstedet kendes ikke for disse klynger",
                                    ))
                                }
                                thead { tr {
                                    th scope="col" { (speech.say("Cluster", "Klynge")) }
                                    th.n scope="col" { (speech.say("Rows", "Rækker")) }
                                } }
                                tbody {
                                    @for count in unplaced {
                                        tr {
                                            th scope="row" { (self.name(count.cluster)) }
                                            td.n { (number(count.total())) }
                                        }
                                    }
                                }
                            }
                        }
                        @if dated {
                            p.soft { small {
                                (speech.say(
                                    "Some seats come from sources that are years old; all clusters work nationwide.",
                                    "Nogle hjemsteder stammer fra kilder, der er flere år gamle; alle klynger \
                                     arbejder i hele landet.",
                                ))
                            } }
                        }
                    }
                }
            }
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
