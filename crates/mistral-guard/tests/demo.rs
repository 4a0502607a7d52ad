//! The demo as a stranger sees it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::process::{Command, Stdio};

use serde_json::Value;

const KEYS: [&str; 2] = ["demo-key-number-one", "demo-key-number-two"];
const EMAIL: &str = "jane.doe@example.com";

fn demo(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
    let output = command
        .arg("demo")
        .args(args)
        .env_remove("MISTRAL_API_KEY")
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(output.stderr.is_empty());
    let out = String::from_utf8(output.stdout).unwrap();
    for key in KEYS {
        assert!(!out.contains(key), "a key is shown");
    }
    out
}

#[test]
fn the_page_fits_and_shows_both_sides() {
    let page = demo(&[]);
    assert!(!page.contains('\x1b'), "colour without a terminal");
    let widest = page.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 80, "{widest} columns");

    // Each exchange: what the reader got, up to the log line.
    let got: Vec<_> = page.split("  reader got ").skip(1).collect();
    let got: Vec<_> = got
        .iter()
        .map(|text| text.split("  logged ").next().unwrap())
        .collect();
    assert_eq!(got.len(), 4);
    assert!(got[1].contains("[EMAIL]"));
    for planted in [EMAIL, "219-09-9999", "<script>", "AcmeBot"] {
        assert!(page.contains(planted), "{planted} was never there");
        assert!(
            got.iter().all(|text| !text.contains(planted)),
            "{planted} reached the reader"
        );
    }
    assert!(page.contains("answered 401"));
    for log in page.split("  logged ").skip(1) {
        assert!(
            !log.split("\n\n").next().unwrap().contains("France"),
            "content in the log"
        );
    }
}

#[test]
fn colour_is_for_those_who_want_it() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
    let forced = command
        .arg("demo")
        .env("CLICOLOR_FORCE", "1")
        .env_remove("NO_COLOR");
    assert!(forced.output().unwrap().stdout.contains(&b'\x1b'));
}

#[test]
fn the_document_has_the_same_as_data() {
    let document: Value = serde_json::from_str(&demo(&["--json"])).unwrap();
    let all = document["exchanges"].as_array().unwrap();
    let names: Vec<_> = all
        .iter()
        .map(|exchange| exchange["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "injected_prompt",
            "streamed_email",
            "revoked_key",
            "leaky_reply"
        ]
    );
    for exchange in all {
        assert_eq!(exchange["reader_got"]["status"], 200);
        assert_eq!(exchange["logged"]["messages"], 1);
    }

    let [injected, streamed, revoked, leaky] = &all[..] else {
        panic!("four exchanges")
    };
    assert!(
        injected["api_saw"][0]["text"]
            .as_str()
            .unwrap()
            .starts_with("[FILTERED]")
    );
    assert!(!streamed["reader_got"].to_string().contains(EMAIL));
    let deltas = |side: &str| streamed[side]["deltas"].as_array().unwrap().clone();
    assert_eq!(deltas("api_answered").len(), deltas("reader_got").len());
    let saw = revoked["api_saw"].as_array().unwrap();
    assert_eq!(
        (&saw[0]["status"], &saw[1]["status"]),
        (&401.into(), &200.into())
    );
    assert_ne!(saw[0]["key"], saw[1]["key"]);
    let got = leaky["reader_got"]["text"].as_str().unwrap();
    assert_eq!(
        got,
        "Your number is [SSN].\n[REDACTED]\n[SCRIPT]\nHave a nice day!"
    );
}

#[test]
fn two_runs_differ_in_times_and_fingerprints_only() {
    let strip = |mut value: Value| {
        for exchange in value["exchanges"].as_array_mut().unwrap() {
            exchange["logged"]["duration_ms"] = Value::Null;
            exchange["logged"]["attempts"] = Value::Null;
            for saw in exchange["api_saw"].as_array_mut().unwrap() {
                saw["key"] = Value::Null;
            }
        }
        value
    };
    let run = || strip(serde_json::from_str(&demo(&["--json"])).unwrap());
    assert_eq!(run(), run());
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
    command
        .args(["demo", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(output.stderr.is_empty());
}
