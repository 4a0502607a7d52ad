//! `mistral-guard audit` as a process, on projects as people have them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Output},
    thread,
    time::{Duration, SystemTime},
};

use serde_json::Value;
use tempfile::TempDir;

/// No scanner of this repository finds a key in here.
fn key() -> String {
    ["K7hQ2mZx9LpT4vRb", "8NcY3sWd6FgJ1aUe"].concat()
}

fn token() -> String {
    ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat()
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        restrict(&path);
    }
    root
}

#[cfg(unix)]
fn restrict(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn restrict(_: &Path) {}

fn audit(root: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mistral-guard"))
        .arg("audit")
        .arg(root)
        .args(options)
        .env_remove("MISTRAL_GUARD_FINGERPRINT_KEY")
        .output()
        .unwrap()
}

fn json(root: &Path, options: &[&str]) -> (i32, Value) {
    let output = audit(root, &[&["--format", "json"], options].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), report)
}

/// Rule and place of each finding.
fn found(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    let shown = |finding: &Value| {
        let place = &finding["place"];
        let line = place["line"]
            .as_u64()
            .map_or(String::new(), |line| format!(":{line}"));
        format!(
            "{} {}{line}",
            finding["rule"].as_str().unwrap(),
            place["path"].as_str().unwrap()
        )
    };
    findings.iter().map(shown).collect()
}

fn check(report: &Value, name: &str) -> bool {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name).unwrap();
    check["passed"].as_bool().unwrap()
}

#[test]
fn a_sound_project_passes() {
    let root = project(&[
        (
            "main.py",
            "import os\nkey = os.environ['MISTRAL_API_KEY']\n",
        ),
        ("mistral-guard.toml", "[log]\nfilter = \"info\"\n"),
    ]);
    let (code, report) = json(root.path(), &[]);
    assert_eq!((code, found(&report)), (0, Vec::new()));
    assert_eq!(report["passed"], true);
    for name in [
        "api_key_from_env",
        "no_hardcoded_keys",
        "input_validation",
        "output_sanitization",
    ] {
        assert!(check(&report, name), "{name}");
    }
}

#[test]
fn keys_are_found_where_people_leave_them_and_never_shown() {
    let (key, token) = (key(), token());
    let python = format!("from mistralai import Mistral\nc = Mistral(api_key=\"{key}\")\n");
    let notebook = format!(
        "{{\n \"cells\": [\n  {{\n   \"source\": [\n    \"import os\\n\",\n    \"MISTRAL_API_KEY = \\\"{key}\\\"\"\n   ]\n  }}\n ]\n}}\n"
    );
    let root = project(&[
        ("app.py", &python),
        ("try.ipynb", &notebook),
        (".env", &format!("GITHUB_TOKEN={token}\n")),
        ("tests/test_app.py", &format!("token = \"{token}\"\n")),
        ("Cargo.lock", &format!("token = \"{token}\"\n")),
        ("picture.png", &format!("token = \"{token}\"\n")),
        (".ignore", "ignored.txt\n"),
        ("ignored.txt", &format!("token = \"{token}\"\n")),
        (
            "ok.py",
            &format!("t = \"{token}\"  # mistral-guard:allow\n"),
        ),
        (
            "big.txt",
            &format!("{}\ntoken = \"{token}\"\n", "x".repeat(5 << 20)),
        ),
    ]);
    for format in ["table", "json", "sarif"] {
        let output = audit(root.path(), &["--format", format]);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        for secret in [&key, &token] {
            // No part of it is there that says more than its beginning.
            assert!(
                !text.contains(&secret[..6]) && !text.contains(&secret[8..14]),
                "{format}"
            );
        }
    }
    let (_, report) = json(root.path(), &[]);
    assert_eq!(
        found(&report),
        [
            "mistral-api-key app.py:2",
            "mistral-api-key try.ipynb:6",
            "api-token .env:1",
            "no-guard app.py:1",
            "api-token tests/test_app.py:1",
        ]
    );
    let secrets: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["secret"])
        .collect();
    assert_eq!(secrets[0]["fingerprint"], secrets[1]["fingerprint"]);
    assert_ne!(secrets[0]["fingerprint"], secrets[2]["fingerprint"]);
    assert_eq!(secrets[0]["head"], key[..2]);
    assert_eq!(report["coverage"]["allowed"], 1);
    assert_eq!(
        report["coverage"]["too_large"],
        serde_json::json!(["big.txt"])
    );
    assert!(!check(&report, "api_key_from_env") && !check(&report, "no_hardcoded_keys"));
    assert!(!check(&report, "input_validation"));
}

#[test]
fn severities_can_be_left_out() {
    let root = project(&[("tests/a.py", &format!("token = \"{}\"\n", token()))]);
    assert_eq!(audit(root.path(), &[]).status.code(), Some(1));
    assert_eq!(
        audit(root.path(), &["--min-severity", "medium"])
            .status
            .code(),
        Some(0)
    );
}

#[test]
fn a_baseline_holds_no_secret_and_survives_moved_lines() {
    let line = format!("token = \"{}\"\n", token());
    let root = project(&[("a.py", &line)]);
    let file = tempfile::tempdir().unwrap();
    let baseline = file.path().join("baseline.json");
    let baseline = baseline.to_str().unwrap();
    assert_eq!(
        audit(root.path(), &["--write-baseline", baseline])
            .status
            .code(),
        Some(0)
    );
    assert!(
        !fs::read_to_string(baseline)
            .unwrap()
            .contains(&token()[..6])
    );
    fs::write(root.path().join("a.py"), format!("# moved\n\n{line}")).unwrap();
    let (code, report) = json(root.path(), &["--baseline", baseline]);
    assert_eq!((code, &report["coverage"]["known"]), (0, &1.into()));
    // A second key is a new finding.
    fs::write(
        root.path().join("a.py"),
        format!("{line}{}", line.replace("16C7", "26C7")),
    )
    .unwrap();
    let (code, report) = json(root.path(), &["--baseline", baseline]);
    assert_eq!((code, found(&report).len()), (1, 1));
}

#[test]
fn what_cannot_run_says_so_with_a_code_of_its_own() {
    let root = project(&[("a.py", "")]);
    let none = root.path().join("none");
    for (path, options) in [
        (none.as_path(), [].as_slice()),
        (root.path(), &["--baseline", "/none/at/all"]),
        (root.path(), &["--config", "/none/at/all"]),
        (root.path(), &["--format", "poem"]),
        // No repository, or a build that cannot read one.
        (root.path(), &["--history"]),
    ] {
        let output = audit(path, options);
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(!output.stderr.is_empty(), "{options:?}");
    }
}

#[test]
fn a_guards_configuration_is_read_too() {
    let root = project(&[("mistral-guard.toml", "[server]\nlisten = \"0.0.0.0:1\"\n")]);
    let (code, report) = json(root.path(), &[]);
    assert_eq!(
        (code, found(&report)),
        (1, vec!["listens-publicly mistral-guard.toml".to_owned()])
    );
    assert!(check(&report, "input_validation") && !check(&report, "wiring"));
    fs::write(
        root.path().join("mistral-guard.toml"),
        "[keys]\nenv = \"not a name: secret!\"\n",
    )
    .unwrap();
    let output = audit(root.path(), &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("config-invalid") && text.contains("keys.env"),
        "{text}"
    );
    assert!(
        !text.contains("secret!"),
        "values may be misplaced secrets: {text}"
    );
}

#[test]
fn keys_that_are_over_or_old_are_told_where_their_files_can_be_read() {
    let mounts = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str, days: u64| {
        let path = mounts.path().join(name);
        fs::write(&path, text).unwrap();
        let time = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
        path.display().to_string()
    };
    let key = key();
    for (path, expected) in [
        (file("new", &key, 80), None),
        (file("old", &key, 91), Some("key-old")),
        (
            file("over", &format!("{key} expires=2020-01-01"), 1),
            Some("key-expired"),
        ),
        (file("good", &format!("{key} expires=2999-01-01"), 1), None),
        ("/none/at/all".to_owned(), None),
    ] {
        let config = format!("[[keys.sources]]\nfrom = \"file\"\npath = \"{path}\"\n");
        let root = project(&[("mistral-guard.toml", &config)]);
        let (code, report) = json(root.path(), &[]);
        let rule = &report["findings"][0]["rule"];
        assert_eq!(
            (code, rule.as_str()),
            (i32::from(expected.is_some()), expected),
            "{path}"
        );
        let notes = report["coverage"]["notes"].as_array().unwrap().len();
        assert_eq!(notes, usize::from(path == "/none/at/all"));
    }
}

#[cfg(unix)]
#[test]
fn files_of_variables_are_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;
    let root = project(&[
        (".gitignore", ".env\n"),
        (".env", "A=1\n"),
        (".env.example", "A=\n"),
    ]);
    fs::create_dir(root.path().join(".git")).unwrap();
    assert_eq!(audit(root.path(), &[]).status.code(), Some(0));
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(root.path().join(".env"), open).unwrap();
    assert_eq!(found(&json(root.path(), &[]).1), ["env-file-readable .env"]);
    fs::remove_file(root.path().join(".gitignore")).unwrap();
    restrict(&root.path().join(".env"));
    assert_eq!(
        found(&json(root.path(), &[]).1),
        ["env-file-not-ignored .env"]
    );
}

/// An API that knows one key.
fn api(live: String) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let calls = thread::spawn(move || {
        let mut heads = Vec::new();
        for _ in 0..2 {
            let (mut socket, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && socket.read(&mut byte).unwrap() > 0 {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let status = if head.contains(&live) {
                "200 OK"
            } else {
                "401 Unauthorized"
            };
            write!(
                socket,
                "HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
            )
            .unwrap();
            heads.push(head);
        }
        heads
    });
    (origin, calls)
}

#[test]
fn only_when_asked_to_it_asks_the_api_whether_a_key_is_live() {
    let (live, dead) = (key(), key().chars().rev().collect::<String>());
    let root = project(&[
        ("a.env", &format!("MISTRAL_API_KEY={live}\n")),
        (
            "b.env",
            &format!("MISTRAL_API_KEY={dead}\nGITHUB_TOKEN={}\n", token()),
        ),
        ("c.env", &format!("MISTRAL_API_KEY={live}\n")),
    ]);
    assert_eq!(
        json(root.path(), &[]).1["findings"][0]["verdict"],
        Value::Null
    );
    let (origin, calls) = api(live);
    let (code, report) = json(root.path(), &["--verify", "--verify-origin", &origin]);
    let verdicts: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["verdict"])
        .collect();
    assert_eq!(code, 1);
    assert_eq!(
        verdicts,
        [
            &"live".into(),
            &"rejected".into(),
            &"live".into(),
            &Value::Null
        ]
    );
    let heads = calls.join().unwrap();
    assert!(
        heads
            .iter()
            .all(|head| head.starts_with("GET /v1/models HTTP/1.1"))
    );
    assert!(heads.iter().all(|head| !head.contains(&token())));
}
