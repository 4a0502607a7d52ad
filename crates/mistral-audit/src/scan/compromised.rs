//! Releases of Mistral's SDKs that were published by attackers.

use std::sync::LazyLock;

/// The list, with sources and dates. A line is all that a further release needs.
const LIST: &str = include_str!("compromised.txt");

/// A package, its bad releases, and who says so.
struct Release<'a> {
    package: &'a str,
    is_npm: bool,
    versions: Vec<&'a str>,
    advisory: &'a str,
    disclosed: &'a str,
}

static RELEASES: LazyLock<Vec<Release<'static>>> =
    LazyLock::new(|| LIST.lines().filter_map(release).collect());

/// None for comments, and for lines that are no release: a test says that there are none.
fn release(line: &str) -> Option<Release<'_>> {
    let mut fields = line.split(' ');
    let is_npm = match fields.next()? {
        "npm" => true,
        "pypi" => false,
        _ => return None,
    };
    Some(Release {
        package: fields.next()?,
        is_npm,
        versions: fields.next()?.split(',').collect(),
        advisory: fields.next()?,
        disclosed: fields.next()?,
    })
}

const LOCK_FILES: &[&str] = &[
    "Cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "deno.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "pylock.toml",
    "Pipfile.lock",
    "composer.lock",
    "Gemfile.lock",
    "go.sum",
    "flake.lock",
    "mix.lock",
    "pubspec.lock",
    "packages.lock.json",
    "gradle.lockfile",
    "Package.resolved",
    "Podfile.lock",
    ".terraform.lock.hcl",
    "conda-lock.yml",
    "pixi.lock",
];

pub(super) fn is_lock_file(name: &str) -> bool {
    LOCK_FILES.contains(&name)
}

/// Where a compromised release is asked for, and which.
pub(super) fn find(name: &str, text: &str) -> impl Iterator<Item = (usize, String)> {
    let is_npm = matches!(
        name,
        "package.json"
            | "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "bun.lock"
            | "deno.lock"
    );
    let is_pypi = name.starts_with("requirements")
        || name.starts_with("constraints")
        || matches!(
            name,
            "pyproject.toml"
                | "poetry.lock"
                | "uv.lock"
                | "pdm.lock"
                | "pylock.toml"
                | "Pipfile"
                | "Pipfile.lock"
                | "setup.py"
                | "setup.cfg"
                | "conda-lock.yml"
                | "pixi.lock"
                | "environment.yml"
        );
    let releases = RELEASES.iter().filter(move |release| match release.is_npm {
        true => is_npm,
        false => is_pypi,
    });
    releases
        .filter_map(|release| first(text, release))
        .collect::<Vec<_>>()
        .into_iter()
}

/// How far behind the name of a package its version stands, at most, in lines.
const REACH: usize = 3;

fn first(text: &str, release: &Release<'_>) -> Option<(usize, String)> {
    text.match_indices(release.package).find_map(|(at, name)| {
        let before = text.get(..at)?.chars().next_back();
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        let behind = text.get(at + name.len()..)?;
        // `@mistralai/mistralai` is no `mistralai`, and `mistralai-azure` is something else.
        if before.is_some_and(|c| is_name(c) && !(release.is_npm && c == '/') || c == '@')
            || behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'))
        {
            return None;
        }
        let end = behind
            .match_indices('\n')
            .nth(REACH - 1)
            .map_or(behind.len(), |(n, _)| n);
        let near = behind.get(..end)?;
        // The next package begins there.
        let near = near.split("\n\n").next().unwrap_or(near);
        let version = release
            .versions
            .iter()
            .find(|version| has_version(near, version))?;
        let (advisory, disclosed) = (release.advisory, release.disclosed);
        Some((at, format!("{name} {version}, {advisory} of {disclosed}")))
    })
}

/// Whether a version is asked for exactly: `==2.4.6`, `"2.4.6"`, `@2.4.6`, but not `<2.4.6`.
fn has_version(text: &str, version: &str) -> bool {
    text.match_indices(version).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default().trim_end();
        let behind = text.get(at + version.len()..).unwrap_or_default();
        let is_part = behind.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        let is_range = before.ends_with(['<', '>', '!', '^', '~'])
            || ["<=", ">=", "!=", "~="]
                .iter()
                .any(|mark| before.ends_with(mark));
        let is_tail = before.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        !is_part && !is_range && !is_tail
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_the_list_is_a_release_with_a_source_and_a_day() {
        let lines = LIST.lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let release = release(line).unwrap();
            let day = release.disclosed.split('-').map(str::len);
            assert_eq!(day.collect::<Vec<_>>(), [4, 2, 2], "{line}");
            let source = line.rsplit(' ').next().unwrap();
            assert!(source.starts_with("https://"), "{line}");
            let advisory =
                release.advisory.starts_with("GHSA-") || release.advisory.starts_with("MAL-");
            assert!(advisory && !release.versions.contains(&""), "{line}");
        }
        assert_eq!(RELEASES.len(), 4);
    }

    #[test]
    fn compromised_releases_are_found_where_they_are_pinned() {
        for (name, text, expected) in [
            ("requirements.txt", "httpx\nmistralai==2.4.6\n", true),
            (
                "requirements-dev.txt",
                "mistralai == 2.4.6 ; python_version > '3.9'",
                true,
            ),
            ("requirements.txt", "mistralai==2.4.5\n", false),
            ("requirements.txt", "mistralai!=2.4.6\n", false),
            ("requirements.txt", "mistralai<2.4.6\n", false),
            ("requirements.txt", "mistralai-extra==2.4.6\n", false),
            (
                "uv.lock",
                "[[package]]\nname = \"mistralai\"\nversion = \"2.4.6\"\n",
                true,
            ),
            (
                "uv.lock",
                "[[package]]\nname = \"mistralai\"\n\n[[package]]\nversion = \"2.4.6\"",
                false,
            ),
            (
                "package.json",
                "{\"@mistralai/mistralai\": \"2.2.3\"}",
                true,
            ),
            (
                "package.json",
                "{\"@mistralai/mistralai\": \"^2.2.1\"}",
                false,
            ),
            (
                "package.json",
                "{\"@mistralai/mistralai-gcp\": \"1.7.2\"}",
                true,
            ),
            (
                "package-lock.json",
                "\"node_modules/@mistralai/mistralai\": {\n  \"version\": \"2.2.4\",",
                true,
            ),
            ("main.py", "mistralai==2.4.6", false),
        ] {
            assert_eq!(
                find(name, text).next().is_some(),
                expected,
                "{name}: {text}"
            );
        }
    }
}
