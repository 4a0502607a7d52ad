//! Files of environment variables: who may read them, and what keeps them out of Git.

use std::{fs, path::Path};

use super::{eye::Seen, relative};
use crate::rule::Rule;

/// Whether a file of this name holds environment variables with their values.
pub(super) fn is_env_file(name: &str) -> bool {
    let is_env =
        name == ".env" || name == ".envrc" || name.starts_with(".env.") || name.ends_with(".env");
    is_env && !is_sample(name)
}

/// Whether it only shows which variables there are.
pub(super) fn is_sample(name: &str) -> bool {
    name.contains("env")
        && [
            "example", "sample", "template", "dist", "defaults", "schema",
        ]
        .iter()
        .any(|word| name.split('.').any(|part| part == *word))
}

/// Looks at the files of environment variables in a directory, ignored ones too.
pub(super) fn look(root: &Path, directory: &Path, seen: &mut Seen) {
    // What cannot be listed is named by the walk.
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        if is_env_file(&name.to_string_lossy()) && is_open(&entry.path()) {
            let path = relative(root, &entry.path());
            seen.push(Rule::ENV_FILE_READABLE, &path, "");
        }
    }
}

/// Whether other users may read a file.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o044 != 0)
}

/// Permissions are not modes elsewhere.
#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}
