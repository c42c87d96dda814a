//! What a list costs, and its parts. `cargo bench --bench batch`; `scripts/bench` measures whole runs beside others.

#![allow(clippy::expect_used, missing_docs, reason = "a bench may fail")]

use std::fs;
use std::path::PathBuf;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use matcher::batch::{Input, Options, Output, Watch, batch};
use matcher::{Matcher, Ranked, Scratch};
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// Rows of the lists that are scored.
const ROWS: usize = 20_000;

/// As many profiles of the training data as asked for, of about forty words.
fn texts() -> Vec<String> {
    let profiles = [
        include_str!("../data/profiles/marlog.jsonl"),
        include_str!("../data/profiles/food-bio.jsonl"),
        include_str!("../data/profiles/none.jsonl"),
    ];
    let lines = profiles.iter().flat_map(|file| file.lines());
    let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["text"].as_str().map(str::to_owned);
    let texts: Vec<String> = lines.filter_map(text).collect();
    let mut joined: Vec<String> = Vec::new();
    let mut row = String::new();
    for text in texts.iter().cycle() {
        row.push_str(text);
        row.push(' ');
        if row.split(' ').count() > 40 {
            joined.push(std::mem::take(&mut row));
        }
        if joined.len() == ROWS {
            return joined;
        }
    }
    joined
}

fn list(folder: &TempDir) -> (PathBuf, usize) {
    let path = folder.path().join("list.csv");
    let mut writer = csv::Writer::from_path(&path).expect("a file");
    writer.write_record(["company", "description"]).expect("a row");
    for (number, text) in texts().iter().enumerate() {
        writer.write_record([&format!("Company {number} ApS"), text]).expect("a row");
    }
    writer.flush().expect("a file");
    let bytes = fs::metadata(&path).expect("a file").len();
    (path, usize::try_from(bytes).expect("a short list"))
}

/// The yardstick: the same file read and written with the `csv` crate.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn copy_csv(bencher: Bencher<'_, '_>) {
    let folder = TempDir::new().expect("a folder");
    let (path, bytes) = list(&folder);
    bencher.counter(ItemsCount::new(ROWS)).counter(BytesCount::new(bytes)).bench_local(|| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(&path).expect("a list");
        let mut writer = csv::Writer::from_path(folder.path().join("copy.csv")).expect("a file");
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).expect("a row") {
            writer.write_byte_record(&record).expect("a row");
        }
        writer.flush().expect("a file");
    });
}

/// A whole list, from file to file.
#[divan::bench(args = [1, 2, 4], sample_count = 10, sample_size = 1)]
fn list_by_threads(bencher: Bencher<'_, '_>, threads: usize) {
    let folder = TempDir::new().expect("a folder");
    let (path, bytes) = list(&folder);
    let matcher = Matcher::embedded().expect("the embedded model");
    let options = Options { threads, ..Options::default() };
    let (input, output) = (Input::File(path), Output::File(folder.path().join("scored.csv")));
    bencher
        .counter(ItemsCount::new(ROWS))
        .counter(BytesCount::new(bytes))
        .bench_local(|| batch(&matcher, &input, &output, &options, &Watch::default()).expect("a list").rows);
}

/// Ranking alone, with all words remembered.
#[divan::bench]
fn rank(bencher: Bencher<'_, '_>) {
    let texts = texts();
    let matcher = Matcher::embedded().expect("the embedded model");
    let ranker = matcher.ranker(&Options::default().suggest);
    let (mut scratch, mut ranked) = (Scratch::default(), Ranked::default());
    bencher
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| texts.iter().filter(|text| ranker.rank(&mut scratch, text, &mut ranked).is_ok()).count());
}
