//! What a guard is told, as an auditor reads it.

use std::{fs, path::Path};

use mistral_audit::{Finding, Place, Report, Rule};
use tower_mistral::wire::BoxError;

use super::age;
use crate::config::{Config, ModeName, UninspectableConfig, UninspectableName};

/// Looks at a file and at who may change it.
pub(super) fn file(path: &Path, shown: &str) -> Result<Report, BoxError> {
    let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let mut report = Report::default();
    let findings = &mut report.findings;
    match Config::parse(shown, &text).and_then(|config| config.check().map(|()| config)) {
        Ok(config) => {
            findings.extend(check(&config, shown));
            age::look(&config, shown, &mut report)?;
        }
        // The message names keys and no values.
        Err(error) => findings.push(Finding::new(
            Rule::CONFIG_INVALID,
            Place::file(shown),
            error.to_string(),
        )),
    }
    if is_writable_by_others(path) {
        let finding = Finding::new(Rule::CONFIG_WRITABLE, Place::file(shown), "");
        report.findings.push(finding);
    }
    Ok(report)
}

/// What speaks against a configuration that stands in `path`.
#[must_use]
pub fn check(config: &Config, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |rule: &'static Rule, key: &str| {
        findings.push(Finding::new(rule, Place::file(path), key));
    };
    let server = &config.server;
    if !server.listen.ip().is_loopback() {
        say(Rule::LISTENS_PUBLICLY, "server.listen");
    }
    if server.insecure_no_auth {
        say(Rule::NO_AUTH, "server.insecure_no_auth");
    }
    if server
        .admin_listen
        .is_some_and(|door| !door.0.ip().is_loopback())
    {
        say(Rule::ADMIN_PUBLIC, "server.admin_listen");
    }
    if config.upstream.dangerous_plain_http {
        say(Rule::PLAIN_UPSTREAM, "upstream.dangerous_plain_http");
    }
    if config.keys.rotate_every.0 == std::time::Duration::MAX {
        say(Rule::NO_ROTATION, "keys.rotate_every");
    }
    if is_verbose(&config.log.filter) {
        say(Rule::LOG_VERBOSE, "log.filter");
    }
    layers(config, &mut say);
    findings
}

fn layers(config: &Config, say: &mut impl FnMut(&'static Rule, &str)) {
    let (guard, sanitize, redact) = (&config.guard, &config.sanitize, &config.redact);
    for (key, own, off, observes, rules) in [
        (
            "sanitize",
            sanitize.mode,
            Rule::SCREENING_OFF,
            Rule::SCREENING_OBSERVES,
            &sanitize.rules,
        ),
        (
            "redact",
            redact.mode,
            Rule::REDACTION_OFF,
            Rule::REDACTION_OBSERVES,
            &redact.rules,
        ),
    ] {
        let is = |mode| guard.mode == mode || own == mode;
        let which = if own == ModeName::Enforce {
            "guard.mode".to_owned()
        } else {
            format!("{key}.mode")
        };
        if is(ModeName::Off) {
            say(off, &which);
        } else if is(ModeName::Observe) {
            say(observes, &which);
        }
        for (rule, mode) in rules {
            if *mode != ModeName::Enforce {
                say(observes, &format!("{key}.rules.{rule}"));
            }
        }
    }
    for entity in redact
        .without
        .iter()
        .filter(|entity| SECRETS.contains(&entity.as_str()))
    {
        say(Rule::REDACTION_GAPS, &format!("redact.without: {entity}"));
    }
    for (key, policy) in [
        ("sanitize.on_uninspectable", &sanitize.on_uninspectable),
        ("redact.on_uninspectable", &redact.on_uninspectable),
    ] {
        let passes = match policy {
            UninspectableConfig::All(name) => *name == UninspectableName::Pass,
            UninspectableConfig::Each(each) => {
                each.values().any(|name| *name == UninspectableName::Pass)
            }
        };
        if passes {
            say(Rule::FAILS_OPEN, key);
        }
    }
}

/// The entities of secrets.
const SECRETS: &[&str] = &["API_TOKEN", "SECRET", "PRIVATE_KEY", "URL_CREDENTIALS"];

/// A level for all targets below `info`.
fn is_verbose(filter: &str) -> bool {
    filter.split(',').any(|directive| {
        matches!(
            directive.trim().to_ascii_lowercase().as_str(),
            "debug" | "trace"
        )
    })
}

#[cfg(unix)]
fn is_writable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o022 != 0)
}

/// Permissions are not modes elsewhere.
#[cfg(not(unix))]
fn is_writable_by_others(_: &Path) -> bool {
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        let config = Config::parse("t", text).unwrap();
        config.check().unwrap();
        check(&config, "t")
            .iter()
            .map(|f| format!("{} {}", f.rule.id, f.detail))
            .collect()
    }

    #[test]
    fn the_defaults_are_sound() {
        assert_eq!(ids(""), [""; 0]);
    }

    #[test]
    fn each_weakness_is_named_by_its_key() {
        for (text, expected) in [
            (
                "[server]\nlisten = \"0.0.0.0:8484\"",
                "listens-publicly server.listen",
            ),
            (
                "[server]\ninsecure_no_auth = true",
                "no-auth server.insecure_no_auth",
            ),
            (
                "[server]\nadmin_listen = \"0.0.0.0:9000\"",
                "admin-public server.admin_listen",
            ),
            (
                "[upstream]\ndangerous_plain_http = true",
                "plain-upstream upstream.dangerous_plain_http",
            ),
            (
                "[keys]\nrotate_every = \"never\"",
                "no-rotation keys.rotate_every",
            ),
            ("[log]\nfilter = \"trace\"", "log-verbose log.filter"),
            ("[sanitize]\nmode = \"off\"", "screening-off sanitize.mode"),
            (
                "[sanitize]\nmode = \"observe\"",
                "screening-observes sanitize.mode",
            ),
            ("[redact]\nmode = \"off\"", "redaction-off redact.mode"),
            (
                "[redact.rules]\nIBAN_CODE = \"off\"",
                "redaction-observes redact.rules.IBAN_CODE",
            ),
            (
                "[redact]\nwithout = [\"SECRET\"]",
                "redaction-gaps redact.without: SECRET",
            ),
            (
                "[redact]\non_uninspectable = \"pass\"",
                "fails-open redact.on_uninspectable",
            ),
        ] {
            assert_eq!(ids(text), [expected], "{text}");
        }
        let both = ids("[guard]\nmode = \"off\"");
        assert_eq!(
            both,
            ["screening-off guard.mode", "redaction-off guard.mode"]
        );
    }
}
