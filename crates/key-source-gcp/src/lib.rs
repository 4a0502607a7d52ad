//! Keys of the Mistral AI API from Google Cloud Secret Manager.
//!
//! ```no_run
//! use key_source_gcp::GcpSource;
//! use tower_mistral_key_rotation::{KeyRotationLayer, source::Sources};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = GcpSource::new("projects/acme/secrets/mistral-api-key/versions/latest")?;
//! let live = Sources::new().with(secret).start().await?;
//! let layer = KeyRotationLayer::new(live.keys())?;
//! live.feed(&layer.ring()); // after the last option of the layer
//! # Ok(())
//! # }
//! ```
//!
//! The secret holds one key, or one a line; behind a key there may be `expires=2026-12-31` and
//! `group=organisation`. It is asked for every five minutes, and when the API rejects a key.
//!
//! # To rotate a key
//!
//! Make a key at Mistral, `gcloud secrets versions add mistral-api-key --data-file=-`, wait until the
//! processes have it (five minutes, or their metrics), then delete the old key at Mistral. To go back,
//! disable the version: the newest one that is enabled is used then, which needs
//! `secretmanager.versions.list` (`roles/secretmanager.viewer`) beside
//! `secretmanager.versions.access` (`roles/secretmanager.secretAccessor`).
//!
//! # Guarantees
//!
//! - What arrives is what was stored: its CRC32C is compared, and an answer without one is refused.
//! - Errors name the secret and the reason; nothing that the service said is repeated.
//! - The access token goes to `https` endpoints and to loopback addresses in digits only.
//!
//! # Non-guarantees
//!
//! - Google's client keeps the answer in ordinary memory, which is not wiped, and takes a proxy from
//!   the environment (`HTTPS_PROXY`), through which the TLS of the connection passes.
//! - Its TLS is rustls with ring, and the system's certificate authorities: no cmake, no protoc. If
//!   the process has no [default provider](rustls::crypto::CryptoProvider) when a secret is first
//!   asked for, ring becomes it.
//! - Google's client turns on reqwest's `rustls-no-provider` for the whole build. A process that makes
//!   other clients of a reqwest without a TLS of its own has to install a provider before it does;
//!   `tower_mistral_reqwest::client_builder` does with its feature `ring`.
//! - Google's client sets the minimum Rust version of this crate, 1.91.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod name;
mod source;

pub use google_cloud_auth::credentials::Credentials;

pub use self::{
    name::{GcpConfigError, SecretName},
    source::GcpSource,
};
