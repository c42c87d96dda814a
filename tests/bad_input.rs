//! Bad input is normal input: it gets an answer, or an error that says where and what next. Never a panic.

#![allow(clippy::cast_possible_truncation, clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::io::Read;
use std::process::{Command, Stdio};

use support::{command, run, run_with_input};

fn answer(text: &str) -> serde_json::Value {
    run_with_input(["suggest", "--format", "json"], text.as_bytes()).json()
}

#[test]
fn texts_that_say_nothing_get_an_honest_answer() {
    for text in ["", " \n\t ", "🙂🎈", "123 45,6 7.8.9", "og eller men the of and", "…?!—«»", "\u{200b}\u{feff}"]
    {
        let answer = answer(text);
        assert_eq!(answer["verdict"], "none", "{text:?}");
        assert_eq!(answer["known_words"], 0, "{text:?}");
        assert_eq!(answer["suggestions"].as_array().unwrap().len(), 3);
    }
    let table = run(["suggest", "123"]);
    assert!(table.stdout.starts_with("Too little to say"), "{}", table.stdout);
}

#[test]
fn control_and_direction_signs_neither_hide_words_nor_reach_the_terminal() {
    let answer = answer("vi brygger\u{0} \u{202e}øl\u{202c} på ma\u{ad}lt\u{200d}");
    assert_eq!(answer["suggestions"][0]["cluster"], "food-bio");
    let shown = run(["suggest", "øl \u{1b}[2J\u{7}malt", "--explain"]);
    assert!(!shown.stdout.contains(['\u{1b}', '\u{7}']), "{:?}", shown.stdout);
}

#[test]
fn another_language_is_said_to_be_read_as_neither() {
    for text in
        ["Nous construisons des drones sous-marins pour les ports et les navires", "私たちは水中ドローンを作ります"]
    {
        assert_eq!(answer(text)["language"], "other", "{text}");
    }
}

#[test]
fn ten_mebibytes_are_read_and_no_more() {
    let sentence = "vi brygger øl på malt og humle. ";
    let mut text = sentence.repeat((10 << 20) / sentence.len());
    text.push_str(&" ".repeat((10 << 20) - text.len()));
    assert_eq!(answer(&text)["suggestions"][0]["cluster"], "food-bio");
    text.push(' ');
    let too_long = run_with_input(["suggest"], text.as_bytes());
    too_long.expect_error("more than the 10485760 bytes");
    assert!(too_long.stderr.contains("hint: "));
}

/// Each of these once made, or could make, reading quadratic.
#[test]
fn hostile_markup_is_read_in_linear_time() {
    for unit in ["<script>", "<a<", "<!--", "&aring", "-a-", "a'", "<style><"] {
        let text = unit.repeat((2 << 20) / unit.len());
        assert!(answer(&text)["verdict"].is_string(), "{unit}");
    }
}

#[test]
fn invalid_utf8_is_refused_with_its_place() {
    let run = run_with_input(["suggest"], b"vi brygger \xf8l");
    run.expect_error("<stdin>: byte 11: the text is not UTF-8: unexpected byte 0xf8");
    assert!(run.stderr.contains("hint: convert it first"));
}

#[test]
fn wrong_flags_and_missing_files_are_usage_errors() {
    run(["suggest", "x", "--tpo", "3"]).expect_error("unexpected argument '--tpo'");
    run(["sugest", "x"]).expect_error("unrecognized subcommand 'sugest'");
    run(["suggest", "x", "--top=-1"]).expect_error("--top");
    run(["suggest", "x", "--as-of", "2021-02-30"]).expect_error("--as-of");
    run(["suggest", "--file", "no/such/file"]).expect_error("no/such/file: ");
    run(["suggest", "x", "--file", "y"]).expect_error("cannot be used with");
    run(["suggest", "x", "--model", "no/such/model"]).expect_error("no/such/model: ");
    run(["suggest", "x", "--catalogue", "no/such/catalogue"]).expect_error("no/such/catalogue: ");
    run(["clusters", "marlogg"]).expect_error("no cluster has the id \"marlogg\"");
    run(["evaluate", "no/such/file"]).expect_error("no/such/file: ");
    run(["train", "--data", "no/such/folder"]).expect_error("clusters.toml: ");
    run(["suggest", "x", "-o", "no/such/folder/x"]).expect_error("no/such/folder");
    run(Vec::<&str>::new()).expect_error("no command given");
}

#[test]
fn help_and_version_are_results() {
    for args in [&["--help"][..], &["--version"], &["suggest", "--help"], &["help", "suggest"]] {
        let run = run(args);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{args:?}");
        assert!(run.stdout.contains("matcher"), "{args:?}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let args = ["suggest", "vi brygger øl", "--top", "0", "--explain", "--format", "json"];
    let mut child = command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
    for args in ["--help", "man"] {
        let mut child = command([args]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(["suggest", "vi brygger øl"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("matcher: error: "));
}

#[cfg(target_os = "linux")]
#[test]
fn closed_standard_output_is_no_panic() {
    let script = format!("{} suggest øl >&- ; echo $?", env!("CARGO_BIN_EXE_matcher"));
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(["0", "2"].contains(&String::from_utf8_lossy(&output.stdout).trim()), "{output:?}");
}
