//! `matcher serve`: the API, and what it refuses.

#![allow(clippy::expect_used, clippy::format_push_string, reason = "a test may fail and take its time")]

#[path = "support/server.rs"]
mod server;
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use self::server::Server;
use self::support::run;

fn desk(more: &[&str]) -> (TempDir, Server) {
    let dir = TempDir::new().expect("a folder");
    let server = Server::start(&dir.path().join("cases.sqlite3"), more);
    (dir, server)
}

const JSON: &str = "Content-Type: application/json";

#[test]
fn the_answer_is_that_of_the_command_line() {
    let (_dir, server) = desk(&[]);
    let text = "Vi bygger undervandsdroner til havvindmøller";
    let mut told = run(["suggest", text, "--explain", "--format", "json"]).json();
    assert_eq!(server.post("/v1/suggest", &json!({ "text": text })).json(), told);
    let one = server.post("/v1/suggest", &json!({"text": text, "limit": 1, "explain": false, "language": "da"})).json();
    let suggestions = told["suggestions"].as_array_mut().expect("suggestions");
    suggestions.truncate(1);
    let first = suggestions[0].as_object_mut().expect("an object");
    ["reasons", "score", "intercept", "rest"].iter().for_each(|name| drop(first.remove(*name)));
    assert_eq!(one, told);
    let all = server.post("/v1/suggest", &json!({"text": text, "limit": 0})).json();
    assert_eq!(all["suggestions"].as_array().map(Vec::len), Some(14));
    let long = server.post("/v1/suggest", &json!({"text": "drone ".repeat(100_000)})).json();
    assert_eq!(long["suggestions"][0]["cluster"], "odense-robotics");
}

#[test]
fn several_texts_are_answered_in_their_order() {
    let (_dir, server) = desk(&[]);
    let documents = json!([{"document_id": "b", "text": "rederi med færger"}, {"document_id": "a", "text": ""}]);
    let answer = server.post("/v1/suggest-batch", &json!({"documents": documents, "limit": 1})).json();
    assert_eq!(
        (&answer["results"][0]["document_id"], &answer["results"][1]["document_id"]),
        (&json!("b"), &json!("a"))
    );
    assert_eq!(answer["results"][0]["suggestions"][0]["cluster"], "marlog");
    assert_eq!(answer["results"][1]["verdict"], "none");
    let many: Vec<Value> = (0..1001).map(|n| json!({"document_id": n.to_string(), "text": ""})).collect();
    server.post("/v1/suggest-batch", &json!({ "documents": many })).expect_problem(422, "more than 1000 documents");
}

#[test]
fn the_clusters_are_those_of_the_catalogue() {
    let (_dir, server) = desk(&[]);
    let told = run(["clusters", "--format", "json"]).json();
    assert_eq!(server.get("/v1/clusters").json()["clusters"], told);
    assert_eq!(server.get("/v1/clusters/made").json()["id"], "made");
    server.get("/v1/clusters/tourism").expect_problem(404, "no cluster");
}

#[test]
fn a_case_is_kept_found_exported_and_forgotten() {
    let (_dir, server) = desk(&[]);
    let decision = json!({"cluster": "marlog", "note": "talte med Åse", "by": "Ida"});
    let made = server.post("/v1/cases", &json!({"text": "Rederi med FÆRGER", "decision": decision}));
    assert_eq!(made.status, 201);
    let case = made.json();
    let path = format!("/v1/cases/{}", case["id"].as_str().expect("an id"));
    assert_eq!(made.header("location"), Some(path.as_str()));
    assert_eq!(case["decision"], decision);
    assert_eq!(case["suggestions"].as_array().map(Vec::len), Some(14));
    assert_eq!(case["reasons"][0]["text"], case["suggestions"][0]["reasons"][0]["text"]);
    assert_eq!(server.get(&path).json(), case);
    let other = server.decide("frisør med ti stole");

    // Æ and Å are searched in either case.
    for query in ["f%C3%A6rger", "%C3%A5se", "ida", "MARLOG"] {
        let found = server.get(&format!("/v1/cases?query={query}")).json();
        assert_eq!(found["cases"], json!([case]), "{query}");
    }
    assert_eq!(server.get("/v1/cases?query=&verdict=none&order=&after=").json()["cases"][0]["id"], json!(other));
    let csv = server.get("/v1/cases/export?verdict=fit");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(csv.text().ends_with(",Rederi med FÆRGER\n") && csv.text().lines().count() == 2, "{}", csv.text());
    assert_eq!(server.get("/v1/cases/export?format=jsonl").text().lines().count(), 2);

    assert_eq!(server.send("DELETE", &path, &[], b"").status, 204);
    server.send("DELETE", &path, &[], b"").expect_problem(404, "no case");
    server.get(&path).expect_problem(404, "no case");
}

#[test]
fn pages_of_cases_join_without_gap_in_either_order() {
    let (_dir, server) = desk(&[]);
    let texts =
        ["rederi", "ost og rederi", "droner til skibe", "frisør", "software til banker", "lyd og musik", "biogas"];
    for text in texts {
        server.decide(text);
    }
    for order in ["newest", "doubtful"] {
        let whole = server.get(&format!("/v1/cases?order={order}")).json();
        assert_eq!(whole["next"], Value::Null);
        let (mut parts, mut after) = (Vec::new(), String::new());
        loop {
            let page = server.get(&format!("/v1/cases?order={order}&limit=2&after={after}")).json();
            parts.extend(page["cases"].as_array().expect("cases").clone());
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut after),
                None => break,
            }
        }
        assert_eq!(whole["cases"], json!(parts), "{order}");
    }
    let doubtful = server.get("/v1/cases?order=doubtful").json();
    let margin = |case: &Value| {
        let probability = |place: usize| case["suggestions"][place]["probability"].as_f64().expect("a number");
        probability(0) - probability(1)
    };
    assert!(doubtful["cases"].as_array().expect("cases").is_sorted_by_key(margin));
}

#[test]
fn what_is_wrong_with_a_request_is_said_in_one_form() {
    let (_dir, server) = desk(&[]);
    let post = |path: &str, body: &str| server.send("POST", path, &[JSON], body.as_bytes());
    server.get("/nothing").expect_problem(404, "nothing is here");
    server.send("DELETE", "/v1/suggest", &[], b"").expect_problem(405, "cannot be done");
    assert!(server.send("DELETE", "/v1/suggest", &[], b"").header("allow").is_some());
    server.send("POST", "/v1/suggest", &[], b"{}").expect_problem(415, "JSON");
    server.send("POST", "/v1/suggest", &["Content-Type: text/plain"], b"{}").expect_problem(415, "JSON");
    post("/v1/suggest", "{\"text\": ").expect_problem(400, "no JSON");
    post("/v1/suggest", "{\"text\": \"\\ud800\"}").expect_problem(400, "no JSON");
    post("/v1/suggest", "{\"text\": \"\"} x").expect_problem(400, "no JSON");
    post("/v1/suggest", "{}").expect_problem(422, "missing field `text`");
    post("/v1/suggest", "{\"text\": 1}").expect_problem(422, "expected a string");
    post("/v1/suggest", "{\"text\": \"\", \"size\": 1}").expect_problem(422, "unknown field `size`");
    post("/v1/suggest", "{\"text\": \"\", \"limit\": -1}").expect_problem(422, "expected u32");
    post("/v1/suggest", "{\"text\": \"\", \"language\": \"de\"}").expect_problem(422, "unknown variant `de`");
    post("/v1/cases", "{\"text\": \"ost\"}").expect_problem(422, "missing field `decision`");
    post("/v1/cases", "{\"text\": \"ost\", \"decision\": {}}").expect_problem(422, "missing field `cluster`");
    post("/v1/cases", "{\"text\": \" \", \"decision\": {\"cluster\": null}}").expect_problem(422, "empty");
    let unknown = post("/v1/cases", "{\"text\": \"ost\", \"decision\": {\"cluster\": \"x\"}}");
    unknown.expect_problem(422, "no cluster has the id \"x\"");
    assert_eq!(unknown.json()["field"], "decision.cluster");
    for (query, detail) in [
        ("limit=0", "from 1 to 500"),
        ("limit=501", "from 1 to 500"),
        ("limit=many", "from 1 to 500"),
        ("verdict=maybe", "fit, unsure or none"),
        ("order=oldest", "newest or doubtful"),
        ("color=red", "unknown field `color`"),
    ] {
        server.get(&format!("/v1/cases?{query}")).expect_problem(400, detail);
    }
    server.get("/v1/cases?order=doubtful&after=x").expect_problem(422, "cursor");
    server.get("/v1/cases/export?format=xml").expect_problem(400, "csv or jsonl");
    server.get("/v1/cases/%ff").expect_problem(400, "");
    server.get("/v1/cases/..%2f..%2fetc%2fpasswd").expect_problem(404, "no case");
    server.get("/docs/..%2fCargo.toml").expect_problem(404, "nothing is here");
}

#[test]
fn a_body_over_the_limit_is_refused_and_the_limit_itself_is_not() {
    let (_dir, server) = desk(&[]);
    let frame = "{\"text\":\"\"}".len();
    let body = |length: usize| format!("{{\"text\":\"{}\"}}", &"a ".repeat(length)[..length - frame]);
    let fits = body(1 << 20);
    assert_eq!(server.send("POST", "/v1/suggest", &[JSON], fits.as_bytes()).status, 200, "{}", fits.len());
    server.send("POST", "/v1/suggest", &[JSON], body((1 << 20) + 1).as_bytes()).expect_problem(413, "1048576 bytes");
    // Also where no length is announced.
    let text = body(2 << 20);
    let head = format!(
        "POST /v1/suggest HTTP/1.1\r\nHost: {}\r\n{JSON}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        server.address
    );
    let chunked = format!("{head}{:x}\r\n{text}\r\n0\r\n\r\n", text.len());
    server.raw(chunked.as_bytes()).expect_problem(413, "1048576 bytes");
}

#[test]
fn slow_clients_are_given_up() {
    let (_dir, server) = desk(&[]);
    let begin = |bytes: &str| {
        let mut stream = TcpStream::connect(&server.address).expect("it accepts");
        stream.write_all(bytes.as_bytes()).expect("it reads");
        stream
    };
    let head = begin("GET /healthz HTTP/1.1\r\nHost:");
    let host = &server.address;
    let body = begin(&format!("POST /v1/suggest HTTP/1.1\r\nHost: {host}\r\n{JSON}\r\nContent-Length: 99\r\n\r\n{{"));
    for (mut stream, expected) in [(head, ""), (body, "HTTP/1.1 408 ")] {
        stream.set_read_timeout(Some(std::time::Duration::from_secs(25))).expect("a timeout");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it closes the connection");
        assert!(String::from_utf8_lossy(&answer).starts_with(expected), "{answer:?}");
    }
}

/// A body that does not come holds a place; when all are held, the next is told when to come back.
#[test]
fn more_than_can_be_worked_on_is_told_to_come_back() {
    let (_dir, server) = desk(&[]);
    let address = &server.address;
    let head = format!("POST /v1/suggest HTTP/1.1\r\nHost: {address}\r\n{JSON}\r\nContent-Length: 99\r\n\r\n{{");
    // A few more than fit: a request that asks how things are must not take the place of one of them.
    let held: Vec<TcpStream> = (0..280)
        .map(|_| {
            let mut stream = TcpStream::connect(address).expect("it accepts");
            stream.write_all(head.as_bytes()).expect("it reads");
            stream
        })
        .collect();
    let waits_for = |status: u16| {
        let soon = Instant::now() + Duration::from_secs(8);
        while server.get("/v1/clusters/made").status != status {
            assert!(Instant::now() < soon, "no {status} came");
        }
    };
    waits_for(429);
    let refused = server.get("/v1/clusters/made");
    refused.expect_problem(429, "too much");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(server.get("/healthz").status, 200);
    drop(held);
    waits_for(200);
}

#[test]
fn foreign_names_and_foreign_pages_are_refused() {
    let (_dir, server) = desk(&["--host", "desk.example.dk"]);
    let port = server.address.rsplit_once(':').expect("a port").1.to_owned();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "desk.example.dk"] {
        for host in [format!("Host: {host}"), format!("Host: {host}:{port}")] {
            assert_eq!(server.send("GET", "/v1/clusters", &[&host], b"").status, 200, "{host}");
        }
    }
    for host in
        ["evil.example", "localhost.evil.example", "192.168.1.7", "127.0.0.1.evil.example", "desk.example.dk.evil"]
    {
        let refused = server.send("GET", "/v1/clusters", &[&format!("Host: {host}")], b"");
        refused.expect_problem(403, "not known under that name");
    }
    server.send("GET", "/v1/clusters", &["Host: localhost", "Host: evil.example"], b"").expect_problem(400, "Host");
    server.send("GET", "http://evil.example/v1/clusters", &[], b"").expect_problem(403, "not known");

    let own = format!("Origin: http://{}", server.address);
    let body = b"{\"text\":\"ost\"}";
    assert_eq!(server.send("POST", "/v1/suggest", &[JSON, &own, "Sec-Fetch-Site: same-origin"], body).status, 200);
    for foreign in
        ["Origin: https://evil.example", "Origin: null", "Origin: http://127.0.0.1:1", "Sec-Fetch-Site: cross-site"]
    {
        server.send("POST", "/v1/suggest", &[JSON, foreign], body).expect_problem(403, "another site's page");
        server.send("DELETE", "/v1/cases/x", &[foreign], b"").expect_problem(403, "another site's page");
    }
}

#[test]
fn every_answer_has_the_headers_that_browsers_need() {
    let (_dir, server) = desk(&[]);
    for path in ["/v1/clusters", "/nothing", "/openapi.json"] {
        let answer = server.get(path);
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let docs = server.get("/docs/");
    assert_eq!((docs.status, docs.header("content-type")), (200, Some("text/html")));
    assert!(!docs.text().contains("http://") && !docs.text().contains("https://"));
    let policy = docs.header("content-security-policy").expect("a policy");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert_eq!(server.get("/docs").header("location"), Some("/docs/"));
    assert!(server.get("/docs/swagger-ui-bundle.js").body.len() > 100_000);
}

#[test]
fn who_asks_from_elsewhere_needs_the_token() {
    let dir = TempDir::new().expect("a folder");
    let token = dir.path().join("token");
    let store = dir.path().join("cases.sqlite3");
    let open = run(["serve", "--listen", "0.0.0.0:0", "--no-open", "--store", store.to_str().expect("UTF-8")]);
    open.expect_error("can be reached from other machines");
    std::fs::write(&token, "short\n").expect("it is written");
    let path = token.to_str().expect("UTF-8");
    run(["serve", "--no-open", "--token-file", path]).expect_error("at least 16");
    std::fs::write(&token, "0123456789abcdef-secret\nignored\n").expect("it is written");

    let server = Server::start(&store, &["--token-file", path]);
    assert_eq!(server.get("/healthz").status, 200);
    for headers in [&[][..], &["Authorization: Bearer wrong"], &["Authorization: Basic x"], &["Cookie: desk=0"]] {
        let refused = server.send("GET", "/v1/clusters", headers, b"");
        refused.expect_problem(401, "token");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    }
    let bearer = "Authorization: bearer 0123456789abcdef-secret";
    assert_eq!(server.send("GET", "/v1/clusters", &[bearer], b"").status, 200);
    server.get("/?token=wrong").expect_problem(401, "token");
    let login = server.get("/?token=0123456789abcdef-secret");
    assert_eq!((login.status, login.header("location")), (303, Some("/")));
    let cookie = login.header("set-cookie").expect("a cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("secret"),
        "{cookie}"
    );
    let cookie = format!("Cookie: ui=da; {}", cookie.split(';').next().expect("a pair"));
    assert_eq!(server.send("GET", "/v1/clusters", &[&cookie], b"").status, 200);
}

#[test]
fn a_list_is_scored_as_the_command_line_does() {
    let (dir, server) = desk(&[]);
    let mut list = String::from("navn;om\n");
    for row in 0..2000 {
        list += &format!("firma {row};{}\n", ["vi bygger færger", "ost", "droner i marken", ""][row % 4]);
    }
    let (input, output) = (dir.path().join("list.csv"), dir.path().join("out.csv"));
    std::fs::write(&input, &list).expect("it is written");
    let args = ["batch", "--text-column", "om", "--top", "2", "-o", output.to_str().expect("UTF-8"), "--quiet"];
    assert_eq!(run(args.into_iter().chain([input.to_str().expect("UTF-8")])).code, 1);

    let taken =
        server.upload("../../../etc/liste.CSV", list.as_bytes(), &[("text_column", "om"), ("top", "2"), ("ui", "da")]);
    assert_eq!((taken.status, &taken.json()["status"]), (202, &json!("queued")), "{taken:?}");
    let id = taken.json()["id"].as_str().expect("an id").to_owned();
    let progress = server.scored(&id);
    assert_eq!((&progress["rows"], &progress["share"]), (&json!(2000), &json!(1.0)));
    assert_eq!(
        (&progress["summary"]["failed"], &progress["summary"]["clusters"]["marlog"]),
        (&json!(500), &json!(500))
    );
    let result = server.get(&format!("/v1/lists/{id}/result"));
    assert!(result.body == std::fs::read(&output).expect("it was written"), "the two differ");
    assert_eq!(result.header("content-disposition"), Some("attachment; filename=\"scored.csv\""));

    assert_eq!(server.send("DELETE", &format!("/v1/lists/{id}"), &[], b"").status, 204);
    server.get(&format!("/v1/lists/{id}/result")).expect_problem(404, "no list");
}

#[test]
fn a_list_that_cannot_be_scored_says_why() {
    let (_dir, server) = desk(&[]);
    let taken = server.upload("a.csv", b"a,b\n1,2\n", &[]).json();
    let id = taken["id"].as_str().expect("an id");
    let progress = server.scored(id);
    assert_eq!(progress["status"], "failed");
    let error = progress["error"].as_str().expect("an error");
    assert!(error.starts_with("list.csv: ") && !error.contains("matcher-lists"), "{error}");
    server.get(&format!("/v1/lists/{id}/result")).expect_problem(409, "not scored");
    server.get("/v1/lists/x").expect_problem(404, "no list");
    server.send("POST", "/v1/lists", &[JSON], b"{}").expect_problem(415, "form");
    let form = "Content-Type: multipart/form-data; boundary=b";
    server.send("POST", "/v1/lists", &[form], b"--b--\r\n").expect_problem(422, "no file");
    server.send("POST", "/v1/lists", &[form], b"--b\r\nnonsense").expect_problem(400, "form");
    server.upload("a.csv", b"tekst\nost\n", &[("top", "three")]).expect_problem(422, "no number");
    server.upload("a.csv", b"tekst\nost\n", &[("colour", "red")]).expect_problem(422, "colour");
    server.upload("a.csv", b"tekst\nost\n", &[("text_column", &"x".repeat(5000))]).expect_problem(413, "4096");
}

#[test]
fn it_is_described_and_watched() {
    let (_dir, server) = desk(&[]);
    let description = server.get("/openapi.json").json();
    assert_eq!(description["openapi"], "3.1.0");
    for path in ["/v1/suggest", "/v1/suggest-batch", "/v1/clusters/{id}", "/v1/cases/{id}", "/v1/lists/{id}/result"] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
    assert_eq!(server.get("/healthz").text(), "ok\n");
    let metrics = server.get("/metrics").text();
    assert!(metrics.contains("matcher_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 1\n"));
    assert!(metrics.contains("matcher_http_requests_in_flight 1\n"), "{metrics}");
}

/// Lists are personal data of many: nobody else on the machine may look, and a killed server leaves them to the next.
#[cfg(unix)]
#[test]
fn uploads_are_private_and_do_not_outlive_a_killed_server() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, mut server) = desk(&[]);
    let id = server.upload("a.csv", "tekst\nvi bygger færger\n".as_bytes(), &[]).json()["id"].clone();
    server.scored(id.as_str().expect("an id"));
    let mode = |name: &str| dir.path().join(name).metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("cases.sqlite3"), mode("cases.sqlite3.matcher-lists")), (0o600, 0o700));
    let lists = || std::fs::read_dir(dir.path().join("cases.sqlite3.matcher-lists")).expect("it is there").count();
    assert_eq!(lists(), 1);
    server.kill();
    assert_eq!(lists(), 1);
    let _next = Server::start(&dir.path().join("cases.sqlite3"), &[]);
    assert_eq!(lists(), 0);
}

/// What a request has begun is finished, and nothing of a list stays behind.
#[cfg(unix)]
#[test]
fn told_to_end_it_ends_with_0() {
    let (dir, server) = desk(&[]);
    let id = server.decide("ost");
    server.upload("a.csv", ("tekst\n".to_owned() + &"vi bygger skibe\n".repeat(200_000)).as_bytes(), &[]);
    let mut open = TcpStream::connect(&server.address).expect("it accepts");
    let body = format!("{{\"text\":\"{}\"}}", "drone ".repeat(1000));
    let (address, length) = (&server.address, body.len());
    let head = format!("POST /v1/suggest HTTP/1.1\r\nHost: {address}\r\n{JSON}\r\nContent-Length: {length}\r\n\r\n");
    open.write_all(head.as_bytes()).expect("it reads");
    std::thread::sleep(std::time::Duration::from_millis(300));
    let late = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(700));
        open.write_all(body.as_bytes()).expect("it still reads");
        let mut answer = String::new();
        open.read_to_string(&mut answer).expect("it answers");
        answer
    });
    assert_eq!(server.terminate(), 0);
    assert!(late.join().expect("it ends").starts_with("HTTP/1.1 200 "));
    assert!(!dir.path().join("cases.sqlite3.matcher-lists").exists());
    let store = dir.path().join("cases.sqlite3");
    let kept = run(["cases", "show", &id, "--format", "json", "--store", store.to_str().expect("UTF-8")]);
    assert_eq!(kept.json()["text"], "ost");
}
