//! Files as they should not be. Huge ones are made on the fly and fed through a pipe; they are as large as it takes to
//! show that memory does not grow with them. `MATCHER_HUGE=1` makes them as large as their names say.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "a test may fail"
)]

#[path = "support/list.rs"]
mod list;

use std::fs;
use std::io::{Read, Write};
use std::process::Stdio;

use list::{Folder, rows};

/// The memory that any list of text may take, in KiB.
const MOST_MEMORY: u64 = 64 << 10;

fn huge() -> bool {
    std::env::var_os("MATCHER_HUGE").is_some()
}

/// Feeds a pipe, reads what comes out without keeping it, and gives exit code, output length, its end, and the peak.
fn through_a_pipe(arguments: &[&str], feed: impl FnOnce(&mut dyn Write) + Send) -> (Option<i32>, u64, Vec<u8>, u64) {
    let folder = Folder::new();
    let mut child = folder.command(arguments).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    let mut stdin = std::io::BufWriter::with_capacity(1 << 20, child.stdin.take().expect("piped"));
    let mut stdout = child.stdout.take().expect("piped");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            feed(&mut stdin);
            stdin.flush().expect("written");
        });
        let reader = scope.spawn(move || {
            let (mut length, mut tail, mut buffer) = (0, Vec::new(), vec![0; 1 << 20]);
            loop {
                let read = stdout.read(&mut buffer).expect("read");
                if read == 0 {
                    return (length, tail);
                }
                length += read as u64;
                tail.extend_from_slice(&buffer[..read]);
                tail.drain(..tail.len().saturating_sub(1000));
            }
        });
        #[cfg(target_os = "linux")]
        let peak = list::peak_of(&mut child);
        #[cfg(not(target_os = "linux"))]
        let peak = 0;
        let (length, tail) = reader.join().expect("joined");
        (child.wait().expect("ended").code(), length, tail, peak)
    })
}

#[test]
fn a_line_of_two_gigabytes_does_not_take_two_gigabytes() {
    let blocks = if huge() { 2048 } else { 300 };
    for opening in ["2,", "2,\""] {
        let (code, length, tail, peak) = through_a_pipe(&["-", "--top", "1"], |out| {
            write!(out, "id,text\n1,vi bygger skibe\n{opening}").expect("written");
            let block = vec![b'x'; 1 << 20];
            for _ in 0..blocks {
                out.write_all(&block).expect("written");
            }
            out.write_all(b"\n3,vi bygger huse\n").expect("written");
        });
        assert_eq!(code, Some(1));
        assert!(length > blocks << 20, "the long field comes out whole");
        let tail = String::from_utf8(tail).expect("UTF-8");
        assert!(
            tail.contains(
                "<stdin>: row 3, `text`: field over the limit (one field of the row)\"\n3,vi bygger huse,da,"
            ),
            "{tail}"
        );
        assert!(peak <= MOST_MEMORY, "{peak} KiB");
    }
}

#[test]
fn memory_is_the_same_for_a_short_list_and_a_long_one() {
    let peak = |rows: u64| {
        let (code, _, _, peak) = through_a_pipe(&["-", "--threads", "2"], |out| {
            out.write_all(b"id,text\n").expect("written");
            for row in 0..rows {
                writeln!(out, "{row},we build robots number{} and \"ships\" of steel for harbours", row % 10_000)
                    .expect("written");
            }
        });
        assert_eq!(code, Some(0));
        peak
    };
    let (short, long) = (peak(30_000), peak(if huge() { 20_000_000 } else { 150_000 }));
    assert!(long <= MOST_MEMORY && long < short + (8 << 10), "{short} KiB, then {long} KiB");
}

#[test]
fn a_million_columns_are_columns() {
    let folder = Folder::new();
    let columns = 1_000_000;
    let mut list = String::from("text");
    (1..columns).for_each(|column| list += &format!(",c{column}"));
    list.push_str("\nvi bygger skibe");
    list.push_str(&",".repeat(columns - 1));
    list.push_str("\nfor few\n");
    folder.write("wide.csv", &list);
    folder.run(1, &["wide.csv", "-o", "out.csv", "--top", "1"]);
    let out = folder.text("out.csv");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].ends_with(",c999999,language,verdict,cluster_1,probability_1,reasons,error"));
    assert!(lines[1].contains(",,da,") && lines[1].contains(",marlog,"));
    assert!(lines.iter().take(2).all(|line| line.matches(',').count() == columns + 5));
    assert!(lines[2].contains("wrong number of fields (1, the header has 1000000)"));
}

#[test]
fn a_header_only_and_nothing_at_all() {
    let folder = Folder::new();
    folder.write("header.csv", "id;text");
    let ran = folder.run(0, &["header.csv", "--top", "1"]);
    assert_eq!(ran.stdout(), "id;text;language;verdict;cluster_1;probability_1;reasons;error\n");
    assert!(ran.stderr().contains("0 rows"));
    folder.write("empty.csv", "");
    assert!(folder.run(2, &["empty.csv"]).stderr().contains("the file is empty"));
    folder.write("open.csv", "id;\"text\n1;2\n");
    assert!(folder.run(2, &["open.csv"]).stderr().contains("quote in the header is never closed"));
    assert!(folder.run(2, &["no-such.csv"]).stderr().contains("no-such.csv: No such file"));
    assert!(folder.run(2, &["."]).stderr().contains("directory"));
}

#[test]
fn duplicate_column_names_pass_through() {
    let folder = Folder::new();
    folder.write("list.csv", "a,text,a,text\n1,vi udvikler robotter,2,x\n");
    let text = folder.run(0, &["list.csv", "--top", "1"]).stdout();
    assert!(text.starts_with("a,text,a,text,language,"), "{text}");
    assert!(text.contains("1,vi udvikler robotter,2,x,da,fit,odense-robotics"), "{text}");
    let json = folder.run(0, &["list.csv", "--format", "jsonl"]).stdout();
    assert!(
        json.starts_with("{\"a\":\"1\",\"text\":\"vi udvikler robotter\",\"a_2\":\"2\",\"text_2\":\"x\","),
        "{json}"
    );
}

#[test]
fn carriage_returns_alone_end_lines() {
    let folder = Folder::new();
    folder.write("mac.csv", "id,text\r1,vi bygger skibe\r2,\"a\rb\"\r");
    let text = folder.run(0, &["mac.csv", "--top", "1"]).stdout();
    assert_eq!(text.matches('\r').count(), 4);
    assert!(!text.contains('\n') && text.contains("\r2,\"a\rb\",") && text.ends_with(",\r"), "{text:?}");
}

#[test]
fn zeros_are_bytes_like_others() {
    let folder = Folder::new();
    folder.write("zeros.csv", "id,text\n1\0,vi bygger\0skibe\n\0\0,\0\n");
    let text = folder.run(0, &["zeros.csv", "--top", "1"]).stdout();
    assert!(text.contains("\n1\0,vi bygger\0skibe,da,"), "{text:?}");
    assert!(text.contains("\n\0\0,\0,other,none,"), "{text:?}");
}

#[test]
fn a_lone_quote_costs_one_row_of_a_million() {
    let folder = Folder::new();
    let count = if huge() { 1_000_000 } else { 100_000 };
    let mut list = String::from("id,text\n1,\"a lone quote\n");
    (2..=count).for_each(|row| list += &format!("{row},vi bygger skib nummer {row}\n"));
    folder.write("list.csv", &list);
    let ran = folder.run(1, &["list.csv", "-o", "out.csv", "--top", "1"]);
    let rows = rows(&folder.read("out.csv"), b',');
    assert_eq!(rows.len(), count + 1);
    assert_eq!(rows[1], ["1", "\"a lone quote", "", "", "", "", "", "list.csv: row 2: unclosed quote"]);
    assert!(rows[2..].iter().all(|row| row.len() == 8 && row[7].is_empty()));
    assert!(ran.stderr().contains("1 × unclosed quote"));
}

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let folder = Folder::new();
    let list = [
        "id;tekst;by\n1;vi bygger færger på øen;Ærø\n".as_bytes(),
        b"2;vi bygger f\xe6rger;K\xf8ge\n3;vi bygger skibe;K\xf8ge\n",
        "4;vi sælger smørrebrød;Århus\n".as_bytes(),
    ]
    .concat();
    folder.write("list.csv", &list);
    let ran = folder.run(1, &["list.csv", "-o", "out.csv", "--top", "1"]);
    let out = folder.read("out.csv");
    for line in list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        assert!(out.windows(line.len()).any(|bytes| bytes == line));
    }
    let rows = rows(&out, b';');
    assert_eq!(rows[2][8], "list.csv: row 3, `tekst`: bytes that are no text (byte 0xe6 in UTF-8)");
    assert_eq!(rows[3][8], "list.csv: row 4, `by`: bytes that are no text (byte 0xf8 in UTF-8)");
    assert_eq!(rows[4][8], "");
    assert!(ran.stderr().contains("2 × bytes that are no text"));
    // A form that holds text alone shows the bytes and replaces nothing.
    let json = folder.run(1, &["list.csv", "--format", "jsonl"]).stdout();
    assert!(json.contains("\"K\\\\xF8ge\"") && !json.contains('\u{fffd}'), "{json}");
}

#[test]
fn bombs_are_refused() {
    let folder = Folder::new();
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(b"id,text\n").expect("written");
    for _ in 0..200 {
        bomb.write_all(&vec![b'\n'; 1 << 20]).expect("written");
    }
    folder.write("bomb.csv.gz", bomb.finish().expect("finished"));
    let refused = folder.run(2, &["bomb.csv.gz", "-o", "out.csv"]).stderr();
    assert!(refused.contains("expands more than 200-fold"), "{refused}");
    assert!(!folder.path("out.csv").exists());

    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).expect("started");
    for _ in 0..200 {
        zip.write_all(&vec![b' '; 1 << 20]).expect("written");
    }
    folder.write("bomb.xlsx", zip.finish().expect("finished").into_inner());
    let refused = folder.run(2, &["bomb.xlsx", "-o", "out.xlsx"]).stderr();
    assert!(refused.contains("the workbook expands to more than"), "{refused}");
    folder.write("broken.xlsx", b"PK\x03\x04 and nothing else");
    folder.run(2, &["broken.xlsx"]);
    folder.write("cut.csv.gz", [0x1f, 0x8b, 8, 0, 0]);
    folder.run(2, &["cut.csv.gz"]);
}

#[test]
fn a_workbook_with_a_password_says_so() {
    let folder = Folder::new();
    // Such a workbook is an old Office container that names the stream with the encrypted package.
    let mut container = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    container.resize(1024, 0);
    container.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    container.resize(4096, 0);
    folder.write("locked.xlsx", container);
    let refused = folder.run(2, &["locked.xlsx"]).stderr();
    assert!(refused.contains("locked.xlsx: the workbook is protected by a password\nhint: "), "{refused}");
}

#[test]
fn formulas_and_dates_are_cells_like_others() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
    let folder = Folder::new();
    let mut workbook = Workbook::new();
    let other = workbook.add_worksheet().set_name("Forside").expect("a name");
    other.write(0, 0, "nothing here").expect("written");
    let sheet = workbook.add_worksheet().set_name("Liste").expect("a name");
    for (column, name) in (0..).zip(["cvr", "dag", "sum", "tid", "ja", "tekst"]) {
        sheet.write(0, column, name).expect("written");
    }
    let format = |code: &str| Format::new().set_num_format(code);
    let day = ExcelDateTime::from_ymd(2026, 11, 25).expect("a day");
    let moment = ExcelDateTime::from_ymd(2026, 11, 25).expect("a day").and_hms(13, 30, 0).expect("a time");
    sheet.write(1, 0, 12_345_678).expect("written");
    sheet.write_with_format(1, 1, &day, &format("dd-mm-yyyy")).expect("written");
    sheet.write_formula(1, 2, Formula::new("=A2*2").set_result("24691356")).expect("written");
    sheet.write_with_format(1, 3, &moment, &format("dd-mm-yyyy hh:mm")).expect("written");
    sheet.write(1, 4, true).expect("written");
    sheet
        .write_formula(1, 5, Formula::new("=\"vi \" & \"udvikler robotter\"").set_result("vi udvikler robotter"))
        .expect("written");
    sheet.write(2, 0, 1.5).expect("written");
    workbook.save(folder.path("list.xlsx")).expect("saved");
    assert!(folder.run(2, &["list.xlsx"]).stderr().contains("2 sheets"));
    let missing = folder.run(2, &["list.xlsx", "--sheet", "x"]).stderr();
    assert!(missing.contains("hint: its sheets are Forside, Liste"), "{missing}");
    let arguments = ["list.xlsx", "--sheet", "Liste", "--top", "1"];
    folder.run(1, &[&arguments[..], &["-o", "out.csv"]].concat());
    let found = rows(&folder.read("out.csv"), b',');
    assert_eq!(
        found[1][..6],
        ["12345678", "2026-11-25", "24691356", "2026-11-25T13:30:00", "true", "vi udvikler robotter"]
    );
    assert_eq!(found[1][6..9], ["da", "fit", "odense-robotics"]);
    assert_eq!(found[2][0], "1.5");
    assert_eq!(found[2][11], "list.xlsx: row 3, `tekst`: empty profile");
    folder.run(1, &[&arguments[..], &["-o", "out.xlsx"]].concat());
    folder.run(1, &["out.xlsx", "-o", "again.csv", "--prefix", "x_"]);
    let again = rows(&folder.read("again.csv"), b',');
    assert_eq!(again[1][..9], found[1][..9], "dates stay dates, numbers numbers");
}

#[test]
fn parquet_of_nested_types_passes_through() {
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    let folder = Folder::new();
    let schema = "message list { optional group tags (LIST) { repeated group list { required int32 element; } } \
                  required binary text (UTF8); }";
    let schema = std::sync::Arc::new(parse_message_type(schema).expect("a schema"));
    let file = fs::File::create(folder.path("list.parquet")).expect("created");
    let mut writer = SerializedFileWriter::new(file, schema, std::sync::Arc::new(WriterProperties::builder().build()))
        .expect("made");
    for texts in [["vi bygger skibe", "  "], ["we make robots", "vi bager brød"]] {
        let mut group = writer.next_row_group().expect("a group");
        let mut column = group.next_column().expect("a column").expect("there");
        column.typed::<Int32Type>().write_batch(&[1, 2, 3], Some(&[2, 2, 2]), Some(&[0, 1, 0])).expect("written");
        column.close().expect("closed");
        let mut column = group.next_column().expect("a column").expect("there");
        column.typed::<ByteArrayType>().write_batch(&texts.map(ByteArray::from), None, None).expect("written");
        column.close().expect("closed");
        group.close().expect("closed");
    }
    writer.close().expect("closed");
    folder.run(1, &["list.parquet", "-o", "out.parquet", "--top", "1"]);
    let reader = SerializedFileReader::new(fs::File::open(folder.path("out.parquet")).expect("open")).expect("Parquet");
    assert_eq!(reader.metadata().num_row_groups(), 2);
    let rows: Vec<_> =
        reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row").to_json_value()).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0]["tags"], serde_json::json!([1, 2]));
    assert_eq!((&rows[0]["cluster_1"], &rows[3]["cluster_1"]), (&"marlog".into(), &"food-bio".into()));
    assert!(rows[0]["probability_1"].as_f64().is_some());
    assert_eq!(rows[1]["error"], "list.parquet: row 3, `text`: empty profile");
    let json = folder.run(1, &["list.parquet", "--format", "jsonl"]).stdout();
    assert!(json.starts_with("{\"tags\":[1,2],\"text\":\"vi bygger skibe\",\"language\":\"da\""), "{json}");
    folder.run(2, &["list.parquet", "-o", "out.csv", "--text-column", "none"]);
    let wrong = folder.run(1, &["list.parquet", "-o", "out.csv", "--text-column", "tags"]).stderr();
    assert!(wrong.contains("4 × value that is no text"), "{wrong}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_with_two() {
    let folder = Folder::new();
    folder.write("list.csv", format!("text\n{}", "vi bygger skibe\n".repeat(5000)));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("open");
    let output = folder.command(&["list.csv"]).stdout(full).output().expect("started");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("matcher: error: <stdout>: No space left on device"));
    let refused = folder.run(2, &["list.csv", "-o", "/dev/full"]).stderr();
    assert!(refused.contains("/dev/full: No space left"), "{refused}");
    for form in ["xlsx", "parquet"] {
        folder.run(2, &["list.csv", "-o", "/dev/full", "--format", form]);
    }
    assert_eq!(folder.names(), ["list.csv"]);
}

#[test]
fn a_reader_that_goes_away_ends_quietly() {
    let folder = Folder::new();
    folder.write("list.csv", format!("text\n{}", "vi bygger skibe af stål\n".repeat(50_000)));
    let mut child = folder.command(&["list.csv", "--quiet"]).spawn().expect("started");
    let mut first = [0; 40];
    child.stdout.take().expect("piped").read_exact(&mut first).expect("read");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_is_appended_while_the_list_is_read_is_left_out() {
    let folder = Folder::new();
    let list = format!("text\n{}", "vi bygger skibe af stål\n".repeat(40_000));
    let path = folder.write("list.csv", &list);
    let child = folder.command(&["list.csv", "-o", "out.csv"]).spawn().expect("started");
    while !folder.path("out.csv.partial").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let mut file = fs::OpenOptions::new().append(true).open(path).expect("open");
    file.write_all(b"half a row without an e").expect("written");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("list.csv grew while it was read"));
    assert_eq!(rows(&folder.read("out.csv"), b',').len(), 40_001);
}

#[test]
fn no_form_of_output_loses_a_row() {
    let folder = Folder::new();
    let long = "vi bygger skibe ".repeat(3000);
    folder.write("list.csv", format!("id,text\n1,vi bygger skibe,and,more\n2\n3,{long}\n4,\"lone\n5,vi bager\n"));
    for (form, kept) in [("jsonl", "column_4"), ("xlsx", "more"), ("parquet", "and | more"), ("csv", "more")] {
        let output = format!("out.{form}");
        folder.run(1, &["list.csv", "-o", &output, "--top", "1"]);
        let back = folder.run(i32::from(form == "csv"), &[&output, "--prefix", "x_", "--excel", "--text-column", "id"]);
        let rows = rows(back.stdout().trim_start_matches('\u{feff}').as_bytes(), b';');
        assert_eq!(rows.len(), 6, "{form}");
        assert_eq!(
            rows.iter().skip(1).map(|row| row[0].as_str()).collect::<Vec<_>>(),
            ["1", "2", "3", "4", "5"],
            "{form}"
        );
        assert!(form == "xlsx" || back.stdout().contains(kept), "{form}");
    }
    let cut = folder.run(1, &["list.csv", "-o", "cut.xlsx"]).stderr();
    assert!(
        cut.contains("row 4, `text`: field over the limit (a cell of a workbook holds 32767 characters; it is cut)"),
        "{cut}"
    );
}

#[test]
fn two_runs_do_not_write_the_same_file() {
    let folder = Folder::new();
    folder.write("list.csv", "text\nvi bygger skibe\n");
    let (mut first, mut stdin) = folder.fed(&["-", "-o", "out.csv"]);
    stdin.write_all(format!("text\n{}", "vi bygger huse\n".repeat(100_000)).as_bytes()).expect("written");
    while !folder.path("out.csv.partial").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let refused = folder.run(2, &["list.csv", "-o", "out.csv"]).stderr();
    assert!(refused.contains("another run is writing this file"), "{refused}");
    drop(stdin);
    assert_eq!(first.wait().expect("ended").code(), Some(0));
}
