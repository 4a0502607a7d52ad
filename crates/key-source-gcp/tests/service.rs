//! The source against a server that speaks the REST protocol of Secret Manager as it is documented:
//! `versions/V:access`, `versions?filter=state:ENABLED` in pages, and errors of google.rpc.Status.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use google_cloud_auth::credentials::{anonymous, user_account};
use key_source_gcp::GcpSource;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tower_mistral_key_rotation::source::{KeySource, SourceErrorKind, Sources};

const SECRET: &str = "projects/acme/secrets/mistral-api-key";

/// What the service knows and what it was asked.
#[derive(Default)]
struct Service {
    /// By number: the state and what is stored.
    versions: BTreeMap<u64, (&'static str, &'static str)>,
    /// What every question is answered with.
    fault: Option<(u16, &'static str)>,
    is_slow: bool,
    /// What is wrong with the payload.
    spoil: Option<fn(&mut Value)>,
    asked: Vec<String>,
    authorization: Vec<String>,
}

type Shared = Arc<Mutex<Service>>;

struct Server {
    url: String,
    service: Shared,
}

impl Server {
    async fn start(versions: &[(u64, &'static str, &'static str)]) -> Self {
        let versions = versions
            .iter()
            .map(|(number, state, data)| (*number, (*state, *data)));
        let service: Shared = Arc::new(Mutex::new(Service {
            versions: versions.collect(),
            ..Service::default()
        }));
        let router = Router::new().fallback(answer).with_state(service.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, service }
    }

    fn source(&self, name: &str) -> GcpSource {
        let source = GcpSource::new(name).unwrap().endpoint(&self.url).unwrap();
        source.credentials(anonymous::Builder::new().build())
    }

    fn set(&self, change: impl FnOnce(&mut Service)) {
        change(&mut self.service.lock().unwrap());
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.service.lock().unwrap().asked)
    }
}

async fn answer(State(service): State<Shared>, request: Request) -> Response {
    let (path, query) = (request.uri().path().to_owned(), request.uri().query());
    let query = query.unwrap_or_default().to_owned();
    if path == "/token" {
        return Json(
            json!({"access_token": "canary-access", "expires_in": 3600, "token_type": "Bearer"}),
        )
        .into_response();
    }
    let (fault, is_slow) = {
        let mut service = service.lock().unwrap();
        service
            .asked
            .push(path.trim_start_matches("/v1/").to_owned());
        let authorization = request.headers().get("authorization");
        let shown = authorization.map(|value| value.to_str().unwrap().to_owned());
        service.authorization.extend(shown);
        (service.fault, service.is_slow)
    };
    if is_slow {
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
    if let Some((code, status)) = fault {
        return error(code, status, "canary-message");
    }
    let service = service.lock().unwrap();
    let versions = format!("/v1/{SECRET}/versions");
    if path == versions {
        return list(&service, &query);
    }
    let version = path.strip_prefix(&format!("{versions}/"));
    match version.and_then(|version| version.strip_suffix(":access")) {
        Some(version) => access(&service, version),
        None => error(404, "NOT_FOUND", "no such place"),
    }
}

fn access(service: &Service, version: &str) -> Response {
    let number = match version {
        "latest" => service.versions.keys().last().copied(),
        number => number.parse().ok(),
    };
    let found = number.and_then(|number| Some((number, service.versions.get(&number)?)));
    let Some((number, (state, data))) = found else {
        return error(404, "NOT_FOUND", "Secret Version not found");
    };
    let name = format!("projects/123/secrets/mistral-api-key/versions/{number}");
    if *state != "ENABLED" {
        let message = format!("Secret Version [{name}] is in {state} state.");
        return error(400, "FAILED_PRECONDITION", &message);
    }
    let crc = crc32c::crc32c(data.as_bytes()).to_string();
    let mut payload = json!({"data": base64(data.as_bytes()), "dataCrc32c": crc});
    if let Some(spoil) = service.spoil {
        spoil(&mut payload);
    }
    Json(json!({"name": name, "payload": payload})).into_response()
}

/// One version a page, the newest first; the filter is left to the caller.
fn list(service: &Service, query: &str) -> Response {
    assert!(query.contains("filter=state%3AENABLED"), "{query}");
    let token = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("pageToken="));
    let at: usize = token.unwrap_or_default().parse().unwrap_or_default();
    let (number, (state, _)) = service.versions.iter().rev().nth(at).unwrap();
    let name = format!("projects/123/secrets/mistral-api-key/versions/{number}");
    let mut page = json!({"versions": [{"name": name, "state": state}]});
    if at + 1 < service.versions.len() {
        page["nextPageToken"] = json!((at + 1).to_string());
    }
    Json(page).into_response()
}

fn error(code: u16, status: &str, message: &str) -> Response {
    let error = json!({"error": {"code": code, "status": status, "message": message}});
    (StatusCode::from_u16(code).unwrap(), Json(error)).into_response()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let three = bytes.chunks(3).flat_map(|chunk| {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        (0..4).map(move |i| match i > chunk.len() {
            true => '=',
            false => char::from(DIGITS[(bits >> (18 - 6 * i)) as usize & 63]),
        })
    });
    three.collect()
}

/// Keys as `key@version`, or what went wrong.
async fn read(source: &GcpSource) -> Result<Vec<String>, (SourceErrorKind, String)> {
    let specs = source.fetch().await;
    let specs = specs.map_err(|error| (error.kind(), format!("{error} {error:?}")))?;
    let shown = specs.iter().map(|spec| {
        let id = spec.version_id().unwrap();
        format!("{}@{id}", spec.material().expose_secret())
    });
    Ok(shown.collect())
}

#[tokio::test]
async fn the_latest_version_is_read_or_the_one_that_is_pinned() {
    let server = Server::start(&[(1, "ENABLED", "one"), (2, "ENABLED", "two\nthree\n")]).await;
    let latest = server.source(SECRET);
    assert_eq!(
        read(&latest).await.unwrap(),
        ["two@versions/2", "three@versions/2"]
    );
    assert_eq!(server.asked(), [format!("{SECRET}/versions/latest:access")]);
    let pinned = server.source(&format!("{SECRET}/versions/1"));
    assert_eq!(read(&pinned).await.unwrap(), ["one@versions/1"]);

    server.set(|service| {
        service.versions.insert(3, ("ENABLED", "four"));
    });
    assert_eq!(read(&latest).await.unwrap(), ["four@versions/3"]);
    assert_eq!(read(&pinned).await.unwrap(), ["one@versions/1"]);
}

#[tokio::test]
async fn a_disabled_version_falls_back_to_the_newest_enabled_one() {
    let versions = [
        (1, "ENABLED", "one"),
        (2, "ENABLED", "two"),
        (9, "DISABLED", "nine"),
        (10, "DESTROYED", ""),
    ];
    let server = Server::start(&versions).await;
    assert_eq!(
        read(&server.source(SECRET)).await.unwrap(),
        ["two@versions/2"]
    );
    let pinned = server.source(&format!("{SECRET}/versions/9"));
    assert_eq!(read(&pinned).await.unwrap(), ["two@versions/2"]);

    server.set(|service| service.versions.retain(|number, _| *number > 2));
    let (kind, error) = read(&pinned).await.unwrap_err();
    assert_eq!(kind, SourceErrorKind::Empty);
    assert!(error.contains("no version of it is enabled"), "{error}");
}

#[tokio::test]
async fn failures_have_a_reason_and_tell_nothing() {
    let server = Server::start(&[(1, "ENABLED", "canary-key")]).await;
    let source = server.source(SECRET);
    let table = [
        (403, "PERMISSION_DENIED", SourceErrorKind::Denied, 1),
        (404, "NOT_FOUND", SourceErrorKind::Missing, 1),
        (429, "RESOURCE_EXHAUSTED", SourceErrorKind::Throttled, 1),
        (401, "UNAUTHENTICATED", SourceErrorKind::Denied, 1),
        (500, "INTERNAL", SourceErrorKind::Unavailable, 1),
        // What is known to pass is tried once more.
        (503, "UNAVAILABLE", SourceErrorKind::Unavailable, 2),
    ];
    for (code, status, expected, tries) in table {
        server.set(|service| service.fault = Some((code, status)));
        let (kind, error) = read(&source).await.unwrap_err();
        assert_eq!((kind, server.asked().len()), (expected, tries), "{status}");
        assert!(
            error.contains(SECRET) && !error.contains("canary"),
            "{error}"
        );
    }
    server.set(|service| service.fault = None);
    let spoilt: [(fn(&mut Value), &str); 5] = [
        (
            |payload| payload["dataCrc32c"] = json!("1"),
            "CRC32C is wrong",
        ),
        (
            |payload| payload["data"] = json!(base64(b"canary-kez")),
            "CRC32C is wrong",
        ),
        (
            |payload| drop(payload.as_object_mut().unwrap().remove("dataCrc32c")),
            "without a CRC32C",
        ),
        (|payload| *payload = Value::Null, "without a payload"),
        (
            |payload| *payload = json!("canary"),
            "no answer of Secret Manager",
        ),
    ];
    for (spoil, what) in spoilt {
        server.set(|service| service.spoil = Some(spoil));
        let (kind, error) = read(&source).await.unwrap_err();
        assert_eq!(kind, SourceErrorKind::Corrupt, "{what}");
        assert!(error.contains(what) && !error.contains("canary"), "{error}");
    }
    server.set(|service| service.spoil = None);
    assert_eq!(read(&source).await.unwrap(), ["canary-key@versions/1"]);

    let nowhere = GcpSource::new(SECRET)
        .unwrap()
        .endpoint("http://127.0.0.1:9")
        .unwrap();
    let nowhere = nowhere.credentials(anonymous::Builder::new().build());
    assert_eq!(
        read(&nowhere).await.unwrap_err().0,
        SourceErrorKind::Unavailable
    );
}

#[tokio::test]
async fn a_slow_service_does_not_hold_up_the_start() {
    let server = Server::start(&[(1, "ENABLED", "one")]).await;
    server.set(|service| service.is_slow = true);
    let sources = Sources::new().with(server.source(SECRET));
    let error = sources
        .fetch_timeout(Duration::from_millis(300))
        .start()
        .await
        .unwrap_err();
    assert_eq!(error.errors()[0].kind(), SourceErrorKind::TimedOut);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn the_token_of_the_credentials_goes_along_and_shows_nowhere() {
    let server = Server::start(&[(1, "ENABLED", "one")]).await;
    let credentials = user_account::Builder::new(json!({
        "type": "authorized_user",
        "client_id": "canary-id",
        "client_secret": "canary-secret",
        "refresh_token": "canary-refresh",
        "token_uri": format!("{}/token", server.url),
    }));
    let source = server
        .source(SECRET)
        .credentials(credentials.build().unwrap());
    assert_eq!(read(&source).await.unwrap(), ["one@versions/1"]);
    let seen = server.service.lock().unwrap().authorization.clone();
    assert_eq!(seen, ["Bearer canary-access"]);
    assert!(!format!("{source:?}").contains("canary"));
}
