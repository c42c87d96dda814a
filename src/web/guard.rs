//! Who may ask what, before anything is read of it; and the headers of every answer.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::metrics::gauge::Gauge;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Settings;
use super::desk::Desk;
use super::problem::Problem;

/// The cookie of a browser that has shown the token.
const COOKIE: &str = "desk";

/// Pages may use what this server sends, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, HeaderValue); 8] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    ),
];

/// The rules of this server.
#[derive(Debug)]
pub(crate) struct Guard {
    loopback: bool,
    hosts: Vec<String>,
    token: Option<Secret>,
}

/// A token's hash, and the value of the cookie that stands for it. The cookie does not give the token away.
#[derive(Debug)]
struct Secret {
    hash: [u8; 32],
    cookie: String,
}

impl Guard {
    pub(crate) fn new(settings: &Settings, listen: SocketAddr) -> Guard {
        let token = settings.token.as_ref().map(|token| Secret {
            hash: hash(token.as_bytes()),
            cookie: hash(format!("cookie of {token}").as_bytes()).map(|byte| format!("{byte:02x}")).concat(),
        });
        Guard { loopback: listen.ip().is_loopback(), hosts: settings.hosts.clone(), token }
    }

    /// Whether a request may be worked on.
    fn admit(&self, request: &Request) -> Result<(), Problem> {
        let headers = request.headers();
        let host = self.host(request)?;
        if !request.method().is_safe() && !is_own_origin(headers, host) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "another site's page may not write here"));
        }
        if request.uri().path() == "/healthz" || self.is_known(headers) {
            return Ok(());
        }
        Err(Problem::new(StatusCode::UNAUTHORIZED, "the token is missing or wrong")
            .hint("send `Authorization: Bearer TOKEN`, or open /?token=TOKEN once in the browser"))
    }

    /// The name under which the server is asked. A name of somebody else's is refused: a foreign page could have had
    /// it point here (DNS rebinding). An address cannot be made to point elsewhere.
    fn host<'r>(&self, request: &'r Request) -> Result<&'r str, Problem> {
        let mut named = request.headers().get_all(header::HOST).iter();
        let (host, more) = (named.next().and_then(|host| host.to_str().ok()), named.next());
        let host = host.filter(|_| more.is_none()).ok_or_else(|| Problem::bad("one header `Host` is needed"))?;
        let whole = request.uri().authority().map(axum::http::uri::Authority::as_str);
        for name in [Some(host), whole].into_iter().flatten() {
            if !self.is_own(without_port(name)) {
                return Err(Problem::new(StatusCode::FORBIDDEN, "this server is not known under that name")
                    .hint("open it under its address, or start it with --host NAME"));
            }
        }
        Ok(host)
    }

    fn is_own(&self, name: &str) -> bool {
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match address {
            Ok(address) => address.is_loopback() || !self.loopback,
            Err(_) => {
                name.eq_ignore_ascii_case("localhost") || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(name))
            }
        }
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let Some(secret) = &self.token else { return true };
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = bearer.and_then(|value| value.split_once(' '));
        if let Some((_, token)) = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
            return secret.is(token.trim());
        }
        cookie(headers, COOKIE).is_some_and(|value| value.as_bytes().ct_eq(secret.cookie.as_bytes()).into())
    }

    /// The answer to a browser that brings the token: it gets the cookie, and the address without the token.
    fn login(&self, request: &Request) -> Option<Response> {
        let secret = self.token.as_ref()?;
        if request.method() != Method::GET || request.uri().path() != "/" {
            return None;
        }
        let token = request.uri().query()?.split('&').find_map(|pair| pair.strip_prefix("token="))?;
        if self.host(request).is_err() || !secret.is(token) {
            return None;
        }
        let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", secret.cookie);
        Some(
            (StatusCode::SEE_OTHER, [(header::LOCATION, "/".to_owned()), (header::SET_COOKIE, cookie)]).into_response(),
        )
    }
}

impl Secret {
    /// Hashes are compared, in constant time, so that neither length nor content shows in how long it takes.
    fn is(&self, token: &str) -> bool {
        hash(token.as_bytes()).ct_eq(&self.hash).into()
    }
}

/// Lets a request in or not, counts it, and sets the headers of its answer.
pub(crate) async fn guard(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let _counted = InFlight::new(&desk.metrics.in_flight);
    let mut response = match (desk.guard.login(&request), desk.guard.admit(&request)) {
        (Some(login), _) => login,
        (None, Err(problem)) => problem.into_response(),
        // Whoever asks whether the server is well should not be told that it is busy.
        (None, Ok(())) if request.uri().path() == "/healthz" => next.run(request).await,
        (None, Ok(())) => match desk.slots.try_acquire() {
            Ok(_slot) => next.run(request).await,
            Err(_) => Problem::busy().into_response(),
        },
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    desk.metrics.count(method, route, response.status().as_u16(), started.elapsed());
    response
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}

/// A browser says where a page comes from that writes; other programs say nothing.
fn is_own_origin(headers: &HeaderMap, host: &str) -> bool {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let origin = text(header::ORIGIN).map(|origin| origin.split_once("://").map(|(_, authority)| authority));
    !matches!(site, Some(site) if site != "same-origin" && site != "none")
        && origin.is_none_or(|authority| authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)))
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => authority,
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A method as a label: clients may invent others, and labels must stay few.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// Counts a request for as long as it is worked on, also if its client leaves.
struct InFlight<'m>(&'m Gauge);

impl InFlight<'_> {
    fn new(gauge: &Gauge) -> InFlight<'_> {
        gauge.inc();
        InFlight(gauge)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_cut_off_names_and_addresses() {
        for (authority, name) in [
            ("localhost:80", "localhost"),
            ("a.b", "a.b"),
            ("[::1]:8787", "[::1]"),
            ("[::1]", "[::1]"),
            ("1.2.3.4:1", "1.2.3.4"),
        ] {
            assert_eq!(without_port(authority), name);
        }
    }
}
