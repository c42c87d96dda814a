//! A folder of its own for each test, and the program run in it.

#![allow(dead_code, reason = "each test file uses some of it")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::Duration;

pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("written");
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).expect("UTF-8")
    }

    /// Names of the files in the folder, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }

    /// `matcher batch` in this folder, ready to run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matcher"));
        command.current_dir(self.0.path()).arg("batch").args(arguments).args(["--ui", "en"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `matcher batch` at work, and its standard input.
    pub(crate) fn fed(&self, arguments: &[&str]) -> (Child, ChildStdin) {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("started");
        let stdin = child.stdin.take().expect("piped");
        (child, stdin)
    }

    /// Runs `matcher batch` on a list that comes by standard input and expects an exit code.
    #[track_caller]
    pub(crate) fn run_on(&self, list: &str, code: i32, arguments: &[&str]) -> Ran {
        let (child, mut stdin) = self.fed(arguments);
        // A run that refuses the list need not read it to its end.
        stdin.write_all(list.as_bytes()).ok();
        drop(stdin);
        let ran = Ran(child.wait_with_output().expect("ended"));
        assert_eq!(ran.0.status.code(), Some(code), "{arguments:?}: {}", ran.stderr());
        ran
    }

    /// A run that is killed in its midst: the list arrives slowly, so that this is at a known place.
    pub(crate) fn kill_midway(&self, list: &str, arguments: &[&str]) {
        let (mut child, mut stdin) = self.fed(arguments);
        let (first, rest) = list.as_bytes().split_at(list.len() * 6 / 10);
        for part in [first, &rest[..rest.len() * 3 / 4]] {
            stdin.write_all(part).expect("written");
            std::thread::sleep(Duration::from_millis(1500));
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
    }

    /// Runs `matcher batch` and expects an exit code.
    #[track_caller]
    pub(crate) fn run(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = Ran(self.command(arguments).output().expect("started"));
        assert_eq!(ran.0.status.code(), Some(code), "{arguments:?}: {}", ran.stderr());
        ran
    }
}

pub(crate) struct Ran(pub(crate) Output);

impl Ran {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("UTF-8")
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
}

/// Rows of a CSV text, read by a library that is not ours.
pub(crate) fn rows(text: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text);
    reader.byte_records().map(|row| row.expect("CSV").iter().map(shown).collect()).collect()
}

fn shown(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

/// Waits for a process and gives the most memory that it held, in KiB.
#[cfg(target_os = "linux")]
pub(crate) fn peak_of(child: &mut Child) -> u64 {
    // The system forgets the peak with the process, so it is read until then.
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Ok(text) = fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            peak = now.unwrap_or(0).max(peak);
        }
        if child.try_wait().expect("waited").is_some() {
            return peak;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
