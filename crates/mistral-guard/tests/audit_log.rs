//! The audit trail of `mistral-guard serve`, and `mistral-guard audit-log verify`, as processes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

const TOKEN: &str = "a token for our callers";
const KEY: &str = "a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7";

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A directory with a configuration, a start key and a trail.
struct Site(PathBuf);

impl Site {
    fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("site-{name}"));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        let site = Self(dir);
        fs::write(site.0.join("start.key"), KEY).unwrap();
        let (trail, key) = (site.0.join("trail"), site.0.join("start.key"));
        let config = format!(
            "[audit_log]\ndir = {trail:?}\nkey_file = {key:?}\non_failure = \"refuse\"\nmax_file = \"4 KiB\"\n"
        );
        fs::write(site.0.join("guard.toml"), config).unwrap();
        site
    }

    /// Serves: the process, and its address.
    fn serve(&self) -> (Process, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
        command.args(["serve", "--demo-upstream", "--listen", "127.0.0.1:0"]);
        command.args(["--log-format", "json"]);
        command.arg("--config").arg(self.0.join("guard.toml"));
        command
            .env("MISTRAL_GUARD_TOKEN", TOKEN)
            .env_remove("RUST_LOG");
        let log = fs::File::create(self.0.join("log")).unwrap();
        let command = command.stdout(Stdio::piped()).stderr(log);
        let mut process = Process(command.spawn().unwrap());
        let mut line = String::new();
        let mut out = BufReader::new(process.0.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().to_owned();
        (process, address)
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.0.join("trail")).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
        files.sort();
        files
    }

    /// The records that say `message`.
    fn records(&self, message: &str) -> Vec<Value> {
        let files = self
            .files()
            .into_iter()
            .map(|path| fs::read_to_string(path).unwrap());
        let text: String = files.collect();
        let records = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        records
            .filter(|record| record["message"] == message)
            .collect()
    }

    /// Whether it verifies, and what is said.
    fn verify(&self, files: &[PathBuf], more: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
        command.args(["audit-log", "verify"]).args(files).args(more);
        command.arg("--key-file").arg(self.0.join("start.key"));
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    /// The last head in the log.
    fn head(&self) -> String {
        let log = fs::read_to_string(self.0.join("log")).unwrap();
        let lines = log
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut heads = lines.filter(|line| line["message"] == "audit head");
        let head = heads.next_back().unwrap();
        format!("{}:{}", head["record"], head["tag"].as_str().unwrap())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn call(address: &str, token: &str) -> String {
    let body = r#"{"model":"mistral-small-latest","messages":[{"role":"user","content":"canary-prompt"}]}"#;
    let mut socket = TcpStream::connect(address).unwrap();
    write!(
        socket,
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn calls_that_have_ended_are_in_the_trail_whatever_kills_the_process() {
    let site = Site::new("killed");
    for round in 1..=5 {
        let (mut process, address) = site.serve();
        for _ in 0..3 {
            let reply = call(&address, TOKEN);
            assert!(reply.contains("[EMAIL]"), "{reply}");
        }
        assert!(call(&address, "nobody's token").starts_with("HTTP/1.1 401"));
        process.0.kill().unwrap();
        process.0.wait().unwrap();
        assert_eq!(site.records("call").len(), 3 * round);
        assert_eq!(site.records("refused").len(), round);
        let (is_whole, said) = site.verify(&site.files(), &[]);
        assert!(is_whole, "{said}");
        // It goes on without the key that it began with.
        let _ = fs::rename(site.0.join("start.key"), site.0.join("taken-away.key"));
        drop(site.serve());
        fs::rename(site.0.join("taken-away.key"), site.0.join("start.key")).unwrap();
    }
    assert!(site.files().len() > 1);
}

#[test]
fn a_trail_is_verified_against_the_head_in_the_log() {
    let site = Site::new("head");
    let (mut process, address) = site.serve();
    for _ in 0..4 {
        call(&address, TOKEN);
    }
    let (mut second, _) = site.serve_again();
    assert!(!second.0.wait().unwrap().success(), "two writers");
    let pid = process.0.id().to_string();
    Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(process.0.wait().unwrap().success());
    assert_eq!(site.records("closed").len(), 1);
    let call = &site.records("call")[0];
    assert_eq!(call["mistral_guard.messages"], 1);
    assert!(!format!("{:?}", site.records("call")).contains("canary"));

    let (files, head) = (site.files(), site.head());
    let (is_whole, said) = site.verify(&files, &["--head", &head]);
    assert!(is_whole && said.contains(&format!("head {head}")), "{said}");
    let last = files.last().unwrap();
    let text = fs::read_to_string(last).unwrap();
    let cut = text.trim_end().rfind('\n').map_or(0, |at| at + 1);
    fs::write(last, &text[..cut]).unwrap();
    let (is_whole, said) = site.verify(&files, &["--head", &head]);
    assert!(!is_whole && said.contains("the trail was cut"), "{said}");
    fs::write(last, text.replacen("\"message\":\"", "\"message\":\"x", 1)).unwrap();
    let (is_whole, said) = site.verify(&files, &[]);
    assert!(
        !is_whole && said.contains(", line 1: the tag is not right"),
        "{said}"
    );
}

impl Site {
    /// A second writer: it says why it cannot be one.
    fn serve_again(&self) -> (Process, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
        command.args(["serve", "--demo-upstream", "--listen", "127.0.0.1:0"]);
        command.arg("--config").arg(self.0.join("guard.toml"));
        command.env("MISTRAL_GUARD_TOKEN", TOKEN);
        let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = Process(command.spawn().unwrap());
        let mut said = String::new();
        let mut stderr = process.0.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        assert!(
            said.contains("another process writes this audit trail"),
            "{said}"
        );
        (process, said)
    }
}
