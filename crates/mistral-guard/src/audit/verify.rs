//! `--verify`: whether keys that were found still open something.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header, uri::PathAndQuery};
use http_body_util::Empty;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use mistral_audit::{Finding, Verdict, scan::FoundKey};
use tower_mistral::wire::BoxError;

use crate::config::Origin;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Asks about each key once, and writes the answers to its findings.
pub(super) fn ask(
    origin: &Origin,
    keys: &[FoundKey],
    findings: &mut [Finding],
) -> Result<(), BoxError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut verdicts = BTreeMap::new();
    for key in keys {
        if !verdicts.contains_key(key.fingerprint()) {
            let verdict = runtime.block_on(one(origin, key));
            verdicts.insert(key.fingerprint(), verdict);
        }
    }
    for finding in findings {
        let fingerprint = finding
            .secret
            .as_ref()
            .map(|secret| secret.fingerprint.as_str());
        finding.verdict = fingerprint.and_then(|own| verdicts.get(own).copied());
    }
    Ok(())
}

/// No error says more than that there was no answer: it could hold the key.
async fn one(origin: &Origin, key: &FoundKey) -> Verdict {
    let request = Request::get(origin.at(PathAndQuery::from_static("/v1/models")));
    let Ok(mut value) = HeaderValue::try_from(format!("Bearer {}", key.expose())) else {
        return Verdict::Unknown;
    };
    value.set_sensitive(true);
    let request = request
        .header(header::AUTHORIZATION, value)
        .body(Empty::<Bytes>::new());
    let Ok(request) = request else {
        return Verdict::Unknown;
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(provider)
        .expect("ring has what the default versions of TLS need")
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    match tokio::time::timeout(TIMEOUT, client.request(request)).await {
        Ok(Ok(response)) => match response.status() {
            StatusCode::OK => Verdict::Live,
            StatusCode::UNAUTHORIZED => Verdict::Rejected,
            _ => Verdict::Unknown,
        },
        _ => Verdict::Unknown,
    }
}
