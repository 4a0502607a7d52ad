//! `mistral-guard audit`: is this project set up safely?
//!
//! Trees and history are [`mistral_audit`]'s; what a guard is told is looked at here.

mod age;
mod config;
mod verify;

use std::{
    env, fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use mistral_audit::{Baseline, Severity, scan::Scan};
use tower_mistral::wire::BoxError;

pub use self::config::check;

use crate::cli::AuditArgs;

/// The variable that makes fingerprints last.
const FINGERPRINT_KEY: &str = "MISTRAL_GUARD_FINGERPRINT_KEY";

/// How a report looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// One document.
    Json,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Sarif => "sarif",
        })
    }
}

/// The mildest findings that are reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum MinSeverity {
    /// All.
    #[default]
    Low,
    /// Without those in tests, examples and documentation.
    Medium,
    /// What gives something away.
    High,
    /// What is to be acted on now.
    Critical,
}

impl fmt::Display for MinSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Severity::from(*self).as_str())
    }
}

impl From<MinSeverity> for Severity {
    fn from(min: MinSeverity) -> Self {
        match min {
            MinSeverity::Low => Self::Low,
            MinSeverity::Medium => Self::Medium,
            MinSeverity::High => Self::High,
            MinSeverity::Critical => Self::Critical,
        }
    }
}

/// Looks, and writes the report to stdout. Says whether nothing was found.
///
/// # Errors
///
/// The path, the baseline or the named configuration cannot be read, there is no history where one
/// was asked for, or stdout is closed.
pub fn run(args: &AuditArgs) -> Result<bool, BoxError> {
    let baseline = match &args.baseline {
        Some(path) => Some(Baseline::parse(&named(path, fs::read_to_string(path))?)?),
        None => None,
    };
    let mut scanned = named(&args.path, scan(args)?.run())?;
    let mut report = std::mem::take(&mut scanned.report);
    if let Some(path) = config_of(args) {
        let shown = path
            .strip_prefix(&args.path)
            .unwrap_or(&path)
            .display()
            .to_string();
        report = report.with(config::file(&path, &shown)?);
    }
    if let Some(baseline) = &baseline {
        let known = baseline.filter(&mut report.findings);
        report.coverage.known = known as u64;
    }
    let min = Severity::from(args.min_severity);
    report.findings.retain(|finding| finding.severity >= min);
    if args.verify {
        verify::ask(&args.verify_origin, &scanned.keys, &mut report.findings)?;
    }
    report.sort();
    if let Some(path) = &args.write_baseline {
        let baseline = Baseline::new(&report.findings);
        named(path, fs::write(path, baseline.to_text()))?;
        return Ok(true);
    }
    let text = match args.format {
        Format::Table => report.to_table(),
        Format::Json => report.to_json(),
        Format::Sarif => report.to_sarif(),
    };
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // A reader that has seen enough changes nothing about what was found.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(report.passed()),
    }
}

fn scan(args: &AuditArgs) -> Result<Scan, &'static str> {
    let mut scan = Scan::new(&args.path)
        .max_file(args.max_file.unwrap_or(Scan::MAX_FILE))
        .threads(args.threads.map_or(0, usize::from))
        .keep_keys(args.verify);
    if let Some(key) = env::var_os(FINGERPRINT_KEY) {
        scan = scan.fingerprint_key(key.as_encoded_bytes());
    }
    history(scan, args.history)
}

#[cfg(feature = "history")]
#[expect(clippy::unnecessary_wraps, reason = "fails in other builds")]
fn history(scan: Scan, reads: bool) -> Result<Scan, &'static str> {
    Ok(scan.history(reads))
}

#[cfg(not(feature = "history"))]
fn history(scan: Scan, reads: bool) -> Result<Scan, &'static str> {
    match reads {
        true => {
            Err("this build cannot read history: cargo install mistral-guard --features history")
        }
        false => Ok(scan),
    }
}

/// The configuration that was named, or the one of the project.
fn config_of(args: &AuditArgs) -> Option<PathBuf> {
    let own = || Some(args.path.join("mistral-guard.toml")).filter(|path| path.is_file());
    args.config.clone().or_else(own)
}

fn named<T>(path: &Path, done: io::Result<T>) -> Result<T, String> {
    done.map_err(|error| format!("{}: {error}", path.display()))
}
