//! What holds for any table, and for any bytes.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "a test may fail"
)]

use std::time::{Duration, Instant};

use matcher::Matcher;
use matcher::batch::{Input, Options, Output, Watch, batch, fuzzing};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};

fn scored(matcher: &Matcher, list: &[u8], options: &Options) -> (Vec<u8>, u64, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, output) = (folder.path().join("list.csv"), folder.path().join("scored.csv"));
    std::fs::write(&input, list).expect("written");
    let summary = batch(matcher, &Input::File(input), &Output::File(output.clone()), options, &Watch::default());
    let summary = summary.expect("scored");
    (std::fs::read(output).expect("read"), summary.rows, summary.failed())
}

/// Letters that matter to a reader of tables, and others.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zæøå ]{0,12}", "[,;|\t\"\r\n a=+'\u{feff}😀-]{0,10}", any::<String>(),]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn any_table_comes_back_with_its_columns_byte_for_byte(
        width in 1_usize..5,
        cells in prop::collection::vec(cell(), 0..40),
        delimiter in prop::sample::select(b",;\t|".to_vec()),
        always in any::<bool>(),
        windows in any::<bool>(),
    ) {
        let matcher = Matcher::embedded().expect("the embedded model");
        let write = |row: &[String]| {
            let terminator = if windows { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let mut writer = csv::WriterBuilder::new()
                .delimiter(delimiter).terminator(terminator).quote_style(style).from_writer(Vec::new());
            writer.write_record(row).expect("written");
            writer.into_inner().expect("memory")
        };
        let header: Vec<String> = (1..width).map(|column| format!("c{column}")).chain(["text".to_owned()]).collect();
        let table: Vec<&[String]> = cells.chunks_exact(width).collect();
        let mut lines = vec![write(&header)];
        lines.extend(table.iter().map(|row| write(row)));
        let options = Options { delimiter: Some(delimiter), ..Options::default() };
        let (out, rows, _) = scored(&matcher, &lines.concat(), &options);
        prop_assert_eq!(rows, table.len() as u64);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(&out[..]);
        let found: Vec<Vec<String>> =
            reader.records().map(|row| row.expect("CSV").iter().take(width).map(str::to_owned).collect()).collect();
        prop_assert_eq!(found.len(), table.len() + 1);
        for (found, expected) in found.iter().skip(1).zip(&table) {
            prop_assert_eq!(found.as_slice(), *expected);
        }
        // Not only the values, the very bytes.
        let mut rest = &out[..];
        let line_end: &[u8] = if windows { b"\r\n" } else { b"\n" };
        for line in &lines {
            let bare = &line[..line.len() - line_end.len()];
            let at = memchr::memmem::find(rest, bare);
            prop_assert!(at.is_some(), "{:?} is in the output", String::from_utf8_lossy(bare));
            rest = &rest[at.unwrap_or(0) + bare.len()..];
        }
    }

    #[test]
    fn as_many_rows_come_out_as_go_in_whatever_they_hold(lines in prop::collection::vec("[^\"\r\n]{1,20}", 0..30)) {
        let matcher = Matcher::embedded().expect("the embedded model");
        let list = format!("id,text\n{}\n", lines.join("\n"));
        let lines = lines.len() as u64;
        let (_, rows, failed) = scored(&matcher, list.as_bytes(), &Options::default());
        // With no line at all there is one that is empty, which is no row.
        prop_assert_eq!(rows, lines);
        prop_assert!(failed <= rows);
    }
}

/// The fuzz targets on any toolchain: random bytes, for two seconds or for `MATCHER_FUZZ_SECONDS`.
#[test]
fn readers_survive_random_bytes() {
    let seconds = std::env::var("MATCHER_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let until = Instant::now() + Duration::from_secs(seconds);
    let seed = std::env::var("MATCHER_FUZZ_SEED").ok().and_then(|text| text.parse::<u8>().ok()).unwrap_or(0);
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let alphabet = b"\",;\t|\r\n\n\"\"a \xe6\xc3\xa6{}[]:\\\0";
    let mut tried = 0;
    while Instant::now() < until {
        let length = rng.next_u32() as usize % 400;
        let wild = rng.next_u32().is_multiple_of(4);
        let byte = |rng: &mut TestRng| match rng.next_u32() {
            random if wild => random.to_le_bytes()[0],
            random => alphabet[random as usize % alphabet.len()],
        };
        let data: Vec<u8> = (0..length).map(|_| byte(&mut rng)).collect();
        fuzzing::delimited(&data);
        fuzzing::json_lines(&data);
        tried += 1;
    }
    assert!(tried > 100, "{tried}");
}
