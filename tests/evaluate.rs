//! `matcher evaluate`.

#![allow(clippy::cast_possible_truncation, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::fs;

use support::{files, repository, run, run_with_input, small_data};

#[test]
fn the_model_beats_its_baselines_on_real_companies() {
    let dev = repository("data/dev.jsonl");
    let args = ["evaluate", dev.to_str().unwrap(), "--format", "json"];
    let rankers = ["model", "cosine", "bm25", "keyword"].into_iter().flat_map(|name| ["--ranker", name]);
    let all = run(args.into_iter().chain(rankers)).json();
    let top1 = |i: usize| all[i]["top1"]["value"].as_f64().unwrap();
    assert_eq!(all[0]["n"], 237);
    assert!(top1(0) > 0.8, "{}", top1(0));
    for (i, name) in ["model", "cosine", "bm25", "keyword"].iter().enumerate() {
        assert_eq!(all[i]["ranker"], *name);
        assert!(i == 0 || top1(i) < top1(0) - 0.2, "{name} {}", top1(i));
    }
    for measure in ["top1", "acc1", "top3", "mrr", "ndcg3", "ece", "none_auroc", "none_recall", "false_none"] {
        let estimate = &all[0][measure];
        let (low, value, high) = (&estimate["low"], &estimate["value"], &estimate["high"]);
        assert!(low.as_f64() <= value.as_f64() && value.as_f64() <= high.as_f64(), "{measure} {estimate}");
    }
    assert_eq!(all[0]["by_cluster"].as_object().unwrap().len(), 15);
    assert!(all[0]["by_language"]["da"]["top1"]["value"].is_number());
    assert!(all[0]["confusion"]["made"]["made"].is_number());
}

#[test]
fn a_missed_threshold_is_an_incomplete_run() {
    let rows = "{\"text\":\"vi brygger øl\",\"primary\":[\"food-bio\"]}\n{\"text\":\"frisør\",\"primary\":[]}\n";
    let reached = run_with_input(["evaluate", "-", "--at-least", "top1=1"], rows.as_bytes());
    assert_eq!(reached.code, 0, "{reached:?}");
    let rows = rows.replace("food-bio", "censec");
    let missed = run_with_input(["evaluate", "-", "--at-least", "top1=1"], rows.as_bytes());
    assert_eq!(missed.code, 1);
    assert!(missed.stderr.contains("top1 is 0.000"), "{missed:?}");
    run(["evaluate", "-", "--at-least", "top9=1"]).expect_error("the measures are top1, ");
}

#[test]
fn faults_name_the_place() {
    let broken = run_with_input(["evaluate", "-"], b"{\"text\":\"x\",\"primary\":[\"madee\"]}\n");
    broken.expect_error("-: line 1, `primary`: no cluster has the id \"madee\"");
    run_with_input(["evaluate", "-"], b"").expect_error("no labelled profiles");
    run_with_input(["evaluate", "-"], b"\xff\xfe").expect_error("byte 0: the file is not UTF-8");
}

#[test]
fn completions_and_manual_come_from_the_same_definition() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run(["completions", shell]).stdout.contains("matcher"), "{shell}");
    }
    assert!(run(["man"]).stdout.contains(".TH matcher 1"));
}

const LABELLED: &str = r#"{"text":"Vi laver ost og smør af mælk fra egne køer","primary":["food-bio"],"lang":"da","style":"short"}
{"text":"We build payment systems | for banks & <b>insurers</b>","primary":["fintech"],"lang":"en","style":"short"}
{"text":"Højttalere og hovedtelefoner","primary":["danish-sound"],"acceptable":["fintech"],"lang":"da","style":"pitch"}
{"text":"Betalinger, banker og *lån* til høreapparater","primary":["food-bio"],"lang":"da"}
{"text":"Frisør i Nykøbing","primary":[],"lang":"da","style":"short"}
"#;

#[test]
fn a_report_has_tables_charts_and_wrong_answers_and_is_the_same_each_time() {
    let dir = tempfile::tempdir().unwrap();
    small_data(dir.path(), 40);
    let (labelled, model) = (dir.path().join("labelled.jsonl"), dir.path().join("small.bin"));
    fs::write(&labelled, LABELLED).unwrap();
    let data = dir.path().to_str().unwrap();
    let model = model.to_str().unwrap();
    assert_eq!(run(["train", "--data", data, "-o", model]).code, 0);

    // The folder is made, with the one above it.
    let dir = dir.path().join("reports/small");
    let report = || {
        let args = ["evaluate", labelled.to_str().unwrap(), "--report", dir.to_str().unwrap(), "--model", model];
        run(args.into_iter().chain(["--data", data, "--ranker", "model", "--ranker", "keyword"]))
    };
    assert_eq!(report().code, 0);
    let written = files(&dir);
    let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["confusion.svg", "learning-curve.svg", "reliability.svg", "summary.md"]);
    assert_eq!(report().code, 0);
    assert!(written == files(&dir), "a second run over the first gives the same bytes");

    for ((name, svg), labels) in written.iter().zip([
        &["Confusion matrix", "true cluster", "answer", "danish-sound", "food-bio", "fintech", "none"][..],
        &["number of profiles (logarithmic)", "share of texts with a cluster", "160"],
        &["confidence: mean probability of the most probable answer", "share of these answers that is right", "0.2"],
    ]) {
        let svg = roxmltree::Document::parse(svg).unwrap();
        assert!(svg.descendants().any(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "title"))), "{name}");
        let drawn: Vec<&str> = svg.descendants().filter_map(|node| node.text()).map(str::trim).collect();
        labels.iter().for_each(|label| assert!(drawn.contains(label), "{name} lacks {label:?}: {drawn:?}"));
    }
    let summary = &written[3].1;
    let shows = |texts: &[&str]| texts.iter().for_each(|text| assert!(summary.contains(text), "{text:?}: {summary}"));
    shows(&["| measure | model | keyword | what it says |", "| `top1` | 0.", "| `ece` | 0.", "## By cluster"]);
    shows(&["| language | texts |", "| style | texts |", "| not said | 1 |", "(learning-curve.svg)", "| 160 |"]);
    shows(&["## Wrong answers", "| food-bio | fintech | 0.", "Betalinger, banker og \\*lån\\* til"]);
}

#[test]
fn a_report_without_probabilities_or_data_leaves_out_what_it_cannot_draw() {
    let dir = tempfile::tempdir().unwrap();
    let labelled = dir.path().join("labelled.jsonl");
    fs::write(&labelled, LABELLED).unwrap();
    let (labelled, report) = (labelled.to_str().unwrap(), dir.path().join("report"));
    let done = run(["evaluate", labelled, "--ranker", "keyword", "--report", report.to_str().unwrap()]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.stderr.contains("keyword gives no probabilities: no reliability.svg"), "{done:?}");
    let names: Vec<String> = files(&report).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["confusion.svg", "summary.md"]);
}

#[test]
fn a_report_that_cannot_be_made_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let labelled = dir.path().join("labelled.jsonl");
    fs::write(&labelled, LABELLED).unwrap();
    let path = dir.path().join("report");
    let (labelled, report) = (labelled.to_str().unwrap(), path.to_str().unwrap());
    run(["evaluate", labelled, "--data", "data"]).expect_error("--report <DIR>");
    run(["evaluate", labelled, "--report", labelled]).expect_error("labelled.jsonl: ");
    small_data(dir.path(), 0);
    let data = dir.path().to_str().unwrap();
    run(["evaluate", labelled, "--report", report, "--data", data, "-q"]).expect_error("has other clusters than");
    let model = dir.path().join("cosine.bin");
    let model = model.to_str().unwrap();
    assert_eq!(run(["train", "--data", data, "-o", model]).code, 0);
    run(["evaluate", labelled, "--model", model, "--report", report, "--data", data, "-q"])
        .expect_error("has no profiles");
    assert!(files(&path).is_empty(), "a report is written when all of it is there");
}
