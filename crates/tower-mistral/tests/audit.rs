//! The recommended stack, as an audit sees it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use tower_mistral::{
    Guard, GuardBuilder,
    audit::{Report, probe::SecurityAudit},
    key_rotation::Keys,
    wire::Mode,
};

fn probe(guard: GuardBuilder) -> Report {
    let key = ["K7hQ2mZx9LpT4vRb", "8NcY3sWd6FgJ1aUe"].concat();
    let guard = guard
        .keys(Keys::new([key.as_str()]))
        .replace_caller_authorization();
    let guard = guard.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(SecurityAudit::probe(guard.layer()))
}

fn ids(report: &Report) -> Vec<&'static str> {
    report
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect()
}

#[test]
fn the_recommended_stack_passes() {
    assert_eq!(ids(&probe(Guard::recommended())), [""; 0]);
}

#[test]
fn what_is_switched_off_is_found() {
    let report = probe(Guard::recommended().sanitize(|layer| layer.mode(Mode::Off)));
    assert_eq!(
        ids(&report),
        ["injection-passed", "injection-passed", "prompt-unlimited"]
    );
    let report = probe(Guard::recommended().redact_layer(|layer| layer.mode(Mode::Observe)));
    let found = ids(&report);
    assert!(
        found.contains(&"reply-unredacted") && found.contains(&"stream-unredacted"),
        "{found:?}"
    );
}
