//! Where `serve` takes its keys from, as whoever runs it sees it: real files, real signals.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use mistral_emulator::{Emulator, Reply};
use mistral_guard::{config::Config, serve::Server};
use serde_json::{Value, json};

const TOKEN: &str = "canary-token-canary-token";
const OLD: &str = "canary-old-key";
const NEW: &str = "canary-new-key";

/// A directory that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let path = path.join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn replace(&self, name: &str, text: &str) -> PathBuf {
        let (new, path) = (self.0.join(".new"), self.0.join(name));
        fs::write(&new, text).unwrap();
        fs::rename(new, &path).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `mistral-guard serve` as a process that does not outlive its test.
struct Process {
    child: Child,
    addr: String,
    admin: String,
    log: Arc<Mutex<String>>,
}

impl Process {
    fn start(config: &PathBuf, more: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mistral-guard"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "0"]);
        command
            .arg("--config")
            .arg(config)
            .args(["--log-format", "json"]);
        command.env_remove("MISTRAL_API_KEY").env_remove("RUST_LOG");
        command
            .env("MISTRAL_GUARD_TOKEN", TOKEN)
            .envs(more.iter().copied());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, written) = (child.stderr.take().unwrap(), Arc::clone(&log));
        thread::spawn(move || {
            for line in BufReader::new(lines).lines() {
                *written.lock().unwrap() += &format!("{}\n", line.unwrap());
            }
        });
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut after = |mark: &str| {
            let line = out.find_map(|line| line.ok().filter(|line| line.contains(mark)));
            let line = line.unwrap_or_else(|| panic!("{}", log.lock().unwrap()));
            let (_, rest) = line.split_once("http://").unwrap();
            rest.split(['/', ' ']).next().unwrap().to_owned()
        };
        let (addr, admin) = (after("listens on"), after("metrics"));
        Self {
            child,
            addr,
            admin,
            log,
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits until the log says so.
    fn logs(&self, what: &str) {
        let began = Instant::now();
        while !self.log.lock().unwrap().contains(what) {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "{}",
                self.log.lock().unwrap()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    async fn status(&self) -> Value {
        serde_json::from_str(&self.admin("/status").await).unwrap()
    }

    async fn admin(&self, path: &str) -> String {
        let client = http_client();
        let url = format!("http://{}{path}", self.admin);
        client.get(url).send().await.unwrap().text().await.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One call: its status, and what the model says.
async fn call(addr: impl std::fmt::Display, token: &str) -> (u16, String) {
    let messages = json!([{"role": "user", "content": "hello"}]);
    let body = json!({"model": "mistral-small-latest", "messages": messages}).to_string();
    let client = http_client();
    let request = client.post(format!("http://{addr}/v1/chat/completions"));
    let request = request
        .bearer_auth(token)
        .header("content-type", "application/json");
    let reply = request.body(body).send().await.unwrap();
    let status = reply.status().as_u16();
    let body: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap_or_default();
    let text = body["choices"][0]["message"]["content"].as_str();
    (status, text.unwrap_or_default().to_owned())
}

async fn api(key: &str) -> Emulator {
    let api = Emulator::builder().key(key).start().await.unwrap();
    api.reply_always(Reply::text("Ask jane@example.com."));
    api
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_takes_a_good_configuration_and_no_other() {
    let folder = Folder::new("sighup");
    let api = api(OLD).await;
    let key = folder.replace("key", OLD);
    let config = |more: &str| {
        let text = format!(
            "[upstream]\nurl = {:?}\n[[keys.sources]]\nfrom = \"file\"\npath = {key:?}\ngroup = \"acme\"\n{more}",
            api.base_url()
        );
        folder.replace("guard.toml", &text)
    };
    // Nobody listens there: a proxy that the environment names gets no key, since none is used.
    let proxy = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"];
    let proxy = proxy.map(|name| (name, "http://127.0.0.1:9"));
    let mut guard = Process::start(&config(""), &proxy);
    let answer = |text: &str| (200, text.to_owned());
    assert_eq!(call(&guard.addr, TOKEN).await, answer("Ask [EMAIL]."));

    for bad in [
        "[redact.replacements]\nEMAIL_ADDRESS = 1",
        "[redact.replacements]\nEMAIL_ADDRESS = \"[GONE]\"\n[[keys.sources]]\nfrom = \"file\"",
        "[redact.replacements]\nEMAIL_ADDRESS = \"[GONE]\"\n[sanitize.rules]\nno_such_rule = \"off\"",
    ] {
        guard.log.lock().unwrap().clear();
        config(bad);
        guard.signal("-HUP");
        guard.logs("the configuration of before stays in force");
        assert_eq!(
            call(&guard.addr, TOKEN).await,
            answer("Ask [EMAIL]."),
            "{bad}"
        );
    }
    // Neither is one whose sources give no key.
    let away = folder.replace("away", "");
    guard.log.lock().unwrap().clear();
    fs::rename(&key, &away).unwrap();
    config("");
    guard.signal("-HUP");
    guard.logs("the configuration of before stays in force");
    assert_eq!(call(&guard.addr, TOKEN).await, answer("Ask [EMAIL]."));

    // A new key, and the old one is revoked: the file is read at once, whatever the interval.
    api.keys().allow(NEW);
    folder.replace("key", NEW);
    config("every = \"1h\"\n[redact.replacements]\nEMAIL_ADDRESS = \"[GONE]\"");
    guard.signal("-HUP");
    guard.logs("the configuration was read again");
    api.keys().revoke(OLD);
    assert_eq!(call(&guard.addr, TOKEN).await, answer("Ask [GONE]."));
    assert_eq!(api.received().last().unwrap().key.as_deref(), Some(NEW));

    let status = guard.status().await;
    let (source, key) = (&status["sources"][0], &status["keys"][0]);
    assert_eq!(
        (&source["keys"], &source["error"]),
        (&json!(1), &Value::Null)
    );
    assert!(source["name"].as_str().unwrap().starts_with("file /"));
    assert_eq!(
        (&key["group"], &key["health"]),
        (&json!("acme"), &json!("healthy"))
    );
    let metrics = guard.admin("/metrics").await;
    assert!(
        metrics.contains("mistral_guard_key_source_stale{source=\"file /"),
        "{metrics}"
    );

    if cfg!(target_os = "linux") {
        let limits = fs::read_to_string(format!("/proc/{}/limits", guard.child.id())).unwrap();
        let core = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .unwrap();
        assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    }
    guard.signal("-TERM");
    assert!(guard.child.wait().unwrap().success());
    let log = guard.log.lock().unwrap();
    for text in [&*log, &metrics, &status.to_string()] {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn a_reload_remembers_which_keys_are_dead() {
    let folder = Folder::new("remembers");
    let api = api(NEW).await;
    let key = folder.replace("key", &format!("{OLD}\n{NEW}"));
    let text = format!(
        "[upstream]\nurl = {:?}\n[[keys.sources]]\nfrom = \"file\"\npath = {key:?}\ngroup = \"acme\"",
        api.base_url()
    );
    let config = || {
        let mut config = Config::parse("f", &text).unwrap();
        config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.server.admin_listen = Some(mistral_guard::config::Door(SocketAddr::from((
            [127, 0, 0, 1],
            0,
        ))));
        config
    };
    let guard = Server::new(config()).token(TOKEN).start().await.unwrap();
    let url = format!("http://{}/status", guard.admin_addr().unwrap());
    let keys = || async {
        let text = http_client().get(&url).send().await.unwrap().text().await;
        let status: Value = serde_json::from_str(&text.unwrap()).unwrap();
        let keys = status["keys"].as_array().unwrap().clone();
        let seen = |key: &Value| {
            let fields = ["fingerprint", "health", "lent", "rejected", "group"];
            fields.map(|field| key[field].to_string())
        };
        keys.iter().map(seen).collect::<Vec<_>>()
    };
    assert_eq!(call(guard.addr(), TOKEN).await.0, 200);
    let before = keys().await;
    assert_eq!(before[0][1..4], ["\"quarantined\"", "1", "1"]);
    guard.reload(config()).await.unwrap();
    assert_eq!(keys().await, before);
    assert_eq!(call(guard.addr(), TOKEN).await.0, 200);
    let asked: Vec<_> = api
        .received()
        .into_iter()
        .map(|call| call.key.unwrap())
        .collect();
    let to_old = asked.iter().filter(|key| *key == OLD);
    assert_eq!(
        to_old.count(),
        1,
        "a dead key costs one failed call: {}",
        asked.len()
    );
}

#[tokio::test]
async fn a_key_that_was_replaced_at_its_source_costs_no_failed_call() {
    let folder = Folder::new("replaced");
    let api = api(OLD).await;
    let key = folder.replace("key", OLD);
    let text = format!(
        "[upstream]\nurl = {:?}\n[[keys.sources]]\nfrom = \"file\"\npath = {key:?}\nevery = \"1h\"",
        api.base_url()
    );
    let mut config = Config::parse("f", &text).unwrap();
    config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let guard = Server::new(config).token(TOKEN).start().await.unwrap();
    assert!(
        guard
            .banner()
            .contains(&format!("1 key from file {}", key.display()))
    );
    assert_eq!(call(guard.addr(), TOKEN).await.0, 200);

    api.keys().allow(NEW);
    api.keys().revoke(OLD);
    folder.replace("key", NEW);
    // It is looked for when the API rejects the one there was.
    assert_eq!(call(guard.addr(), TOKEN).await.0, 200);
    assert_eq!(api.received().last().unwrap().key.as_deref(), Some(NEW));
}

/// Tokens, and one version of a secret, for a process that has but its configuration and
/// `GOOGLE_APPLICATION_CREDENTIALS`.
#[cfg(feature = "gcp")]
#[tokio::test(flavor = "multi_thread")]
async fn keys_come_from_secret_manager_by_default_credentials() {
    use std::io::{Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let google = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let count = stream.read(&mut head).unwrap();
            let head = String::from_utf8_lossy(&head[..count]).to_lowercase();
            let body = if head.starts_with("post /token") {
                json!({"access_token": "canary-access", "expires_in": 3600, "token_type": "Bearer"})
            } else {
                assert!(
                    head.contains("authorization: bearer canary-access"),
                    "{head}"
                );
                // "canary-old-key"
                let payload = json!({"data": "Y2FuYXJ5LW9sZC1rZXk=", "dataCrc32c": "1194971275"});
                json!({"name": "projects/1/secrets/s/versions/4", "payload": payload})
            };
            let body = body.to_string();
            let length = body.len();
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json";
            write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        }
    });
    let folder = Folder::new("gcp");
    let credentials = json!({
        "type": "authorized_user", "client_id": "canary", "client_secret": "canary",
        "refresh_token": "canary", "token_uri": format!("{google}/token"),
    });
    let credentials = folder.replace("adc.json", &credentials.to_string());
    let api = api(OLD).await;
    let text = format!(
        "[upstream]\nurl = {:?}\n[[keys.sources]]\nfrom = \"gcp\"\nsecret = \"projects/p/secrets/s\"\n\
         endpoint = {google:?}",
        api.base_url()
    );
    let config = folder.replace("guard.toml", &text);
    let credentials = credentials.to_str().unwrap();
    let guard = Process::start(&config, &[("GOOGLE_APPLICATION_CREDENTIALS", credentials)]);
    assert_eq!(call(&guard.addr, TOKEN).await.0, 200);
    let status = guard.status().await;
    assert_eq!(status["keys"][0]["id"], "versions/4");
    assert_eq!(
        status["sources"][0]["name"],
        "gcp projects/p/secrets/s/versions/latest"
    );
    assert!(!guard.log.lock().unwrap().contains("canary"));
}

fn http_client() -> reqwest::Client {
    // Some features of reqwest ask for one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
