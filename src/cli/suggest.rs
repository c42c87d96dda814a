//! `matcher suggest`: one text, ranked clusters, and why.

use std::fmt::Write as _;

use super::args::{Common, Format, Suggest, Ui};
use super::output::{self, AGAINST, FAINT, FOR, LEADING, STRONG, WARNING, percent, printable, styled};
use super::{Outcome, matcher, profile};
use crate::catalogue::Status;
use crate::error::{Error, Result};
use crate::explain::{Reason, Reasons};
use crate::matcher::{Answer, LIKELY, Matcher, Options, Scratch, Suggestion, Verdict};

/// Words shown beside a cluster in the table.
const WORDS_IN_TABLE: usize = 4;

/// A word has to add this much to be shown as a reason in the table.
const TELLING: f64 = 0.15;

pub(crate) fn run(args: &Suggest, common: &Common) -> Result<Outcome> {
    let matcher = matcher(common)?;
    let text = profile::read(args, common)?;
    let format = output::format(common)?;
    let mut options = Options {
        top: args.top,
        explain: args.explain || format == Format::Table,
        language: common.lang.hint(),
        only_active: args.only_active,
        ..Options::default()
    };
    if let Some(day) = args.as_of {
        options.as_of = day;
    }
    let answer = matcher.suggest_with(&mut Scratch::default(), &text, &options)?;
    let results = match format {
        Format::Table => {
            Table { answer: &answer, matcher: &matcher, options: &options, ui: common.ui() }.render(args, &text)
        }
        Format::Json => output::json(&answer)?,
        Format::Jsonl => output::json_line(&answer)?,
        Format::Csv => csv(&answer)?,
    };
    output::emit(common, &results)?;
    Ok(Outcome::Done)
}

fn csv(answer: &Answer) -> Result<String, Error> {
    let header = ["rank", "cluster", "name", "probability", "status", "alternatives", "verdict", "language"];
    let rows = answer.suggestions.iter().map(|suggestion| {
        vec![
            suggestion.rank.to_string(),
            suggestion.cluster.clone(),
            suggestion.name.clone(),
            suggestion.probability.to_string(),
            suggestion.status.to_string(),
            suggestion.alternatives.join("|"),
            answer.verdict.code().to_owned(),
            answer.language.to_string(),
        ]
    });
    output::csv(std::iter::once(header.map(str::to_owned).to_vec()).chain(rows))
}

struct Table<'a> {
    answer: &'a Answer,
    matcher: &'a Matcher,
    options: &'a Options,
    ui: Ui,
}

impl Table<'_> {
    fn render(&self, args: &Suggest, text: &str) -> String {
        let mut out = String::new();
        let push = |out: &mut String, line: &str| {
            out.push_str(line);
            out.push('\n');
        };
        push(&mut out, &self.headline());
        out.push('\n');
        if args.explain && self.answer.known_words > 0 {
            push(&mut out, &format!("{}\n", self.highlighted(text)));
        }
        let width = self.answer.suggestions.iter().map(|s| s.name.chars().count()).max().unwrap_or(0);
        for suggestion in &self.answer.suggestions {
            push(&mut out, &self.row(suggestion, width));
            if let Some(line) = self.closed(suggestion) {
                push(&mut out, &format!("     {}", styled(WARNING, line)));
            }
            if args.explain {
                out.push_str(&self.weights(suggestion));
            }
        }
        out.push('\n');
        push(&mut out, &styled(FAINT, self.footer()));
        out
    }

    fn headline(&self) -> String {
        let ui = self.ui;
        let Some(first) = self.answer.suggestions.first() else {
            return ui.say("No cluster is left to suggest.", "Der er ingen klynge tilbage at foreslå.").to_owned();
        };
        if self.answer.known_words == 0 {
            let say = ui.say(
                "Too little to say: the text holds no word that tells a trade.",
                "For lidt at gå efter: teksten har ingen ord, der fortæller om et fag.",
            );
            return styled(WARNING, say);
        }
        if !self.answer.calibrated {
            let say = ui.say(
                "Ranked by likeness to the clusters' descriptions; no model was trained, so nothing is said of how sure this is.",
                "Rangeret efter lighed med klyngernes beskrivelser; ingen model er trænet, så intet er sagt om, hvor sikkert det er.",
            );
            return styled(WARNING, say);
        }
        let name = &first.name;
        match self.answer.verdict {
            Verdict::Fit if first.status.is_active() => match ui {
                Ui::En => styled(LEADING, format!("{name} fits.")),
                Ui::Da => styled(LEADING, format!("{name} passer.")),
            },
            Verdict::Fit => match ui {
                Ui::En => styled(WARNING, format!("The field is that of {name}, which cannot be joined.")),
                Ui::Da => styled(WARNING, format!("Feltet er {name}, som man ikke kan blive medlem af.")),
            },
            Verdict::Unsure if first.probability >= LIKELY && !first.status.is_active() => match ui {
                Ui::En => styled(
                    WARNING,
                    format!(
                        "The field is most likely that of {name}, which cannot be joined. Ask what the company lives by."
                    ),
                ),
                Ui::Da => styled(
                    WARNING,
                    format!(
                        "Feltet er nok {name}, som man ikke kan blive medlem af. Spørg, hvad virksomheden lever af."
                    ),
                ),
            },
            Verdict::Unsure if first.probability >= LIKELY => match ui {
                Ui::En => styled(STRONG, format!("Most likely {name}, but not surely. Ask what the company lives by.")),
                Ui::Da => styled(STRONG, format!("Nok {name}, men ikke sikkert. Spørg, hvad virksomheden lever af.")),
            },
            Verdict::Unsure => styled(
                STRONG,
                ui.say(
                    "Not sure: no cluster clearly leads. Ask what the company lives by.",
                    "Usikkert: ingen klynge fører klart. Spørg, hvad virksomheden lever af.",
                ),
            ),
            Verdict::None => styled(
                STRONG,
                ui.say(
                    "No cluster fits. The nearest, with little behind them:",
                    "Ingen klynge passer. De nærmeste, med lidt at have det i:",
                ),
            ),
        }
    }

    fn row(&self, suggestion: &Suggestion, width: usize) -> String {
        let share = if self.answer.calibrated {
            percent(suggestion.probability)
        } else {
            format!("{:.3}", suggestion.probability)
        };
        let padding = " ".repeat(width - suggestion.name.chars().count());
        let words = self.telling_words(suggestion).join(", ");
        let name = if suggestion.rank == 1 && self.answer.verdict == Verdict::Fit {
            styled(LEADING, &suggestion.name)
        } else {
            suggestion.name.clone()
        };
        format!("{:>3}  {name}{padding}  {share:>6}  {words}", suggestion.rank).trim_end().to_owned()
    }

    /// The words that speak most for a cluster.
    fn telling_words<'s>(&self, suggestion: &'s Suggestion) -> Vec<&'s str> {
        let reasons = suggestion.explanation.iter().flat_map(|explanation| &explanation.reasons);
        let least = if self.answer.calibrated { TELLING } else { 0.0 };
        reasons.filter(|reason| reason.weight > least).map(|reason| reason.text.as_str()).take(WORDS_IN_TABLE).collect()
    }

    fn closed(&self, suggestion: &Suggestion) -> Option<String> {
        let cluster = self.matcher.catalogue().cluster(&suggestion.cluster)?;
        let since = cluster.period_on(self.options.as_of).map(|period| period.valid_from.to_string());
        let (ui, since) = (self.ui, since.unwrap_or_default());
        match suggestion.status {
            Status::Closed => {
                let names = suggestion.alternatives.iter().filter_map(|id| self.matcher.catalogue().cluster(id));
                let names = names.map(|cluster| cluster.name.short.as_str()).collect::<Vec<_>>().join(", ");
                Some(match ui {
                    Ui::En => format!("closed {since}; alternatives: {names}"),
                    Ui::Da => format!("lukket {since}; alternativer: {names}"),
                })
            }
            Status::NotYet => Some(ui.status(Status::NotYet).to_owned()),
            Status::Active | Status::Unconfirmed => None,
        }
    }

    /// The sum behind a score, word by word.
    fn weights(&self, suggestion: &Suggestion) -> String {
        let Some(Reasons { reasons, score, intercept, rest }) = &suggestion.explanation else { return String::new() };
        let mut out = String::new();
        let mut line = |weight: f64, label: &str| {
            writeln!(out, "       {weight:>+7.2}  {label}").ok();
        };
        for reason in reasons {
            let style = if reason.weight > 0.0 { FOR } else { AGAINST };
            line(reason.weight, &styled(style, &reason.text));
        }
        if rest.abs() >= 0.005 {
            line(*rest, self.ui.say("all other words", "alle andre ord"));
        }
        line(*intercept, self.ui.say("without any words", "uden nogen ord"));
        writeln!(out, "     = {score:>+7.2}  {}", self.ui.say("score", "score")).ok();
        out
    }

    /// The text with the words that speak for the first cluster, and against it, in colour.
    fn highlighted(&self, text: &str) -> String {
        let reasons = self.answer.suggestions.first().and_then(|first| first.explanation.as_ref());
        let mut spans: Vec<(usize, usize, &Reason)> = Vec::new();
        for reason in reasons.into_iter().flat_map(|explanation| &explanation.reasons) {
            spans.push((reason.start, reason.end, reason));
            spans.extend(reason.also.iter().map(|(start, end)| (*start, *end, reason)));
        }
        spans.sort_by_key(|(start, ..)| *start);
        let mut out = String::from("  ");
        let mut at = 0;
        for (start, end, reason) in spans {
            out.push_str(&printable(&text[at..start]));
            let style = if reason.weight > 0.0 { FOR } else { AGAINST };
            out.push_str(&styled(style, printable(&text[start..end])));
            at = end;
        }
        out.push_str(&printable(&text[at..]));
        out.trim_end().to_owned()
    }

    fn footer(&self) -> String {
        let (answer, ui) = (self.answer, self.ui);
        let mut parts = vec![match ui {
            Ui::En => format!("Read as {}.", ui.language(answer.language)),
            Ui::Da => format!("Læst som {}.", ui.language(answer.language)),
        }];
        if let Some(none) = answer.none_probability.filter(|_| answer.known_words > 0) {
            parts.push(match ui {
                Ui::En => format!("That none fits: {}.", percent(none)),
                Ui::Da => format!("At ingen passer: {}.", percent(none)),
            });
        }
        if !answer.unknown_words.is_empty() {
            let shown = answer.unknown_words.iter().take(8).map(|word| printable(word)).collect::<Vec<_>>().join(", ");
            let more = answer.unknown_words.len().saturating_sub(8);
            let more = if more > 0 { format!(" (+{more})") } else { String::new() };
            parts.push(match ui {
                Ui::En => format!("New to the model: {shown}{more}."),
                Ui::Da => format!("Nye for modellen: {shown}{more}."),
            });
        }
        parts.push(answer.model.clone());
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that leads without a word on its state sent companies to a cluster that had closed.
    #[test]
    fn a_closed_cluster_is_not_named_as_if_it_could_be_joined() {
        let matcher = Matcher::embedded().expect("embedded");
        let options = Options { as_of: "2024-01-01".parse().expect("a date"), ..Options::default() };
        let text = "rederi med færger";
        let mut answer = matcher.suggest_with(&mut Scratch::default(), text, &options).expect("an answer");
        assert_eq!(answer.suggestions[0].status, Status::Closed);
        for (verdict, probability) in [(Verdict::Fit, 0.9), (Verdict::Unsure, 0.6)] {
            answer.verdict = verdict;
            answer.suggestions[0].probability = probability;
            for (ui, state) in [(Ui::En, "which cannot be joined"), (Ui::Da, "som man ikke kan blive medlem af")] {
                let headline = Table { answer: &answer, matcher: &matcher, options: &options, ui }.headline();
                assert!(headline.contains(state), "{headline}");
            }
        }
    }
}
