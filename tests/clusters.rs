//! `matcher clusters`.

#![allow(clippy::cast_possible_truncation, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use support::{repository, run};

#[test]
fn all_fourteen_are_listed_in_their_order() {
    let clusters = run(["clusters", "--format", "json", "--as-of", "2026-11-25"]).json();
    let ids: Vec<_> = clusters.as_array().unwrap().iter().map(|cluster| cluster["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "clean",
            "energy",
            "lifestyle-design",
            "digitallead",
            "construction",
            "food-bio",
            "marlog",
            "life-science",
            "made",
            "fintech",
            "odense-robotics",
            "vision-denmark",
            "censec",
            "danish-sound"
        ]
    );
    let table = run(["clusters"]);
    assert_eq!(table.stdout.lines().take_while(|line| !line.is_empty()).count(), 14);
}

#[test]
fn every_cluster_says_enough() {
    for cluster in run(["clusters", "--format", "json"]).json().as_array().unwrap() {
        let id = &cluster["id"];
        for language in ["en", "da"] {
            let covers = cluster["covers"][language].as_str().unwrap();
            let sentences = covers.matches(". ").count() + 1;
            assert!((2..=5).contains(&sentences), "{id} {language}: {sentences} sentences");
            let areas = cluster["focus"][language].as_array().unwrap().len();
            assert!((8..=20).contains(&areas), "{id} {language}: {areas} areas");
        }
        assert!(!cluster["sources"].as_array().unwrap().is_empty(), "{id}");
    }
}

#[test]
fn one_cluster_is_shown_with_its_history_in_both_languages() {
    let english = run(["clusters", "marlog", "--as-of", "2026-11-25"]).stdout;
    assert!(english.contains("closed") && english.contains("2022-04-01") && english.contains("https://"), "{english}");
    let danish = run(["clusters", "marlog", "--ui", "da"]).stdout;
    assert!(danish.contains("lukket") && danish.contains("konkurs"), "{danish}");
    let then = run(["clusters", "--as-of", "2021-06-01", "--format", "csv"]).stdout;
    assert!(then.lines().any(|line| line.starts_with("marlog,") && line.contains(",active,")), "{then}");
}

#[test]
fn what_is_unconfirmed_says_so() {
    let shown = run(["clusters", "censec"]).stdout;
    assert!(shown.contains("unconfirmed"), "{shown}");
}

#[test]
fn a_corrected_catalogue_replaces_the_models_own() {
    let toml = std::fs::read_to_string(repository("data/clusters.toml")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("clusters.toml");
    std::fs::write(&path, toml.replace("short = \"MARLOG\"", "short = \"Havnen\"")).unwrap();
    let path = path.to_str().unwrap();
    let shown = run(["suggest", "rederi med containerskibe", "--catalogue", path]).stdout;
    assert!(shown.contains("Havnen"), "{shown}");

    let broken = dir.path().join("broken.toml");
    std::fs::write(&broken, toml.replace("valid_from = 2022-04-01", "valid_from = 2022-04-31")).unwrap();
    let error = run(["clusters", "--catalogue", broken.to_str().unwrap()]);
    error.expect_error("broken.toml: line ");
    assert!(error.stderr.contains("`valid_from`"), "{}", error.stderr);

    let unknown = dir.path().join("unknown.toml");
    std::fs::write(&unknown, toml.replace("id = \"made\"", "id = \"mode\"")).unwrap();
    run(["clusters", "--catalogue", unknown.to_str().unwrap()]).expect_error("");
}
