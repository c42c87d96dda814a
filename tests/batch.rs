//! `matcher batch` as a user meets it: forms, dialects, encodings, columns, errors, resuming.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "a test may fail"
)]

#[path = "support/list.rs"]
mod list;

use std::io::{Read, Write};

use list::{Folder, rows};

const LIST: &str = "cvr;navn;tekst\n1;Nord ApS;vi bygger skibsmotorer til færger\n2;Syd A/S;\"we build \"\"drones\"\"\nfor inspection\"\n";

#[test]
fn a_list_comes_back_with_our_columns_after_its_own() {
    let folder = Folder::new();
    folder.write("list.csv", LIST);
    let ran = folder.run(0, &["list.csv", "-o", "scored.csv"]);
    assert!(ran.stdout().is_empty());
    let stderr = ran.stderr();
    assert!(stderr.contains("separated by semicolon (;)"), "{stderr}");
    assert!(stderr.contains("2 rows: 2 fit, 0 unsure, 0 none, 0 faulty"), "{stderr}");
    let text = folder.text("scored.csv");
    for line in LIST.lines().take(2).chain(["2;Syd A/S;\"we build \"\"drones\"\"\nfor inspection\""]) {
        assert!(text.contains(&format!("{line};")), "{line} in {text}");
    }
    let rows = rows(text.as_bytes(), b';');
    let header = "cvr;navn;tekst;language;verdict;cluster_1;probability_1;cluster_2;probability_2;cluster_3;probability_3;reasons;error";
    assert_eq!(rows[0].join(";"), header);
    assert_eq!(rows[1][3..6], ["da", "fit", "marlog"]);
    assert!(rows[1][11].contains("skibsmotorer"), "{:?}", rows[1]);
    assert_eq!(rows[2][5], "odense-robotics");
    assert_eq!(folder.names(), ["list.csv", "scored.csv"]);
}

#[test]
fn the_same_rows_on_any_number_of_threads_and_from_a_pipe() {
    let folder = Folder::new();
    let mut list = String::from("id,description\n");
    for row in 0..20_000 {
        list += &format!("{row},company {row} builds robots and ships with software number {row}\r\n");
    }
    folder.write("list.csv", &list);
    folder.run(0, &["list.csv", "-o", "one.csv", "--threads", "1"]);
    folder.run(0, &["list.csv", "-o", "five.csv", "--threads", "5", "--top", "3"]);
    assert_eq!(folder.read("one.csv"), folder.read("five.csv"));
    assert_eq!(rows(&folder.read("one.csv"), b',').len(), 20_001);
    let (child, mut stdin) = folder.fed(&["-", "--quiet"]);
    let writer = std::thread::spawn(move || stdin.write_all(list.as_bytes()));
    let output = child.wait_with_output().expect("ended");
    writer.join().expect("joined").expect("written");
    assert_eq!(output.stdout.len(), folder.read("one.csv").len());
    assert!(output.stderr.is_empty());
}

#[test]
fn batch_says_what_suggest_says() {
    let folder = Folder::new();
    folder.write("list.jsonl", "{\"text\":\"vi laver spil til mobilen\"}\n");
    let ran = folder.run(0, &["list.jsonl", "--top", "0"]);
    let row: serde_json::Value = serde_json::from_str(&ran.stdout()).expect("JSON");
    let mut suggest = std::process::Command::new(env!("CARGO_BIN_EXE_matcher"));
    let output = suggest.args(["suggest", "--format", "json", "--top", "0", "vi laver spil til mobilen"]).output();
    let answer: serde_json::Value = serde_json::from_slice(&output.expect("started").stdout).expect("JSON");
    assert_eq!(row["verdict"], answer["verdict"]);
    for (place, suggestion) in answer["suggestions"].as_array().expect("a list").iter().enumerate() {
        assert_eq!(row[format!("cluster_{}", place + 1)], suggestion["cluster"]);
        assert_eq!(row[format!("probability_{}", place + 1)], suggestion["probability"]);
    }
}

#[test]
fn the_text_column_is_found_or_named() {
    let folder = Folder::new();
    folder.write("list.csv", "id,hvad,Formål\n1,vi bygger skibe,vi bager brød\n");
    let found = folder.run(0, &["list.csv", "--top", "1"]).stdout();
    assert!(found.contains("food-bio"), "{found}");
    let named = folder.run(0, &["list.csv", "--top", "1", "--text-column", "hvad"]).stdout();
    assert!(named.contains("marlog"), "{named}");
    folder.run(0, &["list.csv", "--text-column", "hvad", "--text-column", "formål"]);
    let missing = folder.run(2, &["list.csv", "--text-column", "nope"]).stderr();
    assert!(missing.contains("matcher: error: list.csv: `nope`: this column is missing"), "{missing}");
    assert!(missing.contains("hint: the columns are id, hvad, Formål"), "{missing}");
    folder.write("other.csv", "a,b\n1,2\n");
    assert!(folder.run(2, &["other.csv"]).stderr().contains("hint: name it with --text-column; the columns are a, b"));
}

#[test]
fn a_prefix_avoids_columns_that_are_there_already() {
    let folder = Folder::new();
    folder.write("list.csv", "text,verdict\nvi bygger skibe,x\n");
    let refused = folder.run(2, &["list.csv"]).stderr();
    assert!(refused.contains("`verdict`") && refused.contains("--prefix"), "{refused}");
    let text = folder.run(0, &["list.csv", "--prefix", "m_", "--top", "1"]).stdout();
    assert!(text.starts_with("text,verdict,m_language,m_verdict,m_cluster_1,m_probability_1,m_reasons,m_error\n"));
}

#[test]
fn faulty_rows_come_out_with_their_error_and_are_counted() {
    let folder = Folder::new();
    folder.write("list.csv", "id;text\n1;vi udvikler robotter\n2\n3;a;b;c\n4;  \n5;\"lone\n6;vi bygger huse\n");
    let ran = folder.run(1, &["list.csv", "-o", "out.csv", "--top", "1"]);
    let rows = rows(&folder.read("out.csv"), b';');
    assert_eq!(rows.len(), 7);
    let last = |row: usize| rows[row].last().cloned().unwrap_or_default();
    assert_eq!(last(1), "");
    assert_eq!(last(2), "list.csv: row 3: wrong number of fields (1, the header has 2)");
    assert_eq!(rows[2].len(), rows[0].len());
    assert_eq!(last(3), "list.csv: row 4: wrong number of fields (4, the header has 2)");
    assert_eq!(last(4), "list.csv: row 5, `text`: empty profile");
    assert_eq!(last(5), "list.csv: row 6: unclosed quote");
    assert_eq!(rows[5][..2], ["5", "\"lone"]);
    assert_eq!(rows[6][0], "6");
    let stderr = ran.stderr();
    assert!(stderr.contains("6 rows: 1 fit") || stderr.contains("6 rows: 2 fit"), "{stderr}");
    assert!(stderr.contains("2 × wrong number of fields; first: list.csv: row 3"), "{stderr}");
}

#[test]
fn dialects_pass_through_and_a_delimiter_can_be_named() {
    let folder = Folder::new();
    for delimiter in [",", ";", "\t", "|"] {
        folder.write("list.csv", format!("id{delimiter}text\r\n1{delimiter}vi bygger skibe\r\n"));
        let text = folder.run(0, &["list.csv", "--top", "1"]).stdout();
        assert!(text.starts_with(&format!("id{delimiter}text{delimiter}language{delimiter}verdict")), "{text}");
        assert_eq!(text.matches("\r\n").count(), 2, "{text:?}");
    }
    folder.write("list.csv", "id,a;text\n1,b;vi bygger skibe\n");
    assert!(folder.run(0, &["list.csv", "--delimiter", ";"]).stdout().starts_with("id,a;text;language"));
    folder.write("hint.csv", "sep=|\nid|text\n1|vi bygger skibe\n");
    assert!(folder.run(0, &["hint.csv"]).stdout().starts_with("sep=|\nid|text|language"));
    folder.run(2, &["list.csv", "--delimiter", "ab"]);
}

#[test]
fn encodings_are_found_and_kept() {
    let folder = Folder::new();
    let latin = b"id;besk\xe6ftigelse;form\xe5l\n1;\xf8l;vi bygger f\xe6rger og skibe p\xe5 v\xe6rftet\n";
    folder.write("latin.csv", latin);
    let ran = folder.run(0, &["latin.csv", "-o", "out.csv"]);
    assert!(ran.stderr().contains("read as windows-1252"), "{}", ran.stderr());
    let out = folder.read("out.csv");
    assert!(out.windows(9).any(|bytes| bytes == b"\xf8l;vi byg"), "{:?}", String::from_utf8_lossy(&out));
    // Once in the profile, once among its reasons.
    let mentions = out.windows(6).filter(|bytes| bytes == b"f\xe6rger").count();
    assert_eq!(mentions, 2, "reasons are in the same encoding: {:?}", String::from_utf8_lossy(&out));
    let wide = |text: &str| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    folder.write("wide.csv", wide("id\tbeskrivelse\r\n1\tvi bygger færger\r\n"));
    let ran = folder.run(0, &["wide.csv", "-o", "wide-out.csv", "--top", "1"]);
    assert!(ran.stderr().contains("UTF-16LE"), "{}", ran.stderr());
    let out = folder.read("wide-out.csv");
    let start = wide(
        "id\tbeskrivelse\tlanguage\tverdict\tcluster_1\tprobability_1\treasons\terror\r\n1\tvi bygger færger\tda\t",
    );
    assert!(out.starts_with(&start));
    folder.write("bom.csv", "\u{feff}text,id\nvi bygger skibe,1\n");
    let text = folder.run(0, &["bom.csv"]).stdout();
    assert!(text.starts_with("\u{feff}text,id,language"), "{text}");
    folder.run(2, &["bom.csv", "--encoding", "klingon"]);
}

#[test]
fn other_forms_come_and_go() {
    let folder = Folder::new();
    folder.write("list.csv", LIST);
    folder.run(0, &["list.csv", "-o", "a.jsonl"]);
    folder.run(0, &["list.csv", "-o", "a.xlsx"]);
    folder.run(0, &["list.csv", "-o", "a.parquet"]);
    folder.run(0, &["list.csv", "-o", "a.csv"]);
    let expected = rows(&folder.read("a.csv"), b';');
    for name in ["a.jsonl", "a.xlsx", "a.parquet"] {
        folder.run(0, &[name, "-o", "b.csv", "--prefix", "again_"]);
        let found = rows(&folder.read("b.csv"), b',');
        let width = expected[0].len();
        assert_eq!(found.iter().map(|row| row[..width].to_vec()).collect::<Vec<_>>(), expected, "{name}");
        // Scored twice, said twice.
        assert_eq!(found[1][width..width + 3], expected[1][3..6], "{name}");
        let ending = name.rsplit_once('.').expect("an ending").1;
        folder.run(0, &[name, "-o", &format!("c.{ending}"), "--prefix", "again_"]);
        folder.run(0, &[&format!("c.{ending}"), "-o", "d.csv", "--prefix", "third_"]);
        assert_eq!(rows(&folder.read("d.csv"), b',')[2][..3], expected[2][..3], "{name}");
    }
    let refused = folder.run(2, &["list.csv", "--format", "table"]).stderr();
    assert!(refused.contains("csv, jsonl, xlsx or parquet"), "{refused}");
}

#[test]
fn compressed_lists_come_and_go() {
    let folder = Folder::new();
    folder.write("list.csv", LIST);
    folder.run(0, &["list.csv", "-o", "plain.csv"]);
    for name in ["a.csv.gz", "a.csv.zst"] {
        folder.run(0, &["list.csv", "-o", name]);
        let mut text = Vec::new();
        let packed = folder.read(name);
        if name.ends_with("gz") {
            flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut text).expect("gzip");
        } else {
            zstd::Decoder::new(&packed[..]).expect("zstd").read_to_end(&mut text).expect("zstd");
        }
        assert_eq!(text, folder.read("plain.csv"));
        folder.run(0, &[name, "--prefix", "again_", "-o", "b.csv"]);
        assert_eq!(rows(&folder.read("b.csv"), b';').len(), 3);
    }
}

#[test]
fn excel_gets_what_it_opens_by_a_double_click() {
    let folder = Folder::new();
    folder.write("list.csv", "id,text\n1,\"vi bygger skibe; og \"\"både\"\"\"\n");
    folder.run(0, &["list.csv", "--excel", "-o", "out.csv", "--top", "1"]);
    let text = folder.text("out.csv");
    assert!(text.starts_with("\u{feff}id;text;language;verdict;cluster_1;probability_1;reasons;error\n"), "{text}");
    assert!(text.contains("1;\"vi bygger skibe; og \"\"både\"\"\";da;"), "{text}");
    let row = &rows(text.as_bytes(), b';')[1];
    assert!(row[5].starts_with("0."), "numbers keep their point: {row:?}");
}

#[test]
fn the_output_is_never_the_input() {
    let folder = Folder::new();
    folder.write("list.csv", LIST);
    for output in ["list.csv", "./list.csv"] {
        let refused = folder.run(2, &["list.csv", "-o", output]).stderr();
        assert!(refused.contains("the output is the input itself"), "{refused}");
    }
    folder.write("x.csv.partial", LIST);
    folder.run(2, &["x.csv.partial", "-o", "x.csv"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path("list.csv"), folder.path("link.csv")).expect("linked");
        folder.run(2, &["list.csv", "-o", "link.csv"]);
        let stdin = std::fs::File::open(folder.path("list.csv")).expect("open");
        let status = folder.command(&["-", "-o", "list.csv"]).stdin(stdin).status().expect("started");
        assert_eq!(status.code(), Some(2));
    }
    assert_eq!(folder.text("list.csv"), LIST);
}

#[test]
fn json_lines_keep_their_bytes() {
    let folder = Folder::new();
    let list = "{\"n\": 1.50,  \"text\":\"vi bygger skibe\", \"x\":{\"a\":[1]}}\r\n\n{}\nnot json\n{\"text\":[1]}\n";
    folder.write("list.jsonl", list);
    folder.run(1, &["list.jsonl", "-o", "out.jsonl", "--top", "1"]);
    let text = folder.text("out.jsonl");
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("{\"n\": 1.50,  \"text\":\"vi bygger skibe\", \"x\":{\"a\":[1]},\"language\":\"da\""),
        "{text}"
    );
    assert_eq!(lines[1], "");
    let value = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    assert_eq!(value(lines[2])["error"], "list.jsonl: row 3, `text`: empty profile");
    assert_eq!(value(lines[3])["input"], "not json");
    assert!(value(lines[4])["error"].as_str().expect("text").contains("value that is no text"));
    assert_eq!(lines.len(), 5);
}

/// Rows enough to be interrupted among them.
fn long_list(rows: usize) -> String {
    let mut list = String::from("id,description\n");
    for row in 0..rows {
        let quoted =
            if row % 7 == 0 { "\"we build ships,\nand robots\"" } else { "vi bygger skibe og robotter til havvind" };
        list += &format!("{row},{quoted}\n");
        if row % 1000 == 999 {
            list.push_str("x\n");
        }
    }
    list
}

#[test]
fn a_killed_run_leaves_nothing_that_looks_finished_and_resumes_to_the_same_bytes() {
    let folder = Folder::new();
    let list = long_list(60_000);
    folder.write("list.csv", &list);
    for (whole, output) in [("whole.csv", "out.csv"), ("whole.csv.gz", "out.csv.gz"), ("whole.jsonl", "out.jsonl")] {
        folder.kill_midway(&list, &["-", "-o", output]);
        assert!(!folder.path(output).exists());
        let resumed = folder.run_on(&list, 1, &["-", "-o", output, "--resume"]).stderr();
        assert!(resumed.contains("going on after"), "{output}: {resumed}");
        folder.run_on(&list, 1, &["-", "-o", whole]);
        assert_eq!(folder.read(output), folder.read(whole), "{output}");
    }
    assert!(!folder.names().iter().any(|name| name.contains("partial")), "{:?}", folder.names());
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_the_rows_so_far_for_resume_alone() {
    let folder = Folder::new();
    let list = long_list(60_000);
    let (child, mut stdin) = folder.fed(&["-", "-o", "out.csv"]);
    stdin.write_all(&list.as_bytes()[..list.len() / 2]).expect("written");
    std::thread::sleep(std::time::Duration::from_millis(800));
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    std::thread::sleep(std::time::Duration::from_millis(200));
    // What feeds the pipe ends too, as it does when a terminal sends Ctrl-C to both.
    drop(stdin);
    let output = child.wait_with_output().expect("ended");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("stopped before the end") && stderr.contains("--resume"), "{stderr}");
    assert_eq!(folder.names(), ["out.csv.partial", "out.csv.partial.json"]);
    // Another list is refused.
    let other = folder.run_on(&list.replace("robotter", "roboter!"), 2, &["-", "-o", "out.csv", "--resume"]);
    assert!(other.stderr().contains("it has changed"));
    // So are other options.
    folder.run_on(&list, 2, &["-", "-o", "out.csv", "--resume", "--top", "2"]);
    let resumed = folder.run_on(&list, 1, &["-", "-o", "out.csv", "--resume"]).stderr();
    assert!(resumed.contains("going on after") && resumed.contains("60 060 rows"), "{resumed}");
    assert_eq!(folder.names(), ["out.csv"]);
}

#[test]
fn resume_needs_a_file_and_starts_anew_without_one() {
    let folder = Folder::new();
    folder.write("list.csv", LIST);
    folder.run(2, &["list.csv", "--resume"]);
    let ran = folder.run(0, &["list.csv", "--resume", "-o", "out.csv"]);
    assert!(ran.stderr().contains("no earlier run"), "{}", ran.stderr());
}
