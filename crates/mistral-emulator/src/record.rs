//! What the emulator was sent.

use std::fmt;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};

/// One request as it arrived, also one that was refused.
#[derive(Clone)]
#[non_exhaustive]
pub struct Received {
    /// The method.
    pub method: Method,
    /// The request target as it stood on the wire: not decoded, not normalised, query included.
    pub path: String,
    /// The bearer token of `authorization`, known or not.
    pub key: Option<String>,
    /// All header fields.
    pub headers: HeaderMap,
    /// The body as it arrived, still encoded if it was sent so.
    pub body: Bytes,
}

impl Received {
    pub(crate) fn new(parts: &Parts, body: Bytes) -> Self {
        Self {
            method: parts.method.clone(),
            path: parts
                .uri
                .path_and_query()
                .map_or("/", |target| target.as_str())
                .to_owned(),
            key: bearer(&parts.headers).map(str::to_owned),
            headers: parts.headers.clone(),
            body,
        }
    }

    /// The path without the query.
    pub(crate) fn bare_path(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// Prints no key, no query, no header value and no text: tests print this when they fail.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.keys().map(http::HeaderName::as_str).collect();
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("path", &self.bare_path())
            .field("has_key", &self.key.is_some())
            .field("headers", &headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

#[derive(Default)]
pub(crate) struct Recorder {
    received: Mutex<Vec<Received>>,
}

impl Recorder {
    pub(crate) fn push(&self, received: Received) {
        self.lock().push(received);
    }

    pub(crate) fn all(&self) -> Vec<Received> {
        self.lock().clone()
    }

    pub(crate) fn take(&self) -> Vec<Received> {
        mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Received>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
