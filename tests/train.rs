//! `matcher train` on small data, and the files that it writes.

#![allow(clippy::cast_possible_truncation, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;
use std::path::Path;

use support::{run, small_data};

fn train(data: &Path, model: &Path, threads: &str) {
    let args = ["train", "--data", data.to_str().unwrap(), "-o", model.to_str().unwrap(), "--threads", threads];
    let run = run(args);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_same_data_give_the_same_bytes_on_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    small_data(dir.path(), 40);
    let (one, three) = (dir.path().join("one.bin"), dir.path().join("three.bin"));
    train(dir.path(), &one, "1");
    train(dir.path(), &three, "3");
    assert!(fs::read(&one).unwrap() == fs::read(&three).unwrap());

    let model = one.to_str().unwrap();
    let answer = run(["suggest", "vi laver ost og smør", "--model", model, "--format", "json", "--top", "0"]).json();
    assert_eq!(answer["suggestions"][0]["cluster"], "food-bio", "{answer}");
    assert_eq!(answer["suggestions"].as_array().unwrap().len(), 3);
    assert_eq!(answer["calibrated"], true);
}

#[test]
fn a_catalogue_without_profiles_still_ranks_and_says_what_it_is_worth() {
    let dir = tempfile::tempdir().unwrap();
    small_data(dir.path(), 0);
    let model = dir.path().join("cosine.bin");
    train(dir.path(), &model, "1");
    let model = model.to_str().unwrap();
    let answer = run(["suggest", "banker og betalinger", "--model", model, "--format", "json", "--explain"]).json();
    assert_eq!(answer["suggestions"][0]["cluster"], "fintech", "{answer}");
    assert_eq!((answer["calibrated"].as_bool(), answer["verdict"].as_str()), (Some(false), Some("unsure")));
    assert!(answer["none_probability"].is_null());
    let table = run(["suggest", "banker og betalinger", "--model", model]).stdout;
    assert!(table.starts_with("Ranked by likeness"), "{table}");
    let nothing = run(["suggest", "qqq", "--model", model, "--format", "json"]).json();
    assert_eq!(nothing["verdict"], "none");
}

#[test]
fn a_damaged_model_is_refused_with_what_was_found() {
    let dir = tempfile::tempdir().unwrap();
    small_data(dir.path(), 0);
    let path = dir.path().join("model.bin");
    train(dir.path(), &path, "1");
    let whole = fs::read(&path).unwrap();
    let refused = |bytes: &[u8], message: &str| {
        fs::write(&path, bytes).unwrap();
        run(["suggest", "x", "--model", path.to_str().unwrap()]).expect_error(message);
    };
    refused(b"", "no matcher model");
    refused(b"PK\x03\x04 something else entirely, and long enough", "no matcher model");
    refused(&whole[..20], "truncated: 20 bytes");
    refused(&whole[..whole.len() - 1], &format!("{} bytes found, {} expected", whole.len() - 1, whole.len()));
    for at in [40, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        refused(&flipped, "checksum");
    }
    let mut older = whole.clone();
    older[8] = 0;
    refused(&older, "format 0, an older one than this program reads (1)");
    let mut newer = whole;
    newer[8] = 9;
    refused(&newer, "format 9, a newer one than this program reads (1)");
}

#[test]
fn faults_in_the_data_name_file_line_and_field() {
    let dir = tempfile::tempdir().unwrap();
    small_data(dir.path(), 2);
    let file = dir.path().join("profiles/fintech.jsonl");
    let good = fs::read_to_string(&file).unwrap();
    let fault = |content: &str, message: &str| {
        fs::write(&file, content).unwrap();
        run(["train", "--data", dir.path().to_str().unwrap(), "-o", "/dev/null"]).expect_error(message);
    };
    fault(
        &good.replacen("\"fintech\"", "\"fintek\"", 1),
        "fintech.jsonl: line 1, `primary`: no cluster has the id \"fintek\"",
    );
    fault(&good.replacen("\"text\"", "\"txet\"", 1), "fintech.jsonl: line 1: unknown field `txet`");
    fault(&format!("{good}{{\"text\":"), "fintech.jsonl: line 3: ");
}

#[test]
fn an_audit_lists_doubtful_labels() {
    let dir = tempfile::tempdir().unwrap();
    small_data(dir.path(), 30);
    let file = dir.path().join("profiles/fintech.jsonl");
    let mut profiles = fs::read_to_string(&file).unwrap();
    profiles.push_str(
        "{\"text\":\"Ostemejeri, der laver ost og smør af mælk fra gårdens køer\",\"lang\":\"da\",\"style\":\"short\",\
         \"trade\":\"wrong on purpose\",\"set\":\"typical\",\"primary\":[\"fintech\"],\"acceptable\":[]}\n",
    );
    fs::write(&file, profiles).unwrap();
    let data = dir.path().to_str().unwrap();
    let list = run(["train", "--audit", "--data", data, "--format", "json", "--top", "12"]).json();
    let doubts = list.as_array().unwrap();
    assert_eq!(doubts.len(), 12);
    let wrong = doubts.iter().find(|doubt| doubt["trade"] == "wrong on purpose").expect("the wrong label is doubted");
    assert_eq!(wrong["instead"], "food-bio");
}
