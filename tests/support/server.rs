//! A server of the test's own, and a client that sends exactly what it is told to.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]
#![allow(clippy::expect_used, clippy::panic, clippy::format_push_string, reason = "a test may fail and take its time")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::command;

/// A running `matcher serve`, ended when it is dropped.
pub struct Server {
    pub child: Child,
    pub address: String,
    _stdout: BufReader<ChildStdout>,
}

/// What a request was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Server {
    /// Starts it on a free port.
    pub fn start(store: &Path, more: &[&str]) -> Server {
        let mut child = command(["serve", "--listen", "127.0.0.1:0", "--no-open", "--store"])
            .arg(store)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("it says where it listens");
        let address = line.trim().strip_prefix("listening on http://").expect("the address").to_owned();
        Server { child, address, _stdout: stdout }
    }

    /// Sends bytes as they are and reads all that comes back.
    pub fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("it accepts");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        stream.write_all(request).expect("it reads");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("it answers");
        Answer::parse(&bytes)
    }

    /// Sends a request with headers such as `Origin: null`.
    pub fn send(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|header| header.to_lowercase().starts_with("host:")) {
            head += &format!("Host: {}\r\n", self.address);
        }
        for header in headers {
            head += &format!("{header}\r\n");
        }
        if !body.is_empty() || method == "POST" {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        self.raw(&[head.as_bytes(), b"\r\n", body].concat())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &["Content-Type: application/json"], body.to_string().as_bytes())
    }

    /// Records a decision and returns its id.
    pub fn decide(&self, text: &str) -> String {
        let answer = self.post("/v1/cases", &serde_json::json!({"text": text, "decision": {"cluster": null}}));
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Uploads a list and returns the answer.
    pub fn upload(&self, name: &str, list: &[u8], fields: &[(&str, &str)]) -> Answer {
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
        }
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend(head.bytes());
        body.extend(list);
        body.extend(b"\r\n--b--\r\n");
        self.send("POST", "/v1/lists", &["Content-Type: multipart/form-data; boundary=b"], &body)
    }

    /// Waits until a list is scored or has failed.
    pub fn scored(&self, id: &str) -> Value {
        for _ in 0..600 {
            let progress = self.get(&format!("/v1/lists/{id}")).json();
            if progress["status"] == "done" || progress["status"] == "failed" {
                return progress;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the list was not scored in a minute");
    }

    /// Tells it to end, as a service manager does, and waits for that.
    #[cfg(unix)]
    pub fn terminate(mut self) -> i32 {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").arg(pid).status().expect("kill runs").success());
        self.child.wait().expect("it ends").code().expect("it was not killed")
    }

    /// Ends it without warning.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Answer {
    fn parse(bytes: &[u8]) -> Answer {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| {
            panic!("no head in {:?}", String::from_utf8_lossy(bytes));
        });
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a head in ASCII");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut body = bytes[end + 4..].to_vec();
        if head.to_lowercase().contains("transfer-encoding: chunked") {
            body = whole(&body);
        }
        Answer { status, head, body }
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a text")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }

    /// Checks that this is a problem in the one form that all have.
    pub fn expect_problem(&self, status: u16, detail: &str) {
        assert_eq!(self.status, status, "{} {}", self.head, String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.head);
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().expect("a detail").contains(detail), "expected {detail:?} in {problem}");
    }
}

fn whole(mut chunked: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let line = chunked.windows(2).position(|two| two == b"\r\n").expect("a length");
        let length = std::str::from_utf8(&chunked[..line]).expect("ASCII");
        let length = usize::from_str_radix(length, 16).expect("a length in hexadecimal");
        if length == 0 {
            return out;
        }
        out.extend(&chunked[line + 2..line + 2 + length]);
        chunked = &chunked[line + 4 + length..];
    }
}
