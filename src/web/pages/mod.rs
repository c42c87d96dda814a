//! What the desk looks like: HTML made from plain facts, with `maud`, which escapes all of them. What moves is in the
//! small scripts of `assets/`; a page says its words in one language, and hands a script those that it needs.

mod cases;
mod clusters;
mod desk;
mod handout;
mod lists;
mod privacy;

use maud::{DOCTYPE, Markup, html};

pub(super) use self::cases::{Listing, case, cases};
pub(super) use self::clusters::clusters;
pub(super) use self::desk::desk;
pub(super) use self::handout::handout;
pub(super) use self::lists::lists;
pub(super) use self::privacy::{Keeps, privacy};
use crate::catalogue::{Bilingual, Cluster, Status};
use crate::speech::Speech;

/// The places of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Desk,
    Cases,
    Lists,
    Clusters,
    Privacy,
    /// None of them.
    Elsewhere,
}

impl Place {
    const ALL: [Place; 5] = [Place::Desk, Place::Cases, Place::Lists, Place::Clusters, Place::Privacy];

    fn path(self) -> &'static str {
        match self {
            Place::Desk | Place::Elsewhere => "/",
            Place::Cases => "/cases",
            Place::Lists => "/lists",
            Place::Clusters => "/clusters",
            Place::Privacy => "/privacy",
        }
    }

    fn name(self, speech: Speech) -> &'static str {
        match self {
            Place::Desk => speech.say("New company", "Ny virksomhed"),
            Place::Cases => speech.say("Cases", "Sager"),
            Place::Lists => speech.say("Lists", "Lister"),
            Place::Clusters => speech.say("Clusters", "Klynger"),
            Place::Privacy => speech.say("Privacy", "Persondata"),
            Place::Elsewhere => "",
        }
    }
}

/// A page in its frame.
pub(super) struct Page<'p> {
    pub(super) speech: Speech,
    pub(super) place: Place,
    pub(super) title: &'p str,
    pub(super) script: Option<&'p str>,
    /// The same page in the other language.
    pub(super) other: String,
    pub(super) body: Markup,
}

impl Page<'_> {
    pub(super) fn render(self) -> Markup {
        let Page { speech, place, title, script, other, body } = self;
        html! {
            (DOCTYPE)
            html lang=(speech.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " – matcher" }
                    link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/assets/style.css";
                    link rel="stylesheet" href="/assets/map.css";
                    @if let Some(script) = script {
                        script type="module" src={ "/assets/" (script) } {}
                    }
                }
                body {
                    a .skip href="#main" { (speech.say("Skip to the content", "Gå til indholdet")) }
                    header .bar { div {
                        a .brand href="/" { "matcher" }
                        nav aria-label=(speech.say("Pages", "Sider")) {
                            @for one in Place::ALL {
                                a href=(one.path()) aria-current=[(one == place).then_some("page")] { (one.name(speech)) }
                            }
                        }
                        a href=(other) lang=(speech.say("da", "en")) hreflang=(speech.say("da", "en")) {
                            (speech.say("Dansk", "English"))
                        }
                    } }
                    main #main tabindex="-1" { (body) }
                    footer .site {
                        (speech.say(
                            "Suggestions come from a program and can be wrong. A person decides. The program passes nothing on.",
                            "Forslagene kommer fra et program og kan være forkerte. Et menneske beslutter. Programmet sender intet videre.",
                        ))
                    }
                }
            }
        }
    }
}

/// What is said of a path that leads nowhere, or of a failure.
pub(super) fn trouble(speech: Speech, title: &str, detail: &str, told: Speech) -> Markup {
    html! {
        h1 { (title) }
        p lang=[(told.code() != speech.code()).then_some(told.code())] { (detail) }
        p { a href="/" { (speech.say("Back to the desk", "Tilbage til skrivebordet")) } }
    }
}

/// One of two texts.
fn of(speech: Speech, both: &Bilingual) -> &str {
    speech.say(&both.en, &both.da)
}

/// A cluster's full name.
fn full_name(speech: Speech, cluster: &Cluster) -> &str {
    speech.say(&cluster.name.en, &cluster.name.da)
}

fn status(speech: Speech, status: Status) -> &'static str {
    match status {
        Status::Active => speech.say("Open", "Åben"),
        Status::Closed => speech.say("Closed: cannot be joined", "Lukket: man kan ikke blive medlem"),
        Status::Unconfirmed => speech
            .say("Not confirmed as a national cluster after 2024", "Ikke bekræftet som national klynge efter 2024"),
        Status::NotYet => speech.say("Did not exist yet", "Fandtes ikke endnu"),
    }
}

/// A website as people write it.
fn site(url: &str) -> &str {
    let url = url.trim_start_matches("https://").trim_start_matches("http://");
    url.trim_start_matches("www.").trim_end_matches('/')
}
