//! What the numbers of README.md come from. `cargo bench`; see also `scripts/cold_start.py`.

#![allow(clippy::expect_used, missing_docs, reason = "a bench may fail")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use matcher::text::{FeatureConfig, Features, Words};
use matcher::{Matcher, Options, Scratch};
use unicode_segmentation::UnicodeSegmentation;

fn main() {
    divan::main();
}

/// The texts of the development companies: about forty words each.
fn texts() -> Vec<String> {
    let lines = include_str!("../data/dev.jsonl").lines();
    let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["text"].as_str().map(str::to_owned);
    lines.filter_map(text).collect()
}

fn bytes(texts: &[String]) -> usize {
    texts.iter().map(String::len).sum()
}

/// Words with their spans, in normal form.
#[divan::bench]
fn analyse(bencher: Bencher<'_, '_>) {
    let texts = texts();
    bencher.counter(ItemsCount::new(texts.len())).counter(BytesCount::new(bytes(&texts))).bench(|| {
        let mut buffer = String::new();
        let mut count = 0;
        for text in &texts {
            let mut words = Words::with_buffer(text, std::mem::take(&mut buffer));
            while let Some((word, _)) = words.next_word() {
                count += word.len();
            }
            buffer = words.into_buffer();
        }
        count
    });
}

/// The yardstick for [`analyse`]: words by the `unicode-segmentation` crate, in lower case.
#[divan::bench]
fn unicode_words(bencher: Bencher<'_, '_>) {
    let texts = texts();
    bencher.counter(ItemsCount::new(texts.len())).counter(BytesCount::new(bytes(&texts))).bench(|| {
        let words = texts.iter().flat_map(|text| text.unicode_words());
        words.map(|word| word.to_lowercase().len()).sum::<usize>()
    });
}

/// Taking a word apart, as is done once for a word that the model does not know.
#[divan::bench]
fn split_a_word(bencher: Bencher<'_, '_>) {
    let features = Features::new(FeatureConfig::default());
    let mut parts = Vec::new();
    bencher.bench_local(|| {
        features.of(black_box("undervandsdroner"), &mut parts);
        parts.len()
    });
}

/// Whole answers, one text after the other.
#[divan::bench]
fn score(bencher: Bencher<'_, '_>) {
    let texts = texts();
    let matcher = Matcher::embedded().expect("the embedded model");
    let options = Options::default();
    let mut scratch = Scratch::default();
    bencher
        .counter(ItemsCount::new(texts.len()))
        .counter(BytesCount::new(bytes(&texts)))
        .bench_local(|| texts.iter().filter(|text| matcher.suggest_with(&mut scratch, text, &options).is_ok()).count());
}

/// A first answer, with nothing remembered.
#[divan::bench]
fn score_cold(bencher: Bencher<'_, '_>) {
    let matcher = Matcher::embedded().expect("the embedded model");
    bencher.bench(|| matcher.suggest(black_box("we build underwater drones")));
}

/// Opening the model that is compiled in.
#[divan::bench]
fn load_embedded() -> Matcher {
    Matcher::embedded().expect("the embedded model")
}

/// Opening a model file's bytes, checksum and all.
#[divan::bench]
fn load_file(bencher: Bencher<'_, '_>) {
    let bytes = include_bytes!("../models/matcher.bin");
    bencher.with_inputs(|| bytes.to_vec()).bench_values(|bytes| Matcher::from_bytes(bytes).expect("a model"));
}
