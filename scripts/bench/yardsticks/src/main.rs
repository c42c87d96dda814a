//! Two yardsticks for `matcher batch`:
//!
//! * `yardsticks copy IN OUT` reads a CSV file and writes it again, with the `csv` crate and one thread: what any program
//!   has to do that puts columns beside others;
//! * `yardsticks linfa IN COLUMN` fits linfa's TF-IDF to the first tenth of the rows and transforms all of them; prints
//!   the rows a second of the latter.

use std::error::Error;
use std::time::Instant;

use csv::{ByteRecord, Reader, ReaderBuilder, Writer};
use linfa_preprocessing::tf_idf_vectorization::TfIdfVectorizer;
use ndarray::Array1;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["copy", input, output] => copy(input, output),
        ["linfa", input, column] => linfa(input, column),
        _ => Err("yardsticks copy IN OUT | yardsticks linfa IN COLUMN".into()),
    }
}

fn copy(input: &str, output: &str) -> Result<(), Box<dyn Error>> {
    let mut reader = ReaderBuilder::new().has_headers(false).from_path(input)?;
    let mut writer = Writer::from_path(output)?;
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        writer.write_byte_record(&record)?;
    }
    Ok(writer.flush()?)
}

fn linfa(input: &str, column: &str) -> Result<(), Box<dyn Error>> {
    let mut reader = Reader::from_path(input)?;
    let place = reader.headers()?.iter().position(|name| name == column).ok_or("no such column")?;
    let texts: Result<Vec<String>, csv::Error> =
        reader.records().map(|record| Ok(record?.get(place).unwrap_or_default().to_owned())).collect();
    let texts = texts?;
    let sample = Array1::from_vec(texts[..texts.len().div_ceil(10)].to_vec());
    let fitted = TfIdfVectorizer::default().fit(&sample)?;
    let texts = Array1::from_vec(texts);
    let start = Instant::now();
    let transformed = fitted.transform(&texts)?;
    assert_eq!(transformed.rows(), texts.len());
    println!("{}", texts.len() as f64 / start.elapsed().as_secs_f64());
    Ok(())
}
