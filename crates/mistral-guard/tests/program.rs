//! `mistral-guard serve` as a process: what it prints, what it logs, how it ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

const TOKEN: &str = "canary-token-canary-token";
const PROMPT: &str = "canary-prompt";

/// A process that does not outlive its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn call(address: &str, path: &str) -> String {
    let body = format!(
        r#"{{"model":"mistral-small-latest","messages":[{{"role":"user","content":"{PROMPT}"}}]}}"#
    );
    let mut socket = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        socket,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n\
         {body}"
    )
    .unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).unwrap();
    reply
}

/// Runs two calls, a good and a bad one, and stops: what was on its standard output and on its log.
fn serve(log_format: &str) -> [String; 2] {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
    command.args(["serve", "--demo-upstream", "--listen", "127.0.0.1:0"]);
    command
        .args(["--log-format", log_format])
        .env("RUST_LOG", "trace");
    command
        .env("MISTRAL_GUARD_TOKEN", TOKEN)
        .env_remove("MISTRAL_API_KEY");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = Process(command.spawn().unwrap());

    let mut reader = BufReader::new(process.0.stdout.take().unwrap());
    let mut out = String::new();
    reader.read_line(&mut out).unwrap();
    let address = out
        .trim()
        .strip_prefix("mistral-guard listens on http://")
        .unwrap();

    assert!(call(address, "/v1/chat/completions").contains("[EMAIL]"));
    assert!(call(address, "/v1/../chat").starts_with("HTTP/1.1 400"));

    let pid = process.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(process.0.wait().unwrap().success());

    let mut log = String::new();
    reader.read_to_string(&mut out).unwrap();
    let mut stderr = process.0.stderr.take().unwrap();
    stderr.read_to_string(&mut log).unwrap();
    for text in [&out, &log] {
        assert!(
            !text.contains("canary") && !text.contains("jane.doe"),
            "{text}"
        );
    }
    [out, log]
}

#[test]
fn it_serves_logs_no_content_and_stops_when_told() {
    let [_, log] = serve("json");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let calls: Vec<_> = lines
        .iter()
        .filter(|line| line["message"] == "call")
        .collect();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0]["mistral_guard.messages"], 1);
    assert_eq!(calls[0]["http.response.status_code"], 200);
    assert_eq!(calls[1]["error.type"], "invalid_path");
}

#[test]
fn the_log_for_people_has_a_line_a_call_in_columns() {
    let [_, log] = serve("text");
    let calls: Vec<_> = log.lines().filter(|line| line.contains(" id=")).collect();
    let [good, bad] = calls[..] else {
        panic!("{log}");
    };
    let columns = |line: &str, parts: &[&str]| -> Vec<_> {
        parts.iter().map(|part| line.find(part)).collect()
    };
    let of_good = columns(good, &["  200 complete ", "/v1/chat/completions "]);
    let of_bad = columns(bad, &["  400 complete ", "other "]);
    assert!(of_good.iter().all(Option::is_some), "{good}");
    assert_eq!(of_good, of_bad, "{log}");
    assert!(good.contains(" EMAIL_ADDRESS=1") && bad.contains(" rejected=invalid_path"));
    assert!(!log.contains('\u{1b}'), "this is no terminal");
}
