//! The pages: which facts each is made from.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT_LANGUAGE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::Markup;
use serde::Deserialize;

use super::api::cases::filter;
use super::assets::asset;
use super::body::{Params, Segment};
use super::desk::Desk;
use super::guard::cookie;
use super::pages::{self, Keeps, Listing, Page, Place};
use super::problem::Problem;
use crate::map::{Seat, map};
use crate::matcher::Options;
use crate::onboarding::{Case, Filter};
use crate::speech::Speech;
use crate::text::Language;

/// The cookie that remembers the language of the pages.
const COOKIE: &str = "ui";

/// Cases on a page.
const PAGE: usize = 50;

pub(super) fn site() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(desk))
        .route("/cases", get(cases))
        .route("/cases/{id}", get(case))
        .route("/cases/{id}/handout", get(handout))
        .route("/lists", get(lists))
        .route("/lists/{id}", get(list))
        .route("/clusters", get(clusters))
        .route("/privacy", get(privacy))
        .route("/map", get(candidates))
        .route("/assets/{file}", get(asset))
}

/// The language of the pages for one visitor.
pub(super) struct Visitor {
    speech: Speech,
    /// Asked for just now, so to be remembered.
    chosen: Option<Language>,
    /// This page in the other language.
    other: String,
}

impl<S: Sync> axum::extract::FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Visitor::new(&parts.headers, &parts.uri))
    }
}

impl Visitor {
    pub(super) fn new(headers: &HeaderMap, uri: &Uri) -> Visitor {
        let code = |code: &str| match code {
            "da" => Some(Language::Da),
            "en" => Some(Language::En),
            _ => None,
        };
        let pairs = || form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let chosen = pairs().find(|(name, _)| name == "ui").and_then(|(_, value)| code(&value));
        let remembered = cookie(headers, COOKIE).and_then(code);
        let speech = Speech(chosen.or(remembered).unwrap_or_else(|| preferred(headers)));
        let mut other = form_urlencoded::Serializer::new(String::new());
        other.append_pair("ui", speech.say("da", "en")).extend_pairs(pairs().filter(|(name, _)| name != "ui"));
        let other = format!("{}?{}", uri.path(), other.finish());
        Visitor { speech, chosen, other }
    }

    fn page(self, place: Place, title: &str, script: Option<&str>, body: Markup) -> Response {
        let speech = self.speech;
        self.page_in(speech, place, title, script, body)
    }

    /// A page that speaks another language than its visitor asked for.
    fn page_in(self, speech: Speech, place: Place, title: &str, script: Option<&str>, body: Markup) -> Response {
        let page = Page { speech, place, title, script, other: self.other, body }.render();
        let remember = self.chosen.map(|language| {
            [(SET_COOKIE, format!("{COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Strict", language.code()))]
        });
        (remember, page).into_response()
    }

    /// A page that says what went wrong.
    pub(super) fn trouble(self, status: StatusCode, problem: &Problem) -> Response {
        let speech = self.speech;
        let title = match status {
            StatusCode::NOT_FOUND => speech.say("There is nothing here", "Her er ingenting"),
            _ => speech.say("That did not work", "Det lykkedes ikke"),
        };
        let body = if status == StatusCode::NOT_FOUND {
            let detail = speech.say(
                "The address leads nowhere. A case or a list may have been deleted since.",
                "Adressen fører ingen steder hen. En sag eller en liste kan være slettet siden.",
            );
            pages::trouble(speech, title, detail, speech)
        } else {
            pages::trouble(speech, title, problem.detail(), Speech(Language::En))
        };
        (status, self.page(Place::Elsewhere, title, None, body)).into_response()
    }
}

/// The first of the two languages that the browser names; Danish before any other.
fn preferred(headers: &HeaderMap) -> Language {
    let wishes = headers.get(ACCEPT_LANGUAGE).and_then(|wishes| wishes.to_str().ok()).unwrap_or_default();
    let known = wishes.split(',').find_map(|wish| match wish.trim().get(..2) {
        Some("da") => Some(Language::Da),
        Some("en") => Some(Language::En),
        _ => None,
    });
    known.unwrap_or(Language::Da)
}

async fn desk(State(desk): State<Arc<Desk>>, visitor: Visitor) -> Response {
    let speech = visitor.speech;
    let body = pages::desk(speech, desk.matcher.catalogue());
    visitor.page(Place::Desk, speech.say("Which cluster fits?", "Hvilken klynge passer?"), Some("desk.js"), body)
}

#[derive(Debug, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    query: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    order: String,
    after: Option<String>,
}

async fn cases(State(desk): State<Arc<Desk>>, visitor: Visitor, wanted: Params<Wanted>) -> Response {
    let Params(wanted) = wanted;
    let asked = filter(Some(wanted.query.clone()), Some(wanted.verdict.clone()), Some(wanted.order.clone()));
    let filter = match asked {
        Ok(filter) => Filter { limit: PAGE, after: wanted.after.filter(|after| !after.is_empty()), ..filter },
        Err(problem) => return visitor.trouble(problem.status, &problem),
    };
    let (verdict, order) = (filter.verdict, filter.order);
    let found = match desk.keeper.ask(move |store| store.list(&filter)).await {
        Ok(found) => found,
        Err(problem) => return visitor.trouble(problem.status, &problem),
    };
    let pairs = [("query", &wanted.query), ("verdict", &wanted.verdict), ("order", &wanted.order)];
    let address = |first: (&str, &str)| {
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new()).append_pair(first.0, first.1).extend_pairs(given).finish()
    };
    let next = found.next.map(|after| format!("/cases?{}", address(("after", &after))));
    let downloads = ["csv", "jsonl"].map(|format| format!("/v1/cases/export?{}", address(("format", format))));
    let listing = Listing { cases: &found.cases, query: &wanted.query, verdict, order, next, downloads };
    let speech = visitor.speech;
    let body = pages::cases(speech, desk.matcher.catalogue(), &listing);
    visitor.page(Place::Cases, speech.say("Cases", "Sager"), Some("cases.js"), body)
}

async fn found(desk: &Desk, id: String) -> Result<Case, Problem> {
    let case = desk.keeper.ask(move |store| store.get(&id)).await?;
    case.ok_or_else(|| Problem::not_found("no case has this id"))
}

async fn case(State(desk): State<Arc<Desk>>, visitor: Visitor, Segment(id): Segment) -> Response {
    match found(&desk, id).await {
        Err(problem) => visitor.trouble(problem.status, &problem),
        Ok(case) => {
            let speech = visitor.speech;
            let body = pages::case(speech, desk.matcher.catalogue(), &case);
            visitor.page(Place::Elsewhere, speech.say("Case", "Sag"), Some("cases.js"), body)
        }
    }
}

async fn handout(State(desk): State<Arc<Desk>>, visitor: Visitor, Segment(id): Segment) -> Response {
    match found(&desk, id).await {
        Err(problem) => visitor.trouble(problem.status, &problem),
        Ok(case) => {
            // In the company's language, unless another one is asked for here and now.
            let own = if case.language == Language::En { Language::En } else { Language::Da };
            let speech = visitor.chosen.map_or(Speech(own), Speech);
            let body = pages::handout(speech, desk.matcher.catalogue(), &case, Options::default().as_of);
            let other = format!("/cases/{}/handout?ui={}", case.id, speech.say("da", "en"));
            let visitor = Visitor { chosen: None, other, ..visitor };
            let title = speech.say("Recommendation", "Anbefaling");
            visitor.page_in(speech, Place::Elsewhere, title, Some("cases.js"), body)
        }
    }
}

async fn lists(visitor: Visitor) -> Response {
    let speech = visitor.speech;
    visitor.page(Place::Lists, speech.say("A list", "En liste"), Some("lists.js"), pages::lists(speech, None))
}

/// The same page on its way with one list, so that it can be left and come back to.
async fn list(visitor: Visitor, Segment(id): Segment) -> Response {
    let speech = visitor.speech;
    let body = pages::lists(speech, Some(&id));
    visitor.page(Place::Lists, speech.say("A list", "En liste"), Some("lists.js"), body)
}

#[derive(Debug, Deserialize)]
struct Pair {
    a: Option<String>,
    b: Option<String>,
}

async fn clusters(State(desk): State<Arc<Desk>>, visitor: Visitor, Query(pair): Query<Pair>) -> Response {
    let speech = visitor.speech;
    let pair = [pair.a.as_deref(), pair.b.as_deref()];
    let body = pages::clusters(speech, desk.matcher.catalogue(), pair, Options::default().as_of);
    visitor.page(Place::Clusters, speech.say("The clusters", "Klyngerne"), None, body)
}

async fn privacy(State(desk): State<Arc<Desk>>, visitor: Visitor) -> Response {
    let settings = &desk.settings;
    let store = settings.store.display().to_string();
    let keeps = Keeps { store: &store, text: settings.keep, days: settings.retention_days };
    let speech = visitor.speech;
    visitor.page(Place::Privacy, speech.say("Privacy", "Persondata"), None, pages::privacy(speech, &keeps))
}

#[derive(Debug, Deserialize)]
struct Candidates {
    #[serde(default)]
    candidates: String,
}

/// The map of some clusters, `id:probability` separated by commas, as a piece of a page.
async fn candidates(State(desk): State<Arc<Desk>>, visitor: Visitor, Query(asked): Query<Candidates>) -> Markup {
    let seats = asked.candidates.split(',').filter_map(|one| {
        let (id, share) = one.split_once(':')?;
        let cluster = desk.matcher.catalogue().cluster(id)?;
        let share = share.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share))?;
        Some(Seat {
            latitude: cluster.seat.latitude?,
            longitude: cluster.seat.longitude?,
            town: cluster.seat.town.clone()?,
            name: cluster.name.short.clone(),
            size: share,
            value: crate::speech::percent(share),
        })
    });
    let seats: Vec<Seat> = seats.collect();
    map(
        visitor.speech.say("Where the suggested clusters have their seats", "Hvor de foreslåede klynger har hjemsted"),
        &seats,
    )
}
