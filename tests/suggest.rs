//! `matcher suggest`, as a person or a script meets it.

#![allow(clippy::cast_possible_truncation, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use serde_json::Value;
use support::{repository, run, run_with_input};

fn suggest(text: &str, more: &[&str]) -> Value {
    let mut args = vec!["suggest", text, "--format", "json", "--as-of", "2026-11-25"];
    args.extend(more);
    run(args).json()
}

fn clusters(answer: &Value) -> Vec<&str> {
    answer["suggestions"].as_array().unwrap().iter().map(|s| s["cluster"].as_str().unwrap()).collect()
}

#[test]
fn underwater_drones_are_robots_in_both_languages() {
    for text in ["we build underwater drones", "vi bygger undervandsdroner"] {
        let answer = suggest(text, &[]);
        let clusters = clusters(&answer);
        assert_eq!(clusters[0], "odense-robotics", "{text}: {answer}");
        assert!(!clusters.contains(&"construction"), "{text}: {answer}");
    }
}

#[test]
fn json_has_the_fields_of_the_contract() {
    let answer = suggest("we build underwater drones", &["--explain"]);
    assert_eq!(answer["language"], "en");
    assert!(["fit", "unsure"].contains(&answer["verdict"].as_str().unwrap()));
    assert!(answer["model"].as_str().unwrap().starts_with("matcher-2026.11+"));
    let first = &answer["suggestions"][0];
    assert_eq!((first["rank"].as_u64(), first["name"].as_str()), (Some(1), Some("Odense Robotics")));
    assert!(first["probability"].as_f64().unwrap() > 0.3);
    assert!(first["status"].is_string());
    let reason = &first["reasons"][0];
    assert_eq!(
        (reason["text"].as_str(), reason["start"].as_u64(), reason["end"].as_u64()),
        (Some("drones"), Some(20), Some(26))
    );
    assert!(reason["weight"].as_f64().unwrap() > 0.0);
}

#[test]
fn probabilities_of_all_clusters_and_none_add_up_to_one() {
    for text in ["vi brygger øl", "frisør", "", "C++ & e-handel"] {
        let answer = suggest(text, &["--top", "0"]);
        let suggestions = answer["suggestions"].as_array().unwrap();
        assert_eq!(suggestions.len(), 14);
        let total: f64 = suggestions.iter().map(|s| s["probability"].as_f64().unwrap()).sum();
        let total = total + answer["none_probability"].as_f64().unwrap();
        assert!((total - 1.0).abs() < 1e-4, "{text}: {total}");
    }
}

#[test]
fn an_explanation_adds_up_to_the_score() {
    let text = std::fs::read_to_string(repository("tests/fixtures/page.html")).unwrap();
    for text in ["we build underwater drones", "Lyd, lyd og atter lyd: vi måler støj på havvindmøller", &text] {
        let answer = suggest(text, &["--explain", "--top", "0"]);
        for suggestion in answer["suggestions"].as_array().unwrap() {
            let number = |key: &str| suggestion[key].as_f64().unwrap();
            let weights: f64 =
                suggestion["reasons"].as_array().unwrap().iter().map(|r| r["weight"].as_f64().unwrap()).sum();
            let sum = weights + number("rest") + number("intercept");
            assert!((sum - number("score")).abs() < 1e-4, "{suggestion}");
        }
    }
}

#[test]
fn reasons_are_spans_of_the_text_as_given() {
    let text = "Sma\u{30a} H&oslash;jttalere, h\u{f8}jttalere og &lt;C++&gt;";
    let answer = suggest(text, &["--explain"]);
    assert_eq!(clusters(&answer)[0], "danish-sound");
    for reason in answer["suggestions"][0]["reasons"].as_array().unwrap() {
        let (start, end) = (reason["start"].as_u64().unwrap() as usize, reason["end"].as_u64().unwrap() as usize);
        assert_eq!(reason["text"], text[start..end]);
    }
    let first = &answer["suggestions"][0]["reasons"][0];
    assert_eq!(first["text"], "H&oslash;jttalere");
    assert_eq!(first["also"][0][0].as_u64().unwrap() as usize, text.find("h\u{f8}jttalere").unwrap());
}

#[test]
fn a_closed_cluster_stays_with_its_alternatives() {
    let text = "rederi med containerskibe og havneterminal";
    let answer = suggest(text, &[]);
    let first = &answer["suggestions"][0];
    assert_eq!((first["cluster"].as_str(), first["status"].as_str()), (Some("marlog"), Some("closed")));
    assert!(!first["alternatives"].as_array().unwrap().is_empty());

    let then = run(["suggest", text, "--format", "json", "--as-of", "2021-06-01"]).json();
    assert_eq!(then["suggestions"][0]["status"], "active");
    assert!(then["suggestions"][0]["alternatives"].is_null());

    let living = suggest(text, &["--only-active", "--top", "0"]);
    assert_eq!(clusters(&living).len(), 13);
    assert!(!clusters(&living).contains(&"marlog"));
    assert_eq!(living["suggestions"][0]["rank"], 1);
}

#[test]
fn a_hairdresser_is_told_that_nothing_fits() {
    for text in ["frisør med ti stole i gågaden", "hairdresser and barber shop in the high street"] {
        let answer = suggest(text, &[]);
        assert_eq!(answer["verdict"], "none", "{answer}");
        assert_eq!(answer["suggestions"].as_array().unwrap().len(), 3, "the best ones are still listed");
    }
}

#[test]
fn new_words_are_named_as_written() {
    let answer = suggest("Vi laver Xyzzyfloks og møbler", &[]);
    assert_eq!(answer["unknown_words"], serde_json::json!(["Xyzzyfloks"]));
}

#[test]
fn language_is_decided_between_two_and_may_be_neither() {
    for (text, language) in [
        ("Vi udvikler software til landmænd og maskinstationer", "da"),
        ("We develop software for farmers", "en"),
        (
            "Vi leverer predictive maintenance as a service til danske fabrikker, so that you can sleep at night",
            "mixed",
        ),
        ("Wir entwickeln Unterwasserdrohnen für die Überprüfung von Schiffen und Häfen", "other"),
        ("ost", "da"),
        ("🙂", "other"),
    ] {
        assert_eq!(suggest(text, &[])["language"], language, "{text}");
    }
    assert_eq!(suggest("We develop software", &["--lang", "da"])["language"], "da");
}

#[test]
fn text_comes_from_arguments_a_file_or_standard_input() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "vi brygger øl").unwrap();
    let path = file.path().to_str().unwrap();
    let from_file = run(["suggest", "--file", path, "--format", "json"]);
    let from_arguments = run(["suggest", "vi", "brygger", "øl", "--format", "json"]);
    let from_stdin = run_with_input(["suggest", "--format", "json"], "vi brygger øl".as_bytes());
    let from_dash = run_with_input(["suggest", "--file", "-", "--format", "json"], "vi brygger øl".as_bytes());
    assert_eq!(from_file.json(), from_arguments.json());
    assert_eq!(from_file.json(), from_stdin.json());
    assert_eq!(from_file.json(), from_dash.json());
}

#[test]
fn a_pasted_web_page_is_read_without_its_markup() {
    let page = repository("tests/fixtures/page.html");
    let answer = run(["suggest", "--explain", "--format", "json", "--file", page.to_str().unwrap()]).json();
    assert_eq!(answer["suggestions"][0]["cluster"], "energy");
    assert!(!answer.to_string().contains("stylesheet"), "{answer}");
}

#[test]
fn every_form_prints_something_to_its_reader() {
    let csv = run(["suggest", "vi brygger øl", "--format", "csv", "--as-of", "2026-11-25"]);
    assert!(csv.stdout.starts_with("rank,cluster,name,probability,status,alternatives,verdict,language\n1,food-bio,"));
    let lines = run(["suggest", "vi brygger øl", "--format", "jsonl"]);
    assert_eq!(lines.stdout.lines().count(), 1);
}

#[test]
fn a_file_is_written_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("answer.json");
    let args = ["suggest", "vi brygger øl", "--format", "json", "-o", path.to_str().unwrap()];
    assert_eq!(run(args).stdout, "");
    let answer: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(answer["suggestions"][0]["cluster"], "food-bio");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

/// Temporary files are private by default; a result is not.
#[cfg(unix)]
#[test]
fn a_result_has_the_rights_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let (ours, usual) = (dir.path().join("ours"), dir.path().join("usual"));
    run(["suggest", "vi brygger øl", "-o", ours.to_str().unwrap()]);
    std::fs::write(&usual, "").unwrap();
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(ours), mode(usual));
}

/// Digits of probabilities and weights change with every training; what people read around them should not.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim();
        let number = bare.trim_start_matches(['+', '-', '<', '>']).parse::<f64>().is_ok();
        if number && !bare.is_empty() && bare.len() < 7 && bare.len() > 1 {
            out.push_str(&word.replace(bare, "#"));
        } else if let Some((name, _)) = bare.split_once('+').filter(|(name, _)| name.starts_with("matcher-")) {
            out.push_str(&word.replace(bare, &format!("{name}+#")));
        } else {
            out.push_str(word);
        }
    }
    out
}

#[test]
fn the_table_reads_well() {
    let fits = run(["suggest", "rederi med containerskibe og havneterminal", "--top", "1", "--as-of", "2026-11-25"]);
    insta::assert_snapshot!("fits", without_numbers(&fits.stdout));
    let danish = run(["suggest", "frisør med ti stole", "--top", "0", "--ui", "da", "--as-of", "2026-11-25"]);
    insta::assert_snapshot!("none_in_danish", danish.stdout.lines().next().unwrap());
    let nothing = run(["suggest", "og eller men", "--top", "1"]);
    insta::assert_snapshot!("too_little", without_numbers(&nothing.stdout));
    let explained = run(["suggest", "vi sejler med havvind", "--top", "1", "--explain", "--as-of", "2026-11-25"]);
    assert!(explained.stdout.contains("vi sejler med havvind"), "{}", explained.stdout);
}

#[test]
fn colour_only_where_it_is_wanted() {
    let plain = run(["suggest", "vi brygger øl", "--explain"]);
    assert!(!plain.stdout.contains('\u{1b}'));
    let coloured = run(["suggest", "vi brygger øl", "--explain", "--color", "always"]);
    assert!(coloured.stdout.contains('\u{1b}'));
}
