//! A page about a scored list, for the person who ordered it: one file that needs no other, no script and no network.
//!
//! It says first what the list amounts to, then what is left for people to do.

mod bars;
mod overview;
mod rows;
mod words;

use jiff::civil::Date;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::words::Speech;
use super::summary::{Portfolio, Summary};
use crate::catalogue::{Cluster, Status};
use crate::error::{Error, Result};
use crate::map;
use crate::matcher::Matcher;
use crate::quote::one_line;
use crate::text::Language;

/// What a page says of a list beside its counts.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The name of the list.
    pub list: &'a str,
    /// The language of the page: Danish, and English for all others.
    pub language: Language,
    /// The day of the page, for which the clusters' status is given.
    pub as_of: Date,
    /// What stands before the names of our columns.
    pub prefix: &'a str,
}

/// The page, as HTML. The same list gives the same bytes.
///
/// # Errors
/// If the summary has no portfolio, for which [`Options::portfolio`](super::Options::portfolio) has to ask, or a chart
/// cannot be drawn.
///
/// ```
/// use matcher::batch::report::{About, report};
/// use matcher::batch::{Input, Options, Output, Watch, batch};
/// use matcher::{Language, Matcher};
///
/// let dir = std::env::temp_dir();
/// let (list, scored) = (dir.join("matcher-doc-page.csv"), dir.join("matcher-doc-page-scored.csv"));
/// std::fs::write(&list, "tekst\nvi bygger skibsmotorer til færger\n")?;
/// let matcher = Matcher::embedded()?;
/// let options = Options { portfolio: true, ..Options::default() };
/// let summary = batch(&matcher, &Input::File(list), &Output::File(scored), &options, &Watch::default())?;
/// let as_of = options.suggest.as_of;
/// let page = report(&matcher, &summary, &About { list: "page.csv", language: Language::Da, as_of, prefix: "" })?;
/// assert!(page.starts_with("<!DOCTYPE html><html lang=\"da\">"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn report(matcher: &Matcher, summary: &Summary, about: &About<'_>) -> Result<String> {
    let missing = || Error::usage("the run gathered no portfolio, of which a report is made");
    let portfolio = summary.portfolio.as_ref().or((summary.rows == summary.failed()).then_some(&NOTHING));
    let page =
        Page { matcher, summary, portfolio: portfolio.ok_or_else(missing)?, about, speech: Speech(about.language) };
    Ok(page.html()?.into_string())
}

/// Of a list without a row that could be scored.
static NOTHING: Portfolio = Portfolio::new();

/// All that the parts of the page draw on.
struct Page<'p> {
    matcher: &'p Matcher,
    summary: &'p Summary,
    portfolio: &'p Portfolio,
    about: &'p About<'p>,
    speech: Speech,
}

/// The counts of one cluster.
struct Count<'p> {
    cluster: &'p Cluster,
    fit: u64,
    unsure: u64,
}

impl Count<'_> {
    fn total(&self) -> u64 {
        self.fit + self.unsure
    }
}

impl<'p> Page<'p> {
    fn html(&self) -> Result<Markup> {
        let say = |en, da| self.speech.say(en, da);
        let list = one_line(self.about.list);
        let catalogue = self.matcher.catalogue();
        let title = self.speech.fill("{}: which clusters fit", "{}: hvilke klynger passer", &[&list]);
        // Whatever the list holds, a browser is told to load and run nothing.
        let policy = "default-src 'none'; style-src 'unsafe-inline'";
        Ok(html! {
            (DOCTYPE)
            html lang=(self.speech.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    title { (title) }
                    style { (PreEscaped(include_str!("style.css"))) (PreEscaped(map::STYLE)) }
                }
                body {
                    main {
                        header {
                            h1 { (title) }
                            p.about {
                                (self.speech.date(self.about.as_of)) " · " (self.speech.rows(self.summary.rows)) " · "
                                (say("model", "model")) " " (self.matcher.model_name())
                            }
                        }
                        (self.overview())
                        (self.clusters()?)
                        (self.kinds())
                        (self.seats())
                        (self.doubtful())
                        (self.thin())
                        (self.faulty())
                        (self.unknown())
                        footer {
                            p {
                                (say(
                                    "These are suggestions by a program, and they can be wrong; whoever knows \
                                     the company decides.",
                                    "Dette er forslag fra et program, og de kan være forkerte; den, der kender \
                                     virksomheden, afgør det.",
                                ))
                            }
                            p {
                                "matcher " (env!("CARGO_PKG_VERSION")) " · "
                                (self.speech.fill(
                                    "facts about the clusters: catalogue {}, gathered {}",
                                    "fakta om klyngerne: katalog {}, samlet {}",
                                    &[&catalogue.version, &self.speech.date(catalogue.as_of)],
                                ))
                                " · " (say("outline of Denmark: Natural Earth", "omrids af Danmark: Natural Earth"))
                            }
                        }
                    }
                }
            }
        })
    }

    /// The clusters with their counts, most rows first; ties keep the catalogue's order.
    fn counts(&self) -> Vec<Count<'p>> {
        let at = |counts: &[u64], place: usize| counts.get(place).copied().unwrap_or(0);
        let clusters = self.matcher.catalogue().clusters.iter().enumerate();
        let counts = clusters.map(|(place, cluster)| {
            let (total, fit) = (at(&self.summary.clusters, place), at(&self.portfolio.fits, place));
            Count { cluster, fit, unsure: total.saturating_sub(fit) }
        });
        let mut counts: Vec<Count<'p>> = counts.collect();
        counts.sort_by_key(|count| std::cmp::Reverse(count.total()));
        counts
    }

    /// The name of a cluster, marked if it cannot be joined.
    fn name(&self, cluster: &Cluster) -> String {
        match cluster.status_on(self.about.as_of) {
            Status::Active | Status::Unconfirmed => cluster.name.short.clone(),
            status => format!("{} ({})", cluster.name.short, self.speech.status(status)),
        }
    }

    /// One of our columns.
    fn column(&self, name: &str) -> String {
        format!("{}{name}", self.about.prefix)
    }
}
