//! The file with the cases: what it survives, what it refuses, and what it forgets.

#![allow(clippy::expect_used, reason = "a test may fail")]

#[path = "support/server.rs"]
mod server;
mod support;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tempfile::TempDir;

use self::server::Server;
use self::support::{Run, command, run, run_with_input};

fn place() -> (TempDir, PathBuf) {
    let dir = TempDir::new().expect("a folder");
    let store = dir.path().join("cases.sqlite3");
    (dir, store)
}

/// All bytes of the store and of the files that `SQLite` keeps beside it.
fn bytes(store: &Path) -> Vec<u8> {
    let beside = |ending: &str| std::fs::read(format!("{}{ending}", store.display())).unwrap_or_default();
    [beside(""), beside("-wal"), beside("-shm"), beside("-journal")].concat()
}

fn holds(store: &Path, words: &str) -> bool {
    bytes(store).windows(words.len()).any(|window| window == words.as_bytes())
}

#[test]
fn killed_in_the_middle_of_a_thousand_writes_it_has_all_that_it_answered() {
    let (_dir, store) = place();
    let mut server = Server::start(&store, &[]);
    let (answered, sent) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while sent.fetch_add(1, Ordering::Relaxed) < 1000 {
                    let text = format!("droner nummer {}", sent.load(Ordering::Relaxed));
                    let body = json!({"text": text, "decision": {"cluster": "odense-robotics"}}).to_string();
                    let Some(id) = attempt(&server.address, &body) else { return };
                    answered.lock().expect("no panic").push(id);
                }
            });
        }
        scope.spawn(|| {
            while answered.lock().expect("no panic").len() < 300 {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            let pid = server.child.id().to_string();
            assert!(std::process::Command::new("kill").args(["-9", &pid]).status().expect("kill runs").success());
        });
    });
    server.kill();
    let answered = answered.into_inner().expect("no panic");
    assert!((300..1000).contains(&answered.len()), "{}", answered.len());
    let kept = run(["cases", "export", "--format", "jsonl", "--store", store.to_str().expect("UTF-8")]);
    assert_eq!(kept.code, 0, "{}", kept.stderr);
    for id in answered {
        assert!(kept.stdout.contains(&id), "{id} was answered and is lost");
    }
    let again = Server::start(&store, &[]);
    again.decide("ost");
}

/// The id of the case, if an answer came.
fn attempt(address: &str, body: &str) -> Option<String> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    let length = body.len();
    let head = format!(
        "POST /v1/cases HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 201 "), "{answer}");
    let case: serde_json::Value = serde_json::from_str(body).ok()?;
    case["id"].as_str().map(str::to_owned)
}

#[test]
fn what_is_forgotten_leaves_no_bytes() {
    let (_dir, store) = place();
    let server = Server::start(&store, &[]);
    let text = |n: usize| format!("kvaksalver{n:03} {}", "med lange beskrivelser af intet ".repeat(n * 7 % 90));
    let ids: Vec<String> = (0..80).map(|n| server.decide(&text(n))).collect();
    for n in (0..80).filter(|n| n % 3 > 0) {
        assert_eq!(server.send("DELETE", &format!("/v1/cases/{}", ids[n]), &[], b"").status, 204);
        assert!(!holds(&store, &format!("kvaksalver{n:03}")), "{n}");
        assert!(!holds(&store, &ids[n]), "{n}");
    }
    for n in (0..80).step_by(3) {
        assert!(holds(&store, &format!("kvaksalver{n:03}")), "{n} was not to be forgotten");
    }
    // The command line forgets as well, while the server runs.
    let path = store.to_str().expect("UTF-8");
    assert_eq!(run(["cases", "delete", &ids[0], "--store", path]).code, 0);
    assert!(!holds(&store, "kvaksalver000"));
    server.get(&format!("/v1/cases/{}", ids[0])).expect_problem(404, "no case");
}

#[test]
fn personal_numbers_are_pointed_out_and_never_kept() {
    let (_dir, store) = place();
    let server = Server::start(&store, &[]);
    let text = "Ejer: 010190-1234, også 3112994321 eller 290200 1111; vi bygger færger. CVR 31415926";
    let answer = server.post("/v1/suggest", &json!({ "text": text })).json();
    assert_eq!(answer["warnings"], json!(["cpr"]));
    assert_eq!(answer["personal_numbers"][0], json!([6, 17]));
    assert!(server.post("/v1/suggest", &json!({"text": "ost"})).json().get("warnings").is_none());
    let decision = json!({"cluster": "marlog", "note": "ring til 010190-1234", "by": "311299-4321"});
    let case = server.post("/v1/cases", &json!({"text": text, "decision": decision})).json();
    assert_eq!(case["masked"], true);
    let kept = "Ejer: ******-****, også ********** eller ****** ****; vi bygger færger. CVR 31415926";
    assert_eq!((&case["text"], &case["decision"]["note"]), (&json!(kept), &json!("ring til ******-****")));
    for number in ["010190", "1234,", "3112994321", "290200", "311299"] {
        assert!(!holds(&store, number), "{number}");
    }
    assert!(holds(&store, "31415926"));
}

#[test]
fn told_to_keep_a_hash_it_keeps_no_word() {
    let (_dir, store) = place();
    let server = Server::start(&store, &["--keep-text", "hash"]);
    let case = server.post("/v1/cases", &json!({"text": "undervandsdroner", "decision": {"cluster": null}})).json();
    assert_eq!((&case["text"], case.get("reasons")), (&json!(null), None));
    assert_eq!(case["text_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(case["suggestions"][0]["cluster"], "odense-robotics");
    assert!(!holds(&store, "undervandsdroner"));
}

#[test]
fn a_second_server_is_turned_away() {
    let (dir, store) = place();
    let first = Server::start(&store, &[]);
    let args = ["serve", "--listen", "127.0.0.1:0", "--no-open", "--store", store.to_str().expect("UTF-8")];
    run(args).expect_error("another `matcher serve` uses this store");
    let other = dir.path().join("other.sqlite3");
    let taken = ["serve", "--listen", &first.address, "--no-open", "--store", other.to_str().expect("UTF-8")];
    run(taken).expect_error("cannot listen on 127.0.0.1:");
    drop(first);
    Server::start(&store, &[]);
}

#[test]
fn files_that_cannot_be_used_are_refused_and_left_alone() {
    let (dir, store) = place();
    let serve = |store: &Path| {
        run(["serve", "--listen", "127.0.0.1:0", "--no-open", "--store", store.to_str().expect("UTF-8")])
    };
    assert_eq!(Server::start(&store, &[]).terminate(), 0);
    let good = std::fs::read(&store).expect("it is there");
    let with = |place: usize, value: &[u8]| {
        let mut changed = good.clone();
        changed[place..place + value.len()].copy_from_slice(value);
        let path = dir.path().join(format!("changed{place}.sqlite3"));
        std::fs::write(&path, &changed).expect("it is written");
        (path, changed)
    };
    // Of the header of a SQLite file: bytes 60 to 63 are the version, 68 to 71 the application, and a 3 in byte 18
    // says that only programs of the future may write it.
    for (place, value, message) in [
        (60, &99_u32.to_be_bytes()[..], "the store has version 99"),
        (68, &7_u32.to_be_bytes()[..], "belongs to another program"),
        (18, &[3][..], "the store cannot be written"),
    ] {
        let (path, before) = with(place, value);
        serve(&path).expect_error(message);
        assert_eq!(std::fs::read(&path).expect("it is there"), before, "{message}");
    }
    let noise = dir.path().join("noise");
    std::fs::write(&noise, "no database, but a longer text than its header is, of some hundred bytes".repeat(20))
        .expect("it is written");
    serve(&noise).expect_error("not a database");
    serve(dir.path()).expect_error("");
    serve(Path::new("/proc/matcher/cases.sqlite3")).expect_error("the store cannot be written");
}

#[test]
fn old_cases_go_when_the_server_starts() {
    let (_dir, store) = place();
    let server = Server::start(&store, &[]);
    let old = server.decide("gammelsagen");
    drop(server);
    let path = store.to_str().expect("UTF-8");
    let sql = format!("UPDATE cases SET created_at = '2020-01-01T00:00:00.000Z' WHERE id = '{old}'");
    age(&store, &sql);
    let server = Server::start(&store, &["--retention-days", "30"]);
    server.get(&format!("/v1/cases/{old}")).expect_problem(404, "no case");
    assert!(!holds(&store, "gammelsagen"));
    let new = server.decide("ny sag");
    assert_eq!(run(["cases", "delete", "--older-than-days", "1", "--store", path]).code, 0);
    assert_eq!(server.get(&format!("/v1/cases/{new}")).status, 200);
}

fn age(store: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(store).expect("it opens");
    assert_eq!(connection.execute(sql, []).expect("it is written"), 1);
}

#[test]
fn without_a_name_cases_are_in_the_data_folder() {
    let dir = TempDir::new().expect("a folder");
    let output = command(["cases", "list"]).env("XDG_DATA_HOME", dir.path()).output().expect("it runs");
    Run::from(output).expect_error("matcher/cases.sqlite3");
    assert_eq!(std::fs::read_dir(dir.path()).expect("it is there").count(), 0, "looking makes no file");
}

#[test]
fn cases_on_the_command_line() {
    let (dir, store) = place();
    let path = store.to_str().expect("UTF-8").to_owned();
    let cases = |args: &[&str]| run(["cases", "--store", &path].iter().chain(args));
    cases(&["list"]).expect_error("");
    let server = Server::start(&store, &[]);
    let none = cases(&["list"]);
    assert_eq!((none.code, none.stdout.as_str()), (0, "No cases.\n"));
    let ids = [server.decide("rederi med færger"), server.decide("frisør med ti stole\u{1b}")];
    let listed = cases(&["list"]).stdout;
    assert_eq!(listed.lines().count(), 2);
    assert!(listed.starts_with(&ids[1]) && !listed.contains('\u{1b}'), "{listed:?}");
    assert_eq!(cases(&["list", "--verdict", "none", "--format", "json"]).json()[0]["id"], json!(ids[1]));
    assert_eq!(cases(&["list", "--query", "FÆRGER", "--format", "jsonl"]).stdout.lines().count(), 1);
    let one = cases(&["list", "--limit", "1"]);
    assert!(one.stdout.lines().count() == 1 && one.stderr.contains("--limit 0"), "{one:?}");
    assert_eq!(
        cases(&["show", &ids[0], "--format", "json"]).json(),
        server.get(&format!("/v1/cases/{}", ids[0])).json()
    );
    assert!(cases(&["show", &ids[0]]).stdout.contains("MARLOG"));
    cases(&["show", "x"]).expect_error("no case has the id \"x\"");
    let file = dir.path().join("cases.csv");
    assert_eq!(cases(&["export", "-o", file.to_str().expect("UTF-8")]).code, 0);
    assert!(std::fs::read(&file).expect("it is written") == server.get("/v1/cases/export").body, "the two differ");
    // Nothing that somebody typed is a formula in the export; JSON has it as it was.
    let formula = server.decide("=HYPERLINK(\"x\") skibe");
    assert!(server.get("/v1/cases/export").text().contains(",\"'=HYPERLINK(\"\"x\"\") skibe\"\n"));
    assert!(server.get("/v1/cases/export?format=jsonl").text().contains("\"text\":\"=HYPERLINK("));
    assert_eq!(cases(&["delete", &formula]).code, 0);
    cases(&["export", "--format", "table"]).expect_error("csv, jsonl or json");
    // One wrong id, and none is deleted.
    cases(&["delete", &ids[0], "x"]).expect_error("no case has the id \"x\"");
    assert_eq!(cases(&["delete", &ids[0], &ids[1]]).stderr, "matcher: 2 deleted\n");
    assert_eq!(server.get("/v1/cases").json()["cases"], json!([]));
    assert_eq!(run_with_input(["cases", "delete", "--store", &path], b"").code, 2);
}
