//! `docs/tutorial.md` shows what the program does: every command runs, and says what the page says it says. After a new
//! model `scripts/tutorial.py` writes the page anew.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may fail")]

#[path = "support/list.rs"]
mod list;

use std::fs;
use std::path::Path;

use list::{Folder, rows};

fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn tutorial() -> String {
    fs::read_to_string(repository("docs/tutorial.md")).expect("the tutorial").replace("\r\n", "\n")
}

/// A folder with the examples where the tutorial has them.
fn folder() -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("data/examples")).expect("created");
    for name in ["virksomheder.csv", "virksomheder.xlsx"] {
        let example = format!("data/examples/{name}");
        fs::copy(repository(&example), folder.path(&example)).expect("copied");
    }
    folder
}

/// What a run says, without how long it took.
fn timeless(line: &str) -> &str {
    match line.split_once(" faulty; ") {
        Some((counts, _)) => counts,
        None => line,
    }
}

#[test]
fn every_command_says_what_the_page_says() {
    let folder = folder();
    let page = tutorial();
    let mut commands = 0;
    for block in page.split("```console\n").skip(1) {
        let mut lines = block.split("```").next().expect("a block").lines();
        let command = lines.next().and_then(|line| line.strip_prefix("$ matcher batch ")).expect("a command");
        let arguments: Vec<&str> = command.split(' ').collect();
        let output = folder.command(&arguments).output().expect("started");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        let said: Vec<&str> = said.lines().map(timeless).collect();
        assert_eq!(said, lines.map(timeless).collect::<Vec<_>>(), "{command}");
        let fails = said.iter().any(|line| line.starts_with("matcher: error"));
        assert_eq!(output.status.code(), Some(if fails { 2 } else { 1 }), "{command}");
        commands += 1;
    }
    assert!(commands >= 5);
    assert!(folder.path("scored.xlsx").exists() && folder.text("report.html").contains("virksomheder.xlsx"));
}

#[test]
fn the_rows_shown_are_rows_of_the_list() {
    let folder = folder();
    folder.run(1, &["data/examples/virksomheder.csv", "-o", "scored.jsonl"]);
    let scored = folder.text("scored.jsonl");
    let scored: Vec<serde_json::Value> = scored.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let page = tutorial();
    let table = page.split("<!-- rows -->").nth(1).and_then(|rest| rest.split("<!-- /rows -->").next()).expect("rows");
    let lines: Vec<Vec<&str>> =
        table.trim().lines().map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect();
    assert!(lines.len() > 4);
    for line in &lines[2..] {
        let row = scored.iter().find(|row| row["Navn"] == line[0]).expect("a company of the list");
        for (name, value) in lines[0].iter().zip(line) {
            let found = row[*name].as_str().map_or_else(|| row[*name].to_string(), str::to_owned);
            assert_eq!(&found, value, "{name} of {}", line[0]);
        }
    }
}

#[test]
fn the_examples_are_one_list_in_two_forms() {
    let folder = folder();
    folder.run(1, &["data/examples/virksomheder.csv", "-o", "a.jsonl"]);
    folder.run(1, &["data/examples/virksomheder.xlsx", "-o", "b.csv"]);
    let csv = folder.text("a.jsonl");
    let workbook = rows(&folder.read("b.csv"), b',');
    assert_eq!((csv.lines().count(), workbook.len()), (200, 201));
    for (line, row) in csv.lines().zip(&workbook[1..]) {
        let from_csv: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(from_csv["CVR"].as_str(), Some(row[0].as_str()));
        if from_csv["error"].is_null() {
            assert_eq!(from_csv["cluster_1"].as_str(), Some(row[7].as_str()), "{}", row[1]);
        }
        let digits: Vec<u32> = row[0].chars().filter_map(|digit| digit.to_digit(10)).collect();
        let sum: u32 = digits.iter().zip([2, 7, 6, 5, 4, 3, 2, 1]).map(|(digit, weight)| digit * weight).sum();
        assert_ne!(sum % 11, 0, "{} could be the number of a real company", row[0]);
    }
}
