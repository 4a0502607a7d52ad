//! The house rules of the workspace: which crate may depend on which, and what every manifest says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;

const ENGINES: &[&str] = &["stream-redactor", "prompt-screen"];
const LAYERS: &[&str] = &[
    "tower-mistral-sanitize-input",
    "tower-mistral-redact-output",
    "tower-mistral-key-rotation",
    "tower-mistral-metadata-log",
    "tower-mistral-access-policy",
    "tower-mistral-pseudonymize",
];
const WIRE: &str = "tower-mistral-wire";
const FLEET: &str = "fleet-state";
const REQWEST: &str = "tower-mistral-reqwest";
const FACADE: &str = "tower-mistral";
const EMULATOR: &str = "mistral-emulator";
const AUDIT: &str = "mistral-audit";
const GUARD: &str = "mistral-guard";

/// Crates whose dependencies ask for a newer Rust than ours do.
const NEWER: &[&str] = &["key-source-gcp"];

/// Tests and benchmarks reach for everything; nobody builds on them.
const UNPUBLISHED: &[&str] = &["tower-mistral-tests", "tower-mistral-benches"];

/// What goes against the arrows of `docs/architecture.md`, given each crate's normal and build
/// dependencies within the workspace.
fn violations(crates: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, dependencies) in crates {
        if UNPUBLISHED.contains(&name.as_str()) {
            continue;
        }
        if !is_in_the_picture(name) {
            found.push(format!("{name} is not in the picture"));
        }
        for dependency in dependencies.iter().filter(|to| !may_depend(name, to)) {
            found.push(format!("{name} -> {dependency}"));
        }
        let engines = dependencies
            .iter()
            .filter(|to| ENGINES.contains(&to.as_str()));
        if LAYERS.contains(&name.as_str()) && engines.count() > 1 {
            found.push(format!("{name} has more than one engine"));
        }
    }
    found
}

fn is_in_the_picture(name: &str) -> bool {
    let singles = [WIRE, FLEET, REQWEST, FACADE, EMULATOR, AUDIT, GUARD];
    ENGINES.contains(&name)
        || LAYERS.contains(&name)
        || singles.contains(&name)
        || name.starts_with("key-source-")
}

fn may_depend(from: &str, to: &str) -> bool {
    match from {
        FACADE => {
            // The emulator is behind the feature `testing`, the probe behind `audit`, sources of keys
            // are behind theirs.
            let others = [WIRE, REQWEST, EMULATOR, AUDIT];
            LAYERS.contains(&to)
                || ENGINES.contains(&to)
                || others.contains(&to)
                || to.starts_with("key-source-")
        }
        GUARD => {
            [FACADE, WIRE, REQWEST, EMULATOR, AUDIT].contains(&to)
                || ENGINES.contains(&to)
                || to.starts_with("key-source-")
        }
        REQWEST => to == WIRE,
        // It judges layers from outside, and knows none.
        AUDIT => to == "stream-redactor",
        _ if LAYERS.contains(&from) => to == WIRE || to == FLEET || ENGINES.contains(&to),
        _ if from.starts_with("key-source-") => to == "tower-mistral-key-rotation",
        _ => false,
    }
}

/// The packages of the workspace, as Cargo sees them.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} is a text"))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} is a list"))
}

/// Cargo gives an empty list of registries for `publish = false`.
fn is_publishable(package: &Value) -> bool {
    package["publish"]
        .as_array()
        .is_none_or(|to| !to.is_empty())
}

fn workspace_dependencies(packages: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeSet<&str> = packages
        .iter()
        .map(|package| text(package, "name"))
        .collect();
    let of = |package: &Value| {
        list(package, "dependencies")
            .iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .map(|dependency| text(dependency, "name"))
            .filter(|name| names.contains(name))
            .map(str::to_owned)
            .collect()
    };
    packages
        .iter()
        .map(|package| (text(package, "name").to_owned(), of(package)))
        .collect()
}

#[test]
fn crates_depend_along_the_arrows() {
    let crates = workspace_dependencies(&packages());
    assert!(crates.len() > LAYERS.len(), "the whole workspace was read");
    assert_eq!(violations(&crates), Vec::<String>::new());
}

#[test]
fn a_dependency_against_the_arrows_is_found() {
    let table: &[(&str, &[&str], &[&str])] = &[
        (
            "stream-redactor",
            &[WIRE],
            &["stream-redactor -> tower-mistral-wire"],
        ),
        (
            "prompt-screen",
            &["stream-redactor"],
            &["prompt-screen -> stream-redactor"],
        ),
        (
            WIRE,
            &["stream-redactor"],
            &["tower-mistral-wire -> stream-redactor"],
        ),
        (
            EMULATOR,
            &[WIRE],
            &["mistral-emulator -> tower-mistral-wire"],
        ),
        (
            REQWEST,
            &[WIRE, FACADE],
            &["tower-mistral-reqwest -> tower-mistral"],
        ),
        (GUARD, &[FACADE, WIRE, "key-source-aws"], &[]),
        (
            GUARD,
            &[LAYERS[0]],
            &["mistral-guard -> tower-mistral-sanitize-input"],
        ),
        (
            AUDIT,
            &["stream-redactor", LAYERS[0]],
            &["mistral-audit -> tower-mistral-sanitize-input"],
        ),
        (LAYERS[0], &[WIRE, FLEET, "prompt-screen"], &[]),
        (
            LAYERS[1],
            &[LAYERS[0]],
            &["tower-mistral-redact-output -> tower-mistral-sanitize-input"],
        ),
        (
            LAYERS[1],
            ENGINES,
            &["tower-mistral-redact-output has more than one engine"],
        ),
        (FACADE, LAYERS, &[]),
        (FACADE, &["key-source-gcp"], &[]),
        (
            LAYERS[2],
            &["key-source-gcp"],
            &["tower-mistral-key-rotation -> key-source-gcp"],
        ),
        (FACADE, &[GUARD], &["tower-mistral -> mistral-guard"]),
        ("stranger", &[], &["stranger is not in the picture"]),
    ];
    for (name, dependencies, expected) in table {
        let dependencies = dependencies.iter().map(|to| String::from(*to)).collect();
        let crates = BTreeMap::from([(String::from(*name), dependencies)]);
        assert_eq!(violations(&crates), *expected, "{name}");
    }
}

#[test]
fn enabling_nothing_enables_nothing() {
    for package in packages().iter().filter(|package| is_publishable(package)) {
        let default = package["features"].get("default");
        let is_empty = default.is_none_or(|features| features == &Value::Array(Vec::new()));
        assert!(is_empty, "{} has default features", text(package, "name"));
    }
}

#[test]
fn what_all_crates_share_is_said_once() {
    for package in &packages() {
        let path = text(package, "manifest_path");
        let manifest = fs::read_to_string(path).expect("the manifest is there");
        let manifest: toml::Table = manifest.parse().expect("Cargo read it too");
        let inherits = |key: &str| manifest["package"].get(key)?.get("workspace")?.as_bool();
        for key in ["version", "edition", "license"] {
            assert_eq!(inherits(key), Some(true), "{key} in {path}");
        }
        if is_publishable(package) {
            assert!(
                inherits("rust-version") == Some(true) || NEWER.contains(&text(package, "name")),
                "rust-version in {path}"
            );
            let lints = manifest
                .get("lints")
                .and_then(|lints| lints.get("workspace"));
            assert_eq!(
                lints.and_then(toml::Value::as_bool),
                Some(true),
                "lints in {path}"
            );
        }
    }
}

#[test]
fn what_a_published_crate_needs_is_there() {
    for package in packages().iter().filter(|package| is_publishable(package)) {
        let name = text(package, "name");
        assert!(!text(package, "description").is_empty(), "{name}");
        assert!(!list(package, "categories").is_empty(), "{name}");
        assert!((1..=5).contains(&list(package, "keywords").len()), "{name}");
        let root = Path::new(text(package, "manifest_path")).parent();
        let root = root.expect("a manifest is in a folder");
        let readme = root.join(text(package, "readme"));
        for file in [
            readme,
            root.join("LICENSE-MIT"),
            root.join("LICENSE-APACHE"),
        ] {
            // A link to nowhere cannot be read.
            let content = fs::read_to_string(&file).unwrap_or_default();
            assert!(!content.is_empty(), "{}", file.display());
        }
        let documents = &package["metadata"]["docs"]["rs"]["all-features"];
        assert_eq!(documents, true, "docs.rs in {name}");
    }
}

#[test]
fn unsafe_code_is_forbidden() {
    const EXEMPT: &str = "stream-redactor";
    let packages = packages();
    let checked = packages
        .iter()
        .filter(|package| is_publishable(package) && text(package, "name") != EXEMPT);
    for target in checked.flat_map(|package| list(package, "targets")) {
        let kinds = list(target, "kind");
        if !kinds.iter().any(|kind| kind == "lib" || kind == "bin") {
            continue;
        }
        let path = text(target, "src_path");
        let source = fs::read_to_string(Path::new(path)).expect("the source is there");
        let forbids = source
            .lines()
            .any(|line| line.trim() == "#![forbid(unsafe_code)]");
        assert!(forbids, "#![forbid(unsafe_code)] in {path}");
    }
}
