//! How fast a tree is read, and how much is found in it, next to a set of regular expressions.
//!
//! `cargo run --release -p mistral-audit --all-features --example throughput -- DIRECTORY [--places]`
//!
//! One thread, in seconds of processor time (Linux), reading the files included. The tree is read once
//! before, so that the files are in memory. `--places` shows where the findings are; no secret is
//! shown.
#![allow(clippy::print_stdout)]

use std::{collections::BTreeMap, env, error::Error, fs, path::Path, time::Duration};

use mistral_audit::scan::Scan;
use regex::bytes::RegexBuilder;

/// What scanners of secrets search for, in the form in which they publish it: the more frequent
/// issuers, and the generic rule that needs a name and a random value.
const PATTERNS: &[&str] = &[
    r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
    r"gh[pousr]_[0-9a-zA-Z]{36}",
    r"github_pat_\w{82}",
    r"glpat-[\w-]{20}",
    r"xox[baprs]-[0-9a-zA-Z-]{10,}",
    r"\bsk-(?:proj-)?[A-Za-z0-9_-]{20,}\b",
    r"\b(?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99}\b",
    r"\bAIza[\w-]{35}\b",
    r"\bey[a-zA-Z0-9]{17,}\.ey[a-zA-Z0-9/\\_-]{17,}\.(?:[a-zA-Z0-9/\\_-]{10,}={0,2})?",
    r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY",
    r"\bnpm_[a-zA-Z0-9]{36}\b",
    r"pypi-AgEIcHlwaS5vcmc[\w-]{50,}",
    r"\bSG\.[a-zA-Z0-9=_\-.]{66}\b",
    r"\bSK[0-9a-fA-F]{32}\b",
    r"[0-9]{5,16}:A[a-zA-Z0-9_-]{34}\b",
    r#"(?i)[\w.-]{0,50}?(?:access|auth|api|credential|creds|key|passw(?:or)?d|secret|token)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([\w.=-]{10,150})(?:[\x60'"\s;]|\\[nr]|$)"#,
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let root = args.next().ok_or("a directory, please")?;
    let shows_places = args.next().is_some();
    let scan = Scan::new(&root).threads(1);
    let _ = scan.run()?;
    let start = processor();
    let scanned = scan.run()?;
    let time = processor() - start;
    let coverage = &scanned.report.coverage;
    let mega = coverage.bytes as f64 / 1e6;
    println!(
        "audit: {} files, {mega:.0} MB, {} not text, {} lock files, {} too large, {:.1?}, {:.0} MB/s",
        coverage.files,
        coverage.binary,
        coverage.lock_files,
        coverage.too_large.len(),
        time,
        mega / time.as_secs_f64()
    );
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for finding in &scanned.report.findings {
        *counts
            .entry((finding.rule.id, finding.severity))
            .or_default() += 1;
        if shows_places {
            println!("{} {}", finding.rule.id, finding.place);
        }
    }
    for ((rule, severity), n) in counts {
        let share = n as f64 * 1000.0 / coverage.files as f64;
        println!("  {rule} ({severity}): {n}, {share:.2} in 1,000 files");
    }
    patterns(Path::new(&root))
}

/// The same files, by regular expressions one after the other.
fn patterns(root: &Path) -> Result<(), Box<dyn Error>> {
    let patterns: Vec<_> = PATTERNS
        .iter()
        .map(|p| RegexBuilder::new(p).size_limit(1 << 28).build())
        .collect::<Result<_, _>>()?;
    let (mut bytes, mut found, mut files) = (0, 0, 0);
    let start = processor();
    for entry in ignore::WalkBuilder::new(root).hidden(false).build() {
        let entry = entry?;
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let text = fs::read(entry.path())?;
        if text.len() > 4 << 20 || text.iter().take(8 << 10).any(|byte| *byte == 0) {
            continue;
        }
        files += 1;
        bytes += text.len();
        found += patterns
            .iter()
            .map(|p| p.find_iter(&text).count())
            .sum::<usize>();
    }
    let mega = bytes as f64 / 1e6;
    let time = processor() - start;
    println!(
        "{} patterns: {files} files, {mega:.0} MB, {found} matches, {:.1?}, {:.0} MB/s",
        patterns.len(),
        time,
        mega / time.as_secs_f64(),
    );
    Ok(())
}

/// What this process has used of a processor: hundredths of a second, from the fields `utime` and
/// `stime` (proc(5)). Other programs do not matter.
fn processor() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
