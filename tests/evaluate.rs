//! `matcher evaluate`.

mod support;

use support::{repository, run, run_with_input};

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
