//! How old the keys are that a guard reads from files: by the day that stands beside a key
//! (`expires=2026-12-31`), and by when its file was last changed. Keys of the environment, of Google
//! Cloud and in text have no age that an auditor could know; the history of Git says when one of
//! those was written down.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use mistral_audit::{Finding, Place, Report, Rule};
use tower_mistral::{
    key_rotation::source::{DirSource, FileSource, KeySource},
    wire::BoxError,
};

use crate::config::{Config, KeySourceConfig};

/// How long a key may stay: what CIS benchmarks of cloud accounts ask for access keys.
const MAX_AGE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Looks at the files of keys that the configuration in `shown` names. No content is reported.
pub(super) fn look(config: &Config, shown: &str, report: &mut Report) -> Result<(), BoxError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    for (n, source) in config.keys.sources.iter().enumerate() {
        let key = format!("keys.sources[{n}]");
        let (source, path): (Box<dyn KeySource>, _) = match source {
            KeySourceConfig::File { path, .. } => (Box::new(FileSource::new(path)), path),
            KeySourceConfig::Dir { path, .. } => (Box::new(DirSource::new(path)), path),
            _ => continue,
        };
        let place = || Place::file(shown);
        let Ok(specs) = runtime.block_on(source.fetch()) else {
            let note = format!("{key}: no keys could be read here, so their age is not known");
            report.coverage.notes.push(note);
            continue;
        };
        let now = SystemTime::now();
        let is_over = |time: SystemTime| time <= now;
        if specs.iter().any(|spec| spec.expiry().is_some_and(is_over)) {
            report
                .findings
                .push(Finding::new(Rule::KEY_EXPIRED, place(), key.as_str()));
        }
        let oldest = oldest(path).ok().flatten();
        let end = oldest.and_then(|time| time.checked_add(MAX_AGE));
        if end.is_some_and(is_over) {
            report
                .findings
                .push(Finding::new(Rule::KEY_OLD, place(), key));
        }
    }
    Ok(())
}

/// When the file, or the one of a directory that is longest as it is, was last changed.
fn oldest(path: &Path) -> io::Result<Option<SystemTime>> {
    if fs::metadata(path)?.is_file() {
        return fs::metadata(path)?.modified().map(Some);
    }
    let hidden = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| name.starts_with('.'))
    };
    let mut times = Vec::new();
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        // Mounted secrets are links, and what they lead to is hidden.
        if !hidden(&path) && fs::metadata(&path)?.is_file() {
            times.push(fs::metadata(&path)?.modified()?);
        }
    }
    Ok(times.into_iter().min())
}
