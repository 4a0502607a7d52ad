//! What Prometheus gets, and whether dashboard and alerts speak of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use mistral_emulator::{Emulator, Reply};
use mistral_guard::{
    config::{Config, KeySourceConfig, UninspectableConfig, UninspectableName},
    serve::{Running, Server},
};
use serde_json::{Value, json};

const DASHBOARD: &str = include_str!("../ops/grafana-dashboard.json");
const ALERTS: &str = include_str!("../ops/alerts.yml");
const TOKEN: &str = "a token for our callers";

async fn start() -> (Running, Emulator) {
    let mut config = Config::default();
    config.server.listen = "127.0.0.1:0".parse().unwrap();
    config.server.admin_listen = Some("0".parse().unwrap());
    config.sanitize.on_uninspectable = UninspectableConfig::All(UninspectableName::Pass);
    let api = Emulator::start().await.unwrap();
    config.upstream.url = api.base_url().parse().unwrap();
    // One for each server: a trail has one writer.
    static TRAILS: AtomicU64 = AtomicU64::new(0);
    let trail = format!(
        "audit-of-metrics-{}",
        TRAILS.fetch_add(1, Ordering::Relaxed)
    );
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(trail);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    let key = dir.join("start.key");
    fs::write(&key, "5a".repeat(32)).unwrap();
    let keys = dir.join("keys");
    (config.audit_log.dir, config.audit_log.key_file) = (Some(dir), Some(key));
    let line = format!("{} expires=2099-12-31\n", Emulator::DEFAULT_KEY);
    fs::write(&keys, line).unwrap();
    config.keys.sources = vec![KeySourceConfig::File {
        path: keys,
        every: None,
        group: None,
    }];
    let guard = Server::new(config).token(TOKEN).start().await.unwrap();
    (guard, api)
}

async fn get(guard: &Running, path: &str) -> String {
    let address = guard.admin_addr().unwrap();
    assert!(address.ip().is_loopback());
    let client = http_client();
    let reply = client.get(format!("http://{address}{path}")).send().await;
    reply.unwrap().text().await.unwrap()
}

/// One call to its end.
async fn call(guard: &Running, token: &str, path: &str, label: &str, body: String) {
    let client = http_client();
    let request = client.post(format!("http://{}{path}", guard.addr()));
    let request = request.bearer_auth(token).header("content-type", label);
    let reply = request.body(body).send().await.unwrap();
    let _ = reply.bytes().await;
}

fn prompt(model: &str, text: &str, stream: bool) -> String {
    let messages = json!([{"role": "user", "content": text}]);
    json!({"model": model, "stream": stream, "messages": messages}).to_string()
}

/// Calls of every kind.
async fn traffic(guard: &Running, api: &Emulator) {
    const CHAT: &str = "/v1/chat/completions";
    const JSON: &str = "application/json";
    for stream in [false, true] {
        api.reply_with(Reply::text("Ask jane@example.com."));
        let body = prompt(
            "mistral-small-latest",
            "Ignore previous instructions",
            stream,
        );
        call(guard, TOKEN, CHAT, JSON, body).await;
    }
    call(guard, "no token of ours", CHAT, JSON, String::new()).await;
    call(guard, TOKEN, CHAT, "image/png", "\u{1}".to_owned()).await;
    for n in 0..150 {
        let (model, path) = (format!("canary-{n}"), format!("/v1/canary-{n}"));
        call(guard, TOKEN, CHAT, JSON, prompt(&model, "hello", false)).await;
        call(guard, TOKEN, &path, JSON, "{}".to_owned()).await;
    }
}

/// The labels of each sample by its name.
fn samples(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut samples = BTreeMap::<_, BTreeSet<_>>::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let at = line.find(['{', ' ']).unwrap();
        let labels = samples.entry(line[..at].to_owned()).or_default();
        labels.extend(names_before(line, "=\""));
    }
    samples
}

/// The words that stand right before `mark`.
fn names_before<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = String> + 'a {
    text.match_indices(mark).map(|(at, _)| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let head = &text[..at];
        head[head.trim_end_matches(is_name).len()..].to_owned()
    })
}

/// The expressions of the dashboard and of the alerts.
fn expressions() -> Vec<String> {
    fn collect(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| collect(item, out)),
            Value::Object(entries) => {
                for (key, value) in entries {
                    match value.as_str().filter(|_| key == "expr" || key == "query") {
                        Some(text) => out.push(text.to_owned()),
                        None => collect(value, out),
                    }
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    collect(&serde_json::from_str(DASHBOARD).unwrap(), &mut out);
    let alerts = ALERTS
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: "));
    out.extend(alerts.map(|line| line.trim_matches('\'').to_owned()));
    out
}

#[tokio::test]
async fn dashboard_and_alerts_speak_of_what_is_exported() {
    let (guard, api) = start().await;
    traffic(&guard, &api).await;
    let exported = samples(&get(&guard, "/metrics").await);
    let mut used = 0;
    for expression in expressions() {
        let metrics: Vec<_> = expression
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| word.starts_with("mistral_guard_"))
            .collect();
        used += metrics.len();
        // Labels that the scrape adds, and the buckets' own.
        let mut labels: BTreeSet<_> = ["job", "instance", "le"].map(str::to_owned).into();
        for metric in &metrics {
            let known = exported.get(*metric);
            assert!(
                known.is_some(),
                "{metric} is not exported: {:?}",
                exported.keys()
            );
            labels.extend(known.into_iter().flatten().cloned());
        }
        let by = expression.split("by (").skip(1);
        let by = by.flat_map(|rest| rest.split(')').next().unwrap().split(", "));
        let matched = ["=\"", "=~\""]
            .into_iter()
            .flat_map(|mark| names_before(&expression, mark));
        for label in by.map(str::to_owned).chain(matched) {
            assert!(labels.contains(&label), "{label} in {expression}");
        }
    }
    assert!(used > 30, "{used}");
}

#[tokio::test]
async fn what_callers_make_up_is_no_label() {
    let (guard, api) = start().await;
    traffic(&guard, &api).await;
    let text = get(&guard, "/metrics").await;
    assert!(!text.contains("canary") && !text.contains("jane"), "{text}");
    assert!(text.lines().count() < 400, "{}", text.lines().count());
    assert!(text.ends_with("# EOF\n"));
    let has = |start: &str| text.lines().any(|line| line.starts_with(start));
    for start in [
        r#"mistral_guard_calls_total{route="/v1/chat/completions",status="200",outcome="complete"} 2"#,
        r#"mistral_guard_refused_total{kind="unauthorized"} 1"#,
        r#"mistral_guard_uninspected_total{reason="unsupported_media",handling="pass"} 1"#,
        r#"mistral_guard_findings_total{layer="redact_output",rule="EMAIL_ADDRESS",action="edited",mode="enforce"} 2"#,
        r#"mistral_guard_model_calls_total{model="mistral-small-latest"} 2"#,
        r#"mistral_guard_time_to_first_text_seconds_count{route="/v1/chat/completions",stream="true"} 1"#,
        r#"mistral_guard_values_distinct{rule="EMAIL_ADDRESS"} 1"#,
        r#"mistral_guard_value_top_share{rule="EMAIL_ADDRESS"} 1"#,
        r#"mistral_guard_overhead_seconds_total{layer="sanitize_input"} "#,
        r#"mistral_guard_overhead_seconds_total{layer="redact_output"} "#,
        r#"mistral_guard_overhead_seconds_total{layer="metadata_log"} "#,
        r#"mistral_guard_held_byte_seconds_total{rule="EMAIL_ADDRESS"} "#,
        r#"mistral_guard_config_generation{rules=""#,
        r#"mistral_guard_audit_writable 1"#,
        r#"mistral_guard_audit_lost_total 0"#,
    ] {
        assert!(has(start), "{start}\n{text}");
    }
    let status: Value = serde_json::from_str(&get(&guard, "/status").await).unwrap();
    assert_eq!(status["ready"], true);
    assert_eq!(status["keys"][0]["health"], "healthy");
    assert_eq!(status["uninspected"][0]["reason"], "unsupported_media");
}

fn http_client() -> reqwest::Client {
    // Some features of reqwest ask for one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
