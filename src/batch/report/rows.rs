//! What is left for people: rows in doubt, with too little text, or faulty, and words to be taught.

use maud::{Markup, html};

use super::Page;
use super::words::{number, percent};
use crate::matcher::Verdict;
use crate::quote::{excerpt, one_line};

/// Rows shown of each kind; the list itself has them all.
const DOUBTFUL_SHOWN: usize = 40;
const THIN_SHOWN: usize = 20;

/// Letters of a text that are shown.
const EXCERPT: usize = 150;

/// Unknown words shown.
const WORDS_SHOWN: usize = 40;

impl Page<'_> {
    /// The rows between two clusters, closest first.
    pub(super) fn doubtful(&self) -> Markup {
        let speech = self.speech;
        let rows = &self.portfolio.doubtful;
        let all = self.portfolio.doubtful_rows;
        let unsure = self.summary.with_verdict(Verdict::Unsure);
        let caption = self.shown(rows.len().min(DOUBTFUL_SHOWN), all, &format!("{} = unsure", self.column("verdict")));
        let candidate = |(class, share): (usize, f64)| {
            let cluster = self.matcher.catalogue().clusters.get(class);
            format!("{} {}", cluster.map_or_else(String::new, |cluster| self.name(cluster)), percent(share))
        };
        html! {
            section #doubtful {
                h2 { (speech.say("Doubtful rows", "Tvivlsomme rækker")) }
                @if rows.is_empty() {
                    p { (speech.say("There are none.", "Der er ingen.")) }
                } @else {
                    p {
                        (speech.say(
                            "The closest calls come first. Whoever knows the company sees at a glance which it \
                             is; else ask what it lives from.",
                            "De tætteste kommer først. Den, der kender virksomheden, ser det med det samme; \
                             ellers spørg, hvad den lever af.",
                        ))
                        @if unsure > all {
                            " " (speech.fill(
                                "{} further rows in doubt say too little; they stand below.",
                                "Yderligere {} rækker i tvivl siger for lidt; de står længere nede.",
                                &[&number(unsure - all)],
                            ))
                        }
                    }
                    table.rows {
                        caption { (caption) }
                        thead { tr {
                            th scope="col" { (speech.say("Row", "Række")) }
                            th scope="col" { (speech.say("The text starts", "Teksten begynder")) }
                            th scope="col" { (speech.say("First candidate", "Første kandidat")) }
                            th scope="col" { (speech.say("Second candidate", "Anden kandidat")) }
                        } }
                        tbody {
                            @for row in rows.iter().take(DOUBTFUL_SHOWN) {
                                tr {
                                    th scope="row" data-label=(speech.say("Row", "Række")) { (number(row.row)) }
                                    td.text dir="auto" { (excerpt(&row.excerpt, EXCERPT)) }
                                    td { (candidate(row.candidates[0])) }
                                    td { (candidate(row.candidates[1])) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Rows with hardly a word that the model knows.
    pub(super) fn thin(&self) -> Markup {
        let speech = self.speech;
        let rows = &self.portfolio.thin;
        let caption = self.shown(rows.len().min(THIN_SHOWN), self.portfolio.thin_rows, "");
        html! {
            @if !rows.is_empty() {
                section #thin {
                    h2 { (speech.say("Rows with too little text", "Rækker med for lidt tekst")) }
                    p {
                        (speech.say(
                            "The model knows fewer than three words of each, so that its answer rests on next to \
                             nothing.",
                            "Modellen kender færre end tre ord i hver, så svaret hviler på næsten ingenting.",
                        ))
                    }
                    table {
                        caption { (caption) }
                        thead { tr {
                            th scope="col" { (speech.say("Row", "Række")) }
                            th scope="col" { (speech.say("The text", "Teksten")) }
                            th.n scope="col" { (speech.say("Known words", "Kendte ord")) }
                        } }
                        tbody {
                            @for row in rows.iter().take(THIN_SHOWN) {
                                tr {
                                    th scope="row" { (number(row.row)) }
                                    td.text dir="auto" { (excerpt(&row.excerpt, EXCERPT)) }
                                    td.n { (row.known_words) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Faulty rows by kind.
    pub(super) fn faulty(&self) -> Markup {
        let speech = self.speech;
        html! {
            @if self.summary.has_errors() {
                section #faulty .keep {
                    h2 { (speech.say("Faulty rows", "Rækker med fejl")) }
                    table {
                        caption {
                            (speech.fill(
                                "All of them have the reason in the column {}.",
                                "Alle har årsagen i kolonnen {}.",
                                &[&self.column("error")],
                            ))
                        }
                        thead { tr {
                            th scope="col" { (speech.say("What is wrong", "Hvad der er galt")) }
                            th.n scope="col" { (speech.say("Rows", "Rækker")) }
                            th scope="col" { (speech.say("The first", "Den første")) }
                        } }
                        tbody {
                            @for (kind, (count, first)) in &self.summary.errors {
                                tr {
                                    th scope="row" { (speech.error(*kind)) }
                                    td.n { (number(*count)) }
                                    td.text lang="en" { (one_line(first)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The words that the model did not know most often.
    pub(super) fn unknown(&self) -> Markup {
        let speech = self.speech;
        let mut words: Vec<(&String, u64)> =
            self.portfolio.unknown_words.iter().map(|(word, count)| (word, *count)).collect();
        words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        words.truncate(WORDS_SHOWN);
        html! {
            @if !words.is_empty() {
                section #words {
                    h2 { (speech.say("Words the model does not know", "Ord, som modellen ikke kender")) }
                    p {
                        (speech.say(
                            "The most frequent come first. Names are of no matter; a trade's own words are worth \
                             adding to the lexicon.",
                            "De hyppigste kommer først. Navne betyder ikke noget; et fags egne ord er værd at \
                             føje til ordlisten.",
                        ))
                        @if self.portfolio.words_forgotten {
                            " " (speech.say(
                                "In so long a list the counts are lower bounds.",
                                "I så lang en liste er tallene det mindste, det kan være.",
                            ))
                        }
                    }
                    ul.words {
                        @for (word, count) in words {
                            li {
                                bdi { (one_line(word)) }
                                @if count > 1 { " " span { "× " (number(count)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    /// How many rows of a kind are shown, and how the others are found in the list.
    fn shown(&self, shown: usize, all: u64, filter: &str) -> String {
        let speech = self.speech;
        let numbered = speech.say(
            "Rows are numbered as a spreadsheet shows them; the header is row 1.",
            "Rækkerne er nummereret som i et regneark; overskriften er række 1.",
        );
        if shown as u64 == all {
            return numbered.to_owned();
        }
        let found = match filter {
            "" => String::new(),
            filter => {
                speech.fill("; the scored list has them all ({})", "; den færdige liste har dem alle ({})", &[filter])
            }
        };
        let count =
            speech.fill("{} of {} are shown{}.", "{} af {} er vist{}.", &[&shown.to_string(), &number(all), &found]);
        format!("{count} {numbered}")
    }
}
