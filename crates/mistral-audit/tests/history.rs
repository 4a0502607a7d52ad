//! What Git remembers, in repositories that Git made.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{fs, path::Path, process::Command};

use mistral_audit::{Report, scan::Scan};

/// No scanner of this repository finds a key in here.
fn token(digit: char) -> String {
    format!("{}{digit}6C7e42F292c6912E7710c838347Ae178B4a", "ghp_")
}

fn git(root: &Path, args: &[&str]) {
    let output = Command::new("git")
        .args(args)
        .current_dir(root)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@b")])
        .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@b")])
        .output()
        .expect("git is there");
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn commit(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
    git(root, &["add", "--all"]);
    git(root, &["commit", "-m", "x"]);
}

fn found(report: &Report) -> Vec<String> {
    let shown = |f: &mistral_audit::Finding| {
        let when = if f.place.commit.is_some() {
            "then"
        } else {
            "now"
        };
        format!("{} {} {when}", f.rule.id, f.place.path)
    };
    let mut found: Vec<_> = report.findings.iter().map(shown).collect();
    found.sort();
    found
}

fn scan(root: &Path) -> Report {
    Scan::new(root).history(true).run().unwrap().report
}

#[test]
fn what_was_deleted_is_still_there() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-b", "main"]);
    commit(root, "src/a.py", &format!("token = \"{}\"\n", token('1')));
    commit(root, "src/a.py", "import os\n");
    commit(root, "b.py", &format!("token = \"{}\"\n", token('2')));
    commit(
        root,
        "b.py",
        &format!("# moved\ntoken = \"{}\"\n", token('2')),
    );
    git(root, &["checkout", "-b", "side"]);
    commit(root, "c.py", &format!("token = \"{}\"\n", token('3')));
    git(root, &["checkout", "main"]);
    let expected = [
        "api-token b.py now",
        "api-token c.py then",
        "api-token src/a.py then",
    ];
    let report = scan(root);
    assert_eq!(found(&report), expected);
    assert_eq!((report.coverage.commits, report.coverage.versions), (5, 5));
    git(root, &["gc", "-q"]);
    assert_eq!(found(&scan(root)), expected);
    let now = Scan::new(root).run().unwrap().report;
    assert_eq!(found(&now), ["api-token b.py now"]);
    // A folder of it.
    assert_eq!(found(&scan(&root.join("src"))), ["api-token a.py then"]);
}

#[test]
fn another_key_on_the_same_line_is_another_finding() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-b", "main"]);
    commit(root, "a.py", &format!("token = \"{}\"\n", token('1')));
    commit(root, "a.py", &format!("token = \"{}\"\n", token('2')));
    assert_eq!(
        found(&scan(root)),
        ["api-token a.py now", "api-token a.py then"]
    );
}

#[test]
fn files_of_variables_in_the_index_are_found_though_they_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-b", "main"]);
    fs::write(root.join(".gitignore"), ".env\n").unwrap();
    fs::write(root.join(".env"), "A=1\n").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(root.join(".env"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    git(root, &["add", ".gitignore"]);
    let scan = || Scan::new(root).run().unwrap().report;
    assert_eq!(found(&scan()), [""; 0]);
    git(root, &["add", "--force", ".env"]);
    assert_eq!(found(&scan()), ["env-file-tracked .env now"]);
}

#[test]
fn without_a_repository_there_is_no_history() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Scan::new(folder.path()).history(true).run().is_err());
    assert!(Scan::new(folder.path()).run().is_ok());
}
