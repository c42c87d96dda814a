//! `matcher batch --report`: the page beside the list, for the person who ordered it.

#![allow(clippy::expect_used, clippy::panic, clippy::format_push_string, reason = "a test may fail")]

#[path = "support/list.rs"]
mod list;

use std::collections::BTreeMap;
use std::path::Path;

use list::{Folder, rows};
use roxmltree::{Document, Node};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/examples/virksomheder.csv");

/// The page as XML, which HTML is but for its doctype and the empty elements of its head.
fn xml(page: &str) -> String {
    let page = page.strip_prefix("<!DOCTYPE html>").expect("a doctype");
    let mut parts = page.split("<meta ");
    let mut text = parts.next().expect("a start").to_owned();
    for part in parts {
        text.push_str(part.split_once('>').expect("an end").1);
    }
    text
}

fn words(node: Node<'_, '_>) -> String {
    node.descendants().filter_map(|node| node.is_text().then(|| node.text()).flatten()).collect()
}

/// Columns of the tables of a page, by the id or `data-cluster` of a row, as far as they are counts.
fn counts(document: &Document<'_>) -> BTreeMap<String, Vec<u64>> {
    let lines = document.descendants().filter_map(|node| Some((node.attribute("data-cluster")?, node)));
    let cells = |line: Node<'_, '_>| {
        let cells = line.children().filter(|cell| cell.has_tag_name("td"));
        cells.filter_map(|cell| words(cell).parse().ok()).collect()
    };
    lines.map(|(cluster, line)| (cluster.to_owned(), cells(line))).collect()
}

#[test]
fn the_page_is_whole_and_counts_what_the_list_says() {
    let folder = Folder::new();
    let ran = folder.run(1, &[EXAMPLE, "-o", "scored.csv", "--report", "report.html", "--as-of", "2026-11-01"]);
    assert_eq!(folder.names(), ["report.html", "scored.csv"]);
    let page = folder.text("report.html");
    let xml = xml(&page);
    let document = Document::parse(&xml).expect("well-formed");
    let counts = counts(&document);

    let scored = rows(&folder.read("scored.csv"), b';');
    let column = |name: &str| scored[0].iter().position(|column| column == name).expect("a column");
    let (verdict, cluster, error) = (column("verdict"), column("cluster_1"), column("error"));
    let mut expected: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for row in &scored[1..] {
        // Of a row with too many fields only the last one is where it should be.
        if !row.last().expect("a field").is_empty() {
            expected.entry("faulty".to_owned()).or_insert_with(|| vec![0])[0] += 1;
            continue;
        }
        match row[verdict].as_str() {
            "none" => expected.entry("none".to_owned()).or_insert_with(|| vec![0])[0] += 1,
            said => {
                let line = expected.entry(row[cluster].clone()).or_insert_with(|| vec![0; 3]);
                line[usize::from(said == "unsure")] += 1;
                line[2] += 1;
            }
        }
    }
    assert_eq!(scored[0].len() - 1, error);
    assert_eq!(counts.len(), 16, "fourteen clusters, none, faulty");
    assert_eq!(counts.iter().filter(|(_, line)| line.iter().any(|count| *count > 0)).count(), expected.len());
    for (cluster, line) in &expected {
        assert_eq!(&counts[cluster], line, "{cluster}");
    }
    assert_eq!(counts.values().filter_map(|line| line.last()).sum::<u64>(), 200);
    assert!(ran.stderr().contains(&format!("{} faulty", expected["faulty"][0])), "{}", ran.stderr());
}

#[test]
fn the_page_needs_nothing_but_itself_and_can_be_listened_to() {
    let folder = Folder::new();
    folder.run(1, &[EXAMPLE, "-o", "scored.csv", "--report", "report.html"]);
    let page = folder.text("report.html");
    let xml = xml(&page);
    let document = Document::parse(&xml).expect("well-formed");
    let elements = || document.descendants().filter(Node::is_element);
    for element in elements() {
        let name = element.tag_name().name();
        assert!(!["script", "link", "img", "iframe", "object", "image", "use"].contains(&name), "{name}");
        for attribute in element.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.starts_with("on"), "{name}");
            assert!(!["src", "srcset", "data", "action"].contains(&name), "{name}");
            assert!(name != "href" || value.starts_with('#'), "{value}");
        }
    }
    assert!(!page.contains("url(") && !page.contains("@import"), "styles load nothing");
    assert_eq!(
        page.matches("http").count(),
        page.matches("http://www.w3.org/2000/svg").count() + page.matches("http-equiv").count()
    );
    // Links within the page lead somewhere.
    let ids: Vec<&str> = elements().filter_map(|element| element.attribute("id")).collect();
    let links: Vec<&str> = elements().filter_map(|element| element.attribute("href")).collect();
    assert!(links.len() >= 3 && links.iter().all(|link| ids.contains(&&link[1..])), "{links:?} in {ids:?}");

    let drawings: Vec<Node<'_, '_>> = elements().filter(|element| element.tag_name().name() == "svg").collect();
    assert_eq!(drawings.len(), 2, "bars and map");
    for drawing in drawings {
        assert_eq!(drawing.attribute("role"), Some("img"));
        assert!(drawing.attribute("aria-label").expect("in words").contains("Odense Robotics"));
    }
    for table in elements().filter(|element| element.tag_name().name() == "table") {
        let has = |name: &str| table.descendants().any(|node| node.has_tag_name(name));
        assert!(has("caption") && has("thead"), "{}", words(table));
        let headers = table.descendants().filter(|node| node.has_tag_name("th"));
        assert!(headers.clone().all(|header| header.attribute("scope").is_some()));
    }
    assert_eq!(elements().filter(|element| element.tag_name().name() == "h1").count(), 1);
}

#[test]
fn what_the_list_says_is_text_and_nothing_else() {
    let folder = Folder::new();
    let evil =
        "<script>alert(1)</script> \"><img src=x onerror=alert(2)> skibe og robotter & software\u{1b}[31m\u{202e}";
    let thin = "<b>zzqx</b></td></table>";
    let list = format!("text\n\"{}\"\n{thin}\n", evil.replace('"', "\"\""));
    // Windows has no such names.
    let name = if cfg!(unix) { "a<b>&\".csv" } else { "a&b.csv" };
    folder.write(name, list);
    folder.run(0, &[name, "-o", "out.csv", "--report", "report.html", "--prefix", "<u>"]);
    let page = folder.text("report.html");
    let xml = xml(&page);
    let document = Document::parse(&xml).expect("well-formed");
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>") && !page.contains("<u>"));
    assert!(!page.contains('\u{1b}'));
    if cfg!(unix) {
        assert!(page.contains("a&lt;b&gt;&amp;&quot;.csv: which clusters fit"), "{page}");
    }
    assert!(words(document.root()).contains(thin), "shown as it stands");
}

#[test]
fn a_doubtful_row_shows_how_it_starts_and_both_candidates() {
    let folder = Folder::new();
    let texts = [
        "<script>alert(1)</script> høreapparater og software til tilpasning",
        "<script>alert(1)</script> landstrøm til skibe, så motorerne kan slukkes ved kaj",
        "<script>alert(1)</script> kameraer med AI til lastbiler",
        "<script>alert(1)</script> vi renser brugte mursten og sælger dem til nybyggeri",
    ];
    folder.write("list.csv", format!("id;tekst\n{}\n", texts.map(|text| format!("1;{text}")).join("\n")));
    // One cluster a row is listed, and still the report knows the second.
    folder.run(0, &["list.csv", "-o", "out.csv", "--report", "report.html", "--top", "1"]);
    folder.run(0, &["list.csv", "-o", "all.csv", "--top", "2"]);
    let page = folder.text("report.html");
    assert!(!page.contains("<script"));
    let xml = xml(&page);
    let document = Document::parse(&xml).expect("well-formed");
    let section = document.descendants().find(|node| node.attribute("id") == Some("doubtful")).expect("a section");
    let shown: Vec<String> = section.descendants().filter(|node| node.has_tag_name("tr")).map(words).collect();
    let scored = rows(&folder.read("all.csv"), b';');
    let doubtful: Vec<&Vec<String>> = scored.iter().filter(|row| row[3] == "unsure").collect();
    assert!(!doubtful.is_empty() && shown.len() == 1 + doubtful.len(), "{shown:?}");
    let catalogue = matcher::Matcher::embedded().expect("a model").catalogue().clone();
    for row in doubtful {
        let line = shown.iter().find(|line| line.contains(&row[1])).expect("it is shown");
        for (id, share) in [(&row[4], &row[5]), (&row[6], &row[7])] {
            let name = &catalogue.cluster(id).expect("a cluster").name.short;
            let share = (share.parse::<f64>().expect("a number") * 100.0).round();
            assert!(line.contains(name.as_str()) && line.contains(&format!(" {share}\u{a0}%")), "{name} in {line}");
        }
    }
    assert_eq!(rows(&folder.read("out.csv"), b';')[0].len(), 8, "and the list stays as it was asked for");
}

#[test]
fn one_cluster_a_row_stays_one_in_every_form() {
    let folder = Folder::new();
    folder.write("list.csv", "tekst\nhøreapparater og software til tilpasning\nvi bygger skibe\n");
    for name in ["out.csv", "out.jsonl", "out.xlsx", "out.parquet"] {
        folder.run(0, &["list.csv", "-o", name, "--top", "1"]);
        let plain = folder.read(name);
        folder.run(0, &["list.csv", "-o", name, "--top", "1", "--report", "report.html"]);
        if name != "out.xlsx" {
            assert_eq!(folder.read(name), plain, "{name}");
        }
        folder.run(0, &[name, "-o", "back.csv", "--prefix", "x_"]);
        assert_eq!(rows(&folder.read("back.csv"), b',')[0][5], "reasons", "{name}");
    }
}

#[test]
fn the_page_speaks_danish() {
    let folder = Folder::new();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_matcher"));
    command.current_dir(folder.path("")).args(["batch", EXAMPLE, "-o", "ud.csv", "--report", "rapport.html"]);
    let ran = command.args(["--ui", "da", "--as-of", "2026-11-05"]).output().expect("started");
    assert_eq!(ran.status.code(), Some(1));
    let page = folder.text("rapport.html");
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"da\">"));
    for part in [
        "virksomheder.csv: hvilke klynger passer",
        "5. november 2026 · 200\u{a0}rækker · model matcher-",
        "Af 200\u{a0}rækker placerer programmet",
        "Tvivlsomme rækker",
        "Tom beskrivelse",
        "MARLOG (lukket)",
        "MARLOG er lukket.",
        "forslag fra et program",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn a_cluster_is_shown_as_of_the_day() {
    let folder = Folder::new();
    folder.write("list.csv", "tekst\nrederi med færger og skibe i fast rutefart\n");
    let run = |day: &str| {
        folder.run(0, &["list.csv", "-o", "out.csv", "--report", "report.html", "--as-of", day]);
        folder.text("report.html")
    };
    let (then, now) = (run("2021-06-01"), run("2023-06-01"));
    assert!(!then.contains("MARLOG (closed)") && !then.contains("MARLOG has closed"));
    assert!(now.contains("MARLOG (closed)") && now.contains("MARLOG has closed.") && now.contains("Energy Cluster"));
}

#[test]
fn a_resumed_run_gives_the_same_page() {
    let folder = Folder::new();
    let mut list = String::from("id,description\n");
    for row in 0..60_000 {
        let text = match row % 5 {
            0 => "vi bygger skibe og robotter til havvind",
            1 => "software",
            2 => "høreapparater og software til tilpasning",
            3 => "frisør for damer og herrer",
            _ => "kvantedroner med zorvant",
        };
        list += &format!("{row},{text} {}\n", row % 977);
        if row % 1000 == 999 {
            list.push_str("x\n");
        }
    }
    let day = ["--as-of", "2026-11-01"];
    folder.run_on(&list, 1, &[&["-", "-o", "whole.csv", "--report", "whole.html"], &day[..]].concat());
    folder.kill_midway(&list, &[&["-", "-o", "out.csv", "--report", "report.html"], &day[..]].concat());
    assert!(!folder.path("report.html").exists(), "no page of half a list");
    // Without the report the run is another one, for nothing was to be gathered.
    folder.run_on(&list, 2, &["-", "-o", "out.csv", "--resume"]);
    let resumed = [&["-", "-o", "out.csv", "--report", "report.html", "--resume"], &day[..]].concat();
    let resumed = folder.run_on(&list, 1, &resumed).stderr();
    assert!(resumed.contains("going on after"), "{resumed}");
    assert_eq!(folder.read("whole.csv"), folder.read("out.csv"));
    assert!(folder.read("whole.html") == folder.read("report.html"), "the same page");
    assert_eq!(folder.names(), ["out.csv", "report.html", "whole.csv", "whole.html"]);
}

#[test]
fn the_page_never_replaces_the_list_nor_the_scored_list() {
    let folder = Folder::new();
    let list = "tekst\nvi bygger skibe\n";
    folder.write("list.csv", list);
    let refused = |arguments: &[&str], said: &str| {
        let stderr = folder.run(2, arguments).stderr();
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
        assert!(stderr.contains("hint: "), "{stderr}");
        assert_eq!(folder.text("list.csv"), list);
    };
    refused(&["list.csv", "-o", "out.csv", "--report", "list.csv"], "the report would overwrite the list");
    refused(&["list.csv", "-o", "out.csv", "--report", "./list.csv"], "the report would overwrite the list");
    for report in ["out.csv", "./out.csv", "out.csv.partial", "out.csv.partial.json"] {
        refused(&["list.csv", "-o", "out.csv", "--report", report], "the report would overwrite the scored list");
    }
    refused(&["list.csv", "-o", "r.html.partial", "--report", "r.html"], "the report would overwrite the scored list");
    refused(&["list.csv", "-o", "out.csv", "--report", "-"], "a report needs a file");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path("list.csv"), folder.path("link.html")).expect("linked");
        refused(&["list.csv", "-o", "out.csv", "--report", "link.html"], "the report would overwrite the list");
        std::fs::remove_file(folder.path("link.html")).expect("removed");
    }
    assert_eq!(folder.names(), ["list.csv"]);
    // A place that cannot be written is found out before the first row is scored.
    let nowhere = folder.run(2, &["list.csv", "-o", "out.csv", "--report", "no/such/folder.html"]).stderr();
    assert!(nowhere.contains("folder.html"), "{nowhere}");
    assert_eq!(folder.names(), ["list.csv"]);
    // A run that fails leaves an older report as it was.
    folder.write("report.html", "old");
    folder.run(2, &["list.csv", "-o", "out.csv", "--report", "report.html", "--text-column", "nope"]);
    assert_eq!(folder.text("report.html"), "old");
    assert_eq!(folder.names(), ["list.csv", "report.html"]);
}

#[test]
fn a_list_without_a_row_that_can_be_scored_has_a_page_too() {
    let folder = Folder::new();
    folder.write("list.csv", "id;tekst\n1;\n2;\n");
    folder.run(1, &["list.csv", "-o", "out.csv", "--report", "report.html"]);
    let page = folder.text("report.html");
    assert!(page.contains("Empty profile") && !page.contains("NaN"), "{page}");
    folder.write("empty.csv", "tekst\n");
    folder.run(0, &["empty.csv", "-o", "out.csv", "--report", "report.html"]);
    assert!(folder.text("report.html").contains("0\u{a0}rows"));
}

#[test]
fn a_report_can_go_with_a_list_on_standard_output() {
    let folder = Folder::new();
    folder.write("list.csv", "tekst\nvi bygger skibe\n");
    let ran = folder.run(0, &["list.csv", "--report", "report.html"]);
    assert!(ran.stdout().starts_with("tekst,language,verdict"));
    assert!(Path::new(&folder.path("report.html")).exists());
}
