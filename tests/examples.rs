//! Every example does what it says: its own code runs, against an emulator of its own.
#![allow(clippy::unwrap_used)]

use std::{fs, pin::Pin};

use tower_mistral::wire::BoxError;

type Run = fn() -> Pin<Box<dyn Future<Output = Result<String, BoxError>>>>;

macro_rules! examples {
    ($($name:ident: $path:literal,)+) => {
        $(#[allow(dead_code)] #[path = $path] mod $name;)+

        const EXAMPLES: &[(&str, Run)] = &[$((stringify!($name), || Box::pin($name::run()))),+];
    };
}

examples! {
    hyper: "../examples/hyper.rs",
    reqwest: "../examples/reqwest.rs",
    reqwest_middleware: "../examples/reqwest_middleware.rs",
    axum_proxy: "../examples/axum_proxy.rs",
    axum_chat: "../examples/axum_chat.rs",
}

const WHOLE: &str = "reply, streamed false: Write to [EMAIL].\n";
const STREAMED: &str = "reply, streamed true: Write to [EMAIL].\n";
const CALL: &str = "the API got: \"[FILTERED]. Hello?\", key lent true\n";

/// All that an example prints.
fn shown(name: &str) -> String {
    let unguarded = "a route without layers: Write to office@example.com.\n";
    match name {
        // The first attempt failed; the one after it was guarded as well.
        "reqwest_middleware" => [WHOLE, STREAMED, CALL, CALL, CALL].concat(),
        "axum_chat" => [STREAMED, unguarded, CALL].concat(),
        _ => [WHOLE, STREAMED, CALL, CALL].concat(),
    }
}

#[test]
fn every_example_is_run_here_is_named_in_the_readme_and_is_short() {
    let readme = include_str!("../README.md");
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap();
    for file in files.map(|file| file.unwrap().path()) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        // One in a folder is a workspace of its own, with a test of its own.
        let (source, command) = match file.is_dir() {
            true => {
                assert!(file.join("tests/run.rs").exists(), "{name}");
                let manifest = format!("--manifest-path examples/{name}/Cargo.toml");
                (file.join("src/main.rs"), manifest)
            }
            false => {
                assert!(EXAMPLES.iter().any(|(run, _)| *run == name), "{name}");
                (file.clone(), format!("--example {name}"))
            }
        };
        let command = format!("`cargo run {command}`");
        assert!(readme.contains(&command), "{command}");
        let lines = fs::read_to_string(source).unwrap().lines().count();
        assert!(lines < 80, "{name}: {lines} lines");
    }
}

/// A row of the README's table names hosts as `` `name` version ``.
#[test]
fn the_readme_names_the_versions_of_hosts_that_are_built_here() {
    let locks = [
        include_str!("../Cargo.lock"),
        include_str!("../examples/rig/Cargo.lock"),
    ];
    let readme = include_str!("../README.md");
    let (_, table) = readme.split_once("## Find your host").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let mut hosts = 0;
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cell = row.split('|').nth(1).unwrap();
        for (name, rest) in cell
            .split('`')
            .skip(1)
            .zip(cell.split('`').skip(2))
            .step_by(2)
        {
            let version = rest
                .trim_matches([' ', ','])
                .split([' ', ','])
                .next()
                .unwrap();
            let entry = format!("name = \"{name}\"\nversion = \"{version}.");
            let is_built = locks.iter().any(|lock| lock.contains(&entry));
            assert!(is_built, "{name} {version}");
            hosts += 1;
        }
    }
    assert_eq!(hosts, 9, "all hosts of the table were read");
}

#[tokio::test]
async fn every_example_filters_redacts_and_lends_a_key() {
    for (name, run) in EXAMPLES {
        assert_eq!(run().await.unwrap(), shown(name), "{name}");
    }
}
