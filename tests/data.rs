//! The training data keep their own rules (`data/README.md`).

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use matcher::text::Words;
use matcher::{Catalogue, Corpus};
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile {
    text: String,
    lang: String,
    style: String,
    set: String,
    primary: Vec<String>,
    acceptable: Vec<String>,
    #[serde(skip)]
    place: String,
}

#[derive(Deserialize)]
struct Company {
    company: String,
    text: String,
}

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

fn profiles() -> Vec<Profile> {
    let mut files: Vec<_> = data("profiles").read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut profiles = Vec::new();
    for file in files {
        for (line, text) in (1..).zip(std::fs::read_to_string(&file).unwrap().lines()) {
            let profile: Profile = serde_json::from_str(text).unwrap();
            let stem = file.file_stem().unwrap().to_str().unwrap();
            let first = profile.primary.first().map_or("none", String::as_str);
            assert_eq!(first, stem, "{}:{line} belongs in another file", file.display());
            profiles.push(Profile { place: format!("{stem}:{line}"), ..profile });
        }
    }
    profiles
}

fn companies() -> Vec<Company> {
    let text = std::fs::read_to_string(data("dev.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn words(text: &str) -> Vec<String> {
    let mut words = Words::new(text);
    std::iter::from_fn(|| words.next_word().map(|(word, _)| word.to_owned())).collect()
}

fn none_of(kind: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{} {kind}:\n{}", faults.len(), faults.join("\n"));
}

/// Schema, ids and the lexicon's columns are checked where they are read.
#[test]
fn the_folder_loads() {
    Corpus::load(data("")).unwrap();
}

#[test]
fn there_are_enough_profiles_and_they_are_balanced() {
    let profiles = profiles();
    assert!(profiles.len() >= 20_000, "{}", profiles.len());
    let mut by_cluster = BTreeMap::<&str, [usize; 2]>::new();
    for profile in profiles.iter().filter(|profile| profile.lang != "mixed") {
        let of = by_cluster.entry(profile.primary.first().map_or("none", String::as_str)).or_default();
        of[usize::from(profile.lang == "en")] += 1;
    }
    assert_eq!(by_cluster.len(), 15);
    for (cluster, [danish, english]) in by_cluster {
        let least = if cluster == "none" { 2_500 } else { 1_100 };
        assert!(danish + english >= least, "{cluster}: {danish} + {english}");
        let share = danish as f64 / (danish + english) as f64;
        assert!((0.4..=0.6).contains(&share), "{cluster}: {danish} Danish, {english} English");
    }
}

#[test]
fn styles_have_their_lengths() {
    let mut faults = Vec::new();
    for Profile { text, lang, style, set, place, .. } in profiles() {
        let lengths = match style.as_str() {
            "pitch" => 2..=16,
            "short" => 6..=60,
            "about" => 45..=150,
            "formaal" => 6..=70,
            "hard" => 5..=70,
            _ => panic!("{place}: style {style:?}"),
        };
        let count = text.split_whitespace().count();
        if !lengths.contains(&count) {
            faults.push(format!("{place}: {style} of {count} words"));
        }
        if text.trim() != text || text.contains("  ") || text.contains('\n') {
            faults.push(format!("{place}: white space"));
        }
        assert!(["da", "en", "mixed"].contains(&lang.as_str()), "{place}: {lang}");
        assert!(["typical", "niche", "wording", "contrast"].contains(&set.as_str()), "{place}: {set}");
    }
    none_of("profiles of the wrong form", &faults);
}

#[test]
fn no_cluster_is_both_primary_and_acceptable() {
    let faults: Vec<_> = profiles()
        .iter()
        .filter(|profile| profile.primary.iter().any(|id| profile.acceptable.contains(id)))
        .map(|profile| profile.place.clone())
        .collect();
    none_of("contradictions", &faults);
}

/// Two texts may share a beginning on purpose, one on each side of a fence; more words than eight are a copy.
#[test]
fn no_two_profiles_are_near_duplicates() {
    let mut faults = Vec::new();
    let mut beginnings = HashMap::<Vec<String>, String>::new();
    let mut runs = HashMap::<Vec<String>, Vec<usize>>::new();
    let profiles = profiles();
    let texts: Vec<Vec<String>> = profiles.iter().map(|profile| words(&profile.text)).collect();
    for (i, (profile, text)) in profiles.iter().zip(&texts).enumerate() {
        let beginning = text.get(..9).map(<[String]>::to_vec);
        if let Some(other) = beginning.and_then(|words| beginnings.insert(words, profile.place.clone())) {
            faults.push(format!("{} begins like {other}", profile.place));
        }
        for run in text.windows(5) {
            runs.entry(run.to_vec()).or_default().push(i);
        }
    }
    for (i, text) in texts.iter().enumerate() {
        let mut shared = BTreeMap::<usize, usize>::new();
        for run in text.windows(5) {
            for other in runs[run].iter().filter(|other| **other != i).collect::<BTreeSet<_>>() {
                *shared.entry(*other).or_default() += 1;
            }
        }
        let all = text.windows(5).count();
        faults.extend(shared.into_iter().filter(|(_, count)| all > 3 && *count * 10 > all * 8).map(
            |(other, count)| {
                format!("{} shares {count} of {all} runs with {}", profiles[i].place, profiles[other].place)
            },
        ));
    }
    none_of("near-duplicates", &faults);
}

#[test]
fn profiles_name_no_cluster_and_no_development_company() {
    let catalogue = Catalogue::load(data("clusters.toml")).unwrap();
    let mut names: Vec<String> = catalogue.clusters.iter().map(|cluster| cluster.name.en.clone()).collect();
    // Short names that are words of the language (CLEAN, MADE) prove nothing.
    names.extend(["MARLOG", "DigitalLead", "Odense Robotics", "CenSec", "Copenhagen Fintech"].map(str::to_owned));
    names.extend(companies().into_iter().map(|company| company.company).filter(|name| name.len() > 5));
    let mut faults = Vec::new();
    for profile in profiles() {
        let holds = |name: &&String| {
            profile.text.match_indices(name.as_str()).any(|(at, _)| {
                let before = profile.text[..at].chars().next_back();
                let after = profile.text[at + name.len()..].chars().next();
                ![before, after].into_iter().flatten().any(char::is_alphanumeric)
            })
        };
        if let Some(name) = names.iter().find(holds) {
            faults.push(format!("{}: {name}", profile.place));
        }
    }
    none_of("names", &faults);
}

/// Eight words in a row are no accident, beyond the phrases of the company register.
#[test]
fn no_profile_is_taken_from_a_development_company() {
    let mut runs = HashMap::<Vec<String>, String>::new();
    for company in companies() {
        for run in words(&company.text).windows(8) {
            runs.insert(run.to_vec(), company.company.clone());
        }
    }
    let mut faults = Vec::new();
    for profile in profiles() {
        if let Some(company) = words(&profile.text).windows(8).find_map(|run| runs.get(run)) {
            faults.push(format!("{} shares eight words with {company}", profile.place));
        }
    }
    none_of("leaks", &faults);
}
