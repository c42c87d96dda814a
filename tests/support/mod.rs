//! Runs the program as a user does and shows what it printed.

#![allow(clippy::expect_used, clippy::panic, dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.stdout).expect("JSON on standard output")
    }

    /// Checks that the run ended as an error of the user's should: code 2, one line, perhaps a hint.
    pub fn expect_error(&self, message: &str) {
        assert_eq!(self.code, 2, "{self:?}");
        assert_eq!(self.stdout, "", "nothing but the error is printed");
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert!(lines[0].starts_with("matcher: error: "), "{self:?}");
        assert!(lines[0].contains(message), "expected {message:?} in {self:?}");
        assert!(lines.len() == 1 || (lines.len() == 2 && lines[1].starts_with("hint: ")), "{self:?}");
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Run {
            code: output.status.code().expect("it was not killed"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

/// The program with an environment that does not depend on the machine.
pub fn command(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matcher"));
    command.args(args).env_remove("NO_COLOR").env("LC_ALL", "C.UTF-8").env("COLUMNS", "100");
    command
}

/// Runs it without input.
pub fn run(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
    command(args).stdin(Stdio::null()).output().expect("the program starts").into()
}

/// Runs it with something on standard input.
pub fn run_with_input(args: impl IntoIterator<Item = impl AsRef<OsStr>>, input: &[u8]) -> Run {
    let mut child = command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A program that ends early closes the pipe; that is its right.
    let writer = std::thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer ends");
    output.into()
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A data folder with three clusters of the catalogue and the first profiles of each, in `dir`.
pub fn small_data(dir: &Path, profiles: usize) {
    let toml = std::fs::read_to_string(repository("data/clusters.toml")).expect("the catalogue");
    let mut parts = toml.split("\n[[cluster]]\n");
    let mut small = parts.next().expect("a head").to_owned();
    let wanted = ["fintech", "food-bio", "danish-sound"];
    for part in parts.filter(|part| wanted.iter().any(|id| part.starts_with(&format!("id = \"{id}\"")))) {
        small.push_str("\n[[cluster]]\n");
        small.push_str(part);
    }
    std::fs::write(dir.join("clusters.toml"), small).expect("written");
    if profiles == 0 {
        return;
    }
    std::fs::create_dir(dir.join("profiles")).expect("created");
    for id in wanted.into_iter().chain(["none"]) {
        let all = std::fs::read_to_string(repository(&format!("data/profiles/{id}.jsonl"))).expect("profiles");
        let known = |line: &&str| {
            let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
            ["primary", "acceptable"].iter().all(|key| {
                let ids = row[key].as_array().expect("a list");
                ids.iter().all(|id| wanted.contains(&id.as_str().expect("an id")))
            })
        };
        let some: String = all.lines().filter(known).take(profiles).flat_map(|line| [line, "\n"]).collect();
        std::fs::write(dir.join(format!("profiles/{id}.jsonl")), some).expect("written");
    }
}

/// The files of a folder with their text, by name.
pub fn files(dir: &Path) -> Vec<(String, String)> {
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        (name, std::fs::read_to_string(entry.path()).expect("a file of text"))
    };
    let mut files: Vec<(String, String)> = std::fs::read_dir(dir).expect("a folder").map(read).collect();
    files.sort();
    files
}
