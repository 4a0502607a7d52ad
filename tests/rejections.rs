//! The failure table of the README is the code's.
#![allow(clippy::unwrap_used)]

use tower_mistral::wire::RejectionKind;

#[test]
fn the_readme_lists_every_kind_with_its_status() {
    let readme = include_str!("../README.md");
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    for kind in RejectionKind::ALL {
        let name = format!("`{}`", kind.as_str());
        let row = rows.iter().find(|row| row.first() == Some(&name.as_str()));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the README"));
        let status = match kind {
            RejectionKind::TruncatedReply => "mid-stream".to_owned(),
            _ => kind.status().as_u16().to_string(),
        };
        assert!(row.get(1).unwrap().contains(&status), "{name}: {status}");
        let retryable = if kind.is_retryable() { "yes" } else { "no" };
        assert_eq!(*row.last().unwrap(), retryable, "{name}");
    }
}
