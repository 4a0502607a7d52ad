//! What a configuration may say, and what is said about one that is wrong.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{fs, path::PathBuf, process::Command};

use mistral_guard::config::{
    Config, ModeName, OverLimitName, RedactConfig, SanitizeConfig, Size, WrapName,
};

const EXAMPLE: &str = include_str!("../mistral-guard.example.toml");

/// The example with all its options switched on.
fn uncommented() -> String {
    let is_option = |line: &str| {
        let key = line
            .strip_prefix('#')
            .and_then(|line| line.split_once(" = "));
        key.is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    };
    let line = |line: &str| {
        if is_option(line) {
            line[1..].to_owned()
        } else {
            line.to_owned()
        }
    };
    EXAMPLE.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_cannot_be_inspected_is_told_apart_by_reason() {
    for text in [
        "[redact]\non_uninspectable = \"scan\"",
        "[sanitize]\non_uninspectable = { unsupported_media = \"pass\", not_json = \"scan\" }",
        "[redact]\nwith = [\"DATE_TIME\"]\nshow = { DATE_TIME = \"mask\" }\nmax_findings = { US_SSN = 0 }\nmax_leak_hits = 2",
        "[redact]\nprofile = \"rag\"\nall_images = true\nallow_hosts = [\"*.acme.com\"]\nend_blocked_streams = true",
        "[redact]\nprofile = \"code\"\ncanaries = [\"CANARY-7f3a9b21c4\"]\nmax_findings = { TRIPWIRE = 0, X = 1 }\n\
            [[redact.patterns]]\nentity = \"X\"\npattern = \"x-[0-9]{3,}\"\nshow = \"<x>\"\n\
            [[redact.patterns]]\nentity = \"Y\"\ntexts = [\"blue heron\"]",
    ] {
        Config::parse("guard.toml", text).unwrap().check().unwrap();
    }
    for text in [
        "[redact]\non_uninspectable = \"ignore\"",
        "[sanitize]\non_uninspectable = { odd = \"pass\" }",
    ] {
        let error = Config::parse("guard.toml", text).unwrap_err().to_string();
        assert!(
            error.contains("on_uninspectable") && !error.contains("odd"),
            "{error}"
        );
    }
}

#[test]
fn the_example_tells_the_defaults() {
    assert_eq!(
        Config::parse("example", EXAMPLE).unwrap(),
        Config::default()
    );

    let mut all = Config::parse("example", &uncommented()).unwrap();
    all.check().unwrap();
    // Where there is no default, or the preset decides, the example shows a value.
    assert!(all.server.health_listen.take().is_some());
    assert!(all.server.admin_listen.take().is_some());
    assert!(all.audit_log.dir.take().is_some() && all.audit_log.key_file.take().is_some());
    let preset = SanitizeConfig {
        max_chars: Some(200_000),
        over_limit: Some(OverLimitName::Refuse),
        wrap: Some(WrapName::None),
        max_messages: Some(1_000),
        max_total_chars: Some(2_000_000),
        wrap_key_env: Some("MISTRAL_GUARD_WRAP_KEY".to_owned().try_into().unwrap()),
        max_body: Some(Size(32 << 20)),
        ..SanitizeConfig::default()
    };
    assert_eq!(std::mem::take(&mut all.sanitize), preset);
    let sizes = RedactConfig {
        max_reply: Some(Size(32 << 20)),
        max_event: Some(Size(1 << 20)),
        max_hold: Some(Size(4096)),
        protect_system_text: Some(ModeName::Observe),
        max_leak_hits: Some(3),
        ..RedactConfig::default()
    };
    assert_eq!(std::mem::take(&mut all.redact), sizes);
    assert_eq!(all, Config::default());
}

#[test]
fn the_example_has_every_key() {
    let all = uncommented();
    for section in [
        "server",
        "upstream",
        "keys",
        "guard",
        "sanitize",
        "redact",
        "log",
        "audit_log",
    ] {
        let error = Config::parse("f", &format!("[{section}]\nno_such_key = 1")).unwrap_err();
        let error = error.to_string();
        let (_, expected) = error.split_once("expected ").unwrap();
        let body = all.split(&format!("\n[{section}]\n")).nth(1).unwrap();
        let body = format!("\n{}", body.split("\n[").next().unwrap());
        for key in expected.split('`').skip(1).step_by(2) {
            let set = format!("\n{key} = ");
            assert!(body.contains(&set), "{section}.{key} is not in the example");
        }
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let table = [
        (
            "[server]\nlistne = 1",
            "f, line 2, server.listne: unknown field `listne`",
        ),
        ("typo = 1", "f, line 1, typo: unknown field `typo`"),
        (
            "[server]\n\nlisten = \"here\"",
            "f, line 3, server.listen: ",
        ),
        (
            "[server]\nmax_connections = -1",
            "f, line 2, server.max_connections: ",
        ),
        (
            "[server]\nheader_timeout = 5",
            "f, line 2, server.header_timeout: ",
        ),
        (
            "[server]\nheader_timeout = \"5\"",
            "server.header_timeout: a time is",
        ),
        (
            "[upstream]\nurl = \"api.mistral.ai\"",
            "upstream.url: an origin has the form",
        ),
        (
            "[upstream]\nurl = \"https://api.mistral.ai/v1\"",
            "upstream.url: an origin has no path",
        ),
        (
            "[upstream]\nurl = \"ftp://api.mistral.ai\"",
            "upstream.url: the scheme",
        ),
        (
            "[keys]\nmax_replay = \"8 MB\"",
            "keys.max_replay: a size is",
        ),
        (
            "[redact]\nwith = [\"DATES\"]",
            "redact: no rule finds DATES",
        ),
        (
            "[redact]\ncanaries = [\"short\"]",
            "redact: a secret of fewer than 12 characters",
        ),
        (
            "[[redact.patterns]]\nentity = \"X\"\npattern = \"a.*b\"",
            "redact.patterns: `X`: it repeats without end",
        ),
        (
            "[[redact.patterns]]\nentity = \"X\"",
            "redact.patterns: `X` needs either a pattern or texts",
        ),
        (
            "[redact]\nprofile = \"bot\"",
            "redact.profile: unknown variant",
        ),
        (
            "[redact]\nwithout = [\"US_SSN\"]\nmax_findings = { US_SSN = 1 }",
            "redact.max_findings: unknown rule `US_SSN`",
        ),
        (
            "[guard]\npreset = \"basic\"\n[redact]\nrules = { CREDIT_CARD = \"off\" }",
            "redact.rules: unknown rule `CREDIT_CARD`",
        ),
        (
            "[guard]\nmode = \"enforced\"",
            "guard.mode: unknown variant",
        ),
        (
            "[guard]\npreset = \"strict\"",
            "guard.preset: unknown variant",
        ),
        (
            "[sanitize]\non_block = { text = \"x\" }",
            "sanitize.on_block: unknown variant",
        ),
        (
            "[[sanitize.phrases]]\nphrase = \"x\"",
            "f, line 1: missing field `name`",
        ),
        ("[redact]\nallow = \"x\"", "redact.allow: invalid type"),
        ("[server]\nlisten = ", "f, line 2, server.listen: "),
        // What only the whole can tell.
        (
            "[server]\nmax_connections = 0",
            "server.max_connections: must be",
        ),
        (
            "[server]\nallowed_hosts = [\"a b\"]",
            "server.allowed_hosts: a host",
        ),
        (
            "[upstream]\nurl = \"http://api.mistral.ai\"",
            "upstream.url: plain http",
        ),
        (
            "[keys]\norigins = [\"https://example.com\"]",
            "keys.origins: the upstream is not",
        ),
        ("[sanitize]\nmax_chars = 0", "sanitize.max_chars: must be"),
        (
            "[sanitize]\nrules = { overide = \"off\" }",
            "sanitize.rules: unknown rule `overide`",
        ),
        (
            "[redact]\nrules = { email = \"off\" }",
            "redact.rules: unknown rule `email`",
        ),
        (
            "[redact]\nmax_hold = 1",
            "redact: a hold of 1 bytes is too small",
        ),
        (
            "[redact]\nreplacements = { US_SSN = \"\" }",
            "redact: the replacement of US_SSN",
        ),
        (
            "[[sanitize.phrases]]\nname = \"n\"\nphrase = \"\"\naction = \"flag\"",
            "sanitize.phrases: ",
        ),
        ("[log]\nfilter = \"a=b=c\"", "log.filter: "),
    ];
    for (text, expected) in table {
        let error = Config::parse("f", text)
            .and_then(|config| config.check())
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{text:?}: {error}");
    }
}

#[test]
fn a_misplaced_secret_is_not_shown() {
    let secret = "Qh7Zk2mXw9LpT4vRb8NcY3sWd6FgJ1aU";
    let lines = [
        format!("api_key = \"{secret}\""),
        format!("[keys]\nenv = \"{secret}\""),
        format!("[server]\ntoken_env = \"{secret}\""),
        format!("[upstream]\nurl = \"https://me:{secret}@api.mistral.ai\""),
        format!("[server]\nlisten = \"{secret}\""),
    ];
    for text in lines {
        let error = Config::parse("f", &text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(secret), "{text:?}");
    }
}

#[test]
fn every_option_can_be_set() {
    let text = r#"
        [guard]
        preset = "basic"
        mode = "observe"
        [sanitize]
        on_block = { reply = "No." }
        rules = { max-chars = "off", code-name = "observe" }
        [[sanitize.phrases]]
        name = "code-name"
        phrase = "project bluebird"
        action = "block"
        [redact]
        allow = ["support@acme.com"]
        rules = { SCRIPT = "off" }
        replacements = { EMAIL_ADDRESS = "<e-mail>" }
        [upstream]
        url = "http://gateway.internal:8080"
        dangerous_plain_http = true
        [keys]
        rotate_every = "never"
    "#;
    let config = Config::parse("f", text).unwrap();
    config.check().unwrap();
    assert_eq!(config.guard.mode, ModeName::Observe);
}

/// A file that is gone when the test ends.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let path = dir.join(format!("{name}-{}.toml", std::process::id()));
        fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn check_config(file: &File, more: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
    command.env_remove("MISTRAL_API_KEY").env_remove("RUST_LOG");
    let output = command
        .args(["serve", "--check-config", "--config"])
        .arg(&file.0)
        .args(more)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn the_program_checks_and_stops() {
    let good = File::new("good", "[guard]\nmode = \"observe\"\n");
    let (success, out, err) = check_config(&good, &[]);
    assert!(success, "{err}");
    assert_eq!(
        (out.as_str(), err.as_str()),
        ("configuration is valid\n", "")
    );

    let bad = File::new("bad", "[guard]\nmoed = \"observe\"\n");
    let (success, out, err) = check_config(&bad, &[]);
    assert!(!success && out.is_empty());
    assert!(
        err.contains("line 2, guard.moed: unknown field `moed`"),
        "{err}"
    );
}

#[test]
fn the_command_line_wins() {
    let plain = File::new("plain", "[upstream]\nurl = \"http://gateway.internal\"\n");
    let (success, _, err) = check_config(&plain, &[]);
    assert!(!success && err.contains("upstream.url"), "{err}");
    let (success, _, err) = check_config(&plain, &["--upstream", "https://api.mistral.ai"]);
    assert!(success, "{err}");
}

#[test]
fn a_missing_key_is_named() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
    command
        .env_remove("MISTRAL_API_KEY")
        .args(["serve", "--listen", "127.0.0.1:0"]);
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(
        err.contains("MISTRAL_API_KEY or MISTRAL_API_KEYS is not set"),
        "{err}"
    );
}

#[test]
fn keys_come_from_where_the_file_says() {
    let sources = |text: &str| Config::parse("f", text).unwrap().check();
    let all = EXAMPLE.lines().filter_map(|line| line.strip_prefix("#   "));
    let all = all.filter(|line| !line.contains("phrase"));
    let all: Vec<_> = all.take_while(|line| !line.contains("name = ")).collect();
    let text = all.join("\n");
    assert_eq!(text.matches("[[keys.sources]]").count(), 4, "{text}");
    let checked = sources(&text);
    if cfg!(feature = "gcp") {
        checked.unwrap();
        let error = sources("[[keys.sources]]\nfrom = \"gcp\"\nsecret = \"canary\"").unwrap_err();
        let error = error.to_string();
        assert!(
            error.starts_with("keys.sources: a secret is named projects/"),
            "{error}"
        );
        assert!(!error.contains("canary"));
    } else {
        let error = checked.unwrap_err().to_string();
        assert!(error.contains("--features gcp"), "{error}");
    }
    for (text, what) in [
        ("[[keys.sources]]\nfrom = \"file\"", "missing field `path`"),
        (
            "[[keys.sources]]\nfrom = \"env\"\nkey = \"x\"",
            "unknown field `key`",
        ),
        ("[[keys.sources]]\npath = \"x\"", "missing field `from`"),
        (
            "[[keys.sources]]\nfrom = \"vault\"",
            "expected one of `env`, `file`, `dir`, `gcp`",
        ),
        (
            "[[keys.sources]]\nfrom = \"env\"\nvariable = \"canary\"",
            "in capitals",
        ),
    ] {
        let error = Config::parse("f", text).unwrap_err().to_string();
        assert!(error.contains(what) && !error.contains("canary"), "{error}");
    }
}

#[test]
fn screening_is_told_apart_by_role() {
    let text = r#"
        [sanitize]
        max_role_chars = { tool_result = 100 }
        max_messages = 10
        system_messages = "refuse"
        system_message = "Be kind."
        safe_prompt = true
        guardrails = '[{"block_on_error":true}]'
        wrap = "delimiters"
        nonce = "conversation"
        wrap_sentence = false
        rules = { max-messages = "observe", untrusted-wrap = "off" }
        [sanitize.roles.tool_result]
        flag = 0
        block = 0.9
        instead_of_filter = "block"
        [sanitize.roles.user]
        filter = "never"
        most = "flag"
        categories = { template-token = { block = 0.5 } }
        [[sanitize.allow]]
        pattern = "system prompt"
        reason = "our product"
        until = "2031-12-24"
        [[sanitize.allow]]
        text = "Ignore all previous instructions."
        reason = "a test"
    "#;
    Config::parse("f", text).unwrap().check().unwrap();
    let wrong = [
        ("[sanitize.roles.tool]\nflag = 1", "unknown role"),
        ("[sanitize.roles.user]\nblok = 1", "blok"),
        ("[sanitize.roles.user]\nblock = 1.5", "between 0 and 1"),
        (
            "[sanitize.roles.user]\nblock = \"often\"",
            "between 0 and 1",
        ),
        (
            "[sanitize.roles.user]\ncategories = { odd = {} }",
            "sanitize.roles.user.categories",
        ),
        (
            "[sanitize]\nmax_messages = 0",
            "sanitize.max_messages: must be",
        ),
        (
            "[sanitize]\nmax_total_chars = 0",
            "sanitize.max_total_chars: must be",
        ),
        (
            "[sanitize]\nmax_role_chars = { user = 9 }",
            "sanitize.max_role_chars: the limit",
        ),
        ("[sanitize]\nguardrails = \"{}\"", "sanitize.guardrails: "),
        (
            "[sanitize]\nsystem_messages = \"no\"",
            "sanitize.system_messages",
        ),
        ("[sanitize]\nnonce = \"day\"", "sanitize.nonce"),
        (
            "[sanitize]\nwrap = \"datamark\"\nwrap_key_env = \"NO_SUCH_VARIABLE_HERE\"",
            "sanitize.wrap_key_env: it is not set",
        ),
        (
            "[sanitize]\nwrap = \"datamark\"\nwrap_key_env = \"PATH_OR_A_SECRET-1\"",
            "sanitize.wrap_key_env",
        ),
        ("[[sanitize.allow]]\ntext = \"x\"", "reason"),
        (
            "[[sanitize.allow]]\ntext = \"x\"\nreason = \" \"",
            "sanitize.allow: ",
        ),
        (
            "[[sanitize.allow]]\nreason = \"x\"",
            "sanitize.allow: an entry has a text",
        ),
        (
            "[[sanitize.allow]]\ntext = \"x\"\nreason = \"x\"\nuntil = \"soon\"",
            "sanitize.allow: until: ",
        ),
    ];
    for (text, expected) in wrong {
        let read = Config::parse("f", text).and_then(|config| config.check());
        let error = read.unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
        assert!(!error.contains("SECRET-1"), "{error}");
    }
}
