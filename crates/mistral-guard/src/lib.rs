//! A ready-made guard in front of the Mistral AI API, for any SDK in any language.
//!
//! `mistral-guard serve` is an HTTP server that callers use in the place of the API: prompts are
//! screened, replies are redacted (streams too), keys are lent and rotated, and the log holds
//! metadata, never content. `mistral-guard demo` shows it on real exchanges without a key and
//! without a network. `mistral-guard redact` is the redactor as a filter for any text,
//! `mistral-guard screen` tells prompt injection in one, and `mistral-guard compare` what other rules
//! would change. `mistral-guard audit` looks through a project for keys that are written down and for
//! wiring that gives something away. The logic is
//! in the layers of [`tower_mistral`] and its engines; this crate is the plumbing.
//!
//! ```
//! use mistral_guard::{config::Config, serve::Server};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut config = Config::default();
//! config.server.listen = "127.0.0.1:0".parse()?;
//! config.upstream.demo = true; // the built-in emulator
//! let running = Server::new(config).token("a token for our callers").start().await?;
//! println!("callers use http://{}", running.addr());
//! running.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees of `serve`
//!
//! - No call goes on without the caller's token, unless [`insecure_no_auth`] is set. The caller's
//!   `Authorization` never reaches the API, our key never reaches the caller.
//! - The path that was classified is the path that is sent, byte for byte.
//! - A reply that breaks in mid-stream breaks the caller's connection: a cut stream never looks
//!   like a whole one.
//! - Pages of other origins cannot use it through a visitor's browser: foreign `Host`, cross-site
//!   `Origin`, and upstream's cookies and CORS permissions are refused or dropped.
//! - A configuration that is read again, on SIGHUP, is in force as a whole or not at all.
//! - On Linux no other process of the user reads the memory of the program, and a crash leaves no core
//!   file.
//!
//! # Non-guarantees
//!
//! - It speaks HTTP/1.1 without TLS to its callers: keep it on loopback, or behind something that
//!   ends TLS.
//! - It takes no proxy from the environment (`HTTPS_PROXY` and the like).
//!
//! [`insecure_no_auth`]: config::ServerConfig::insecure_no_auth

#![forbid(unsafe_code)]

pub mod audit;
pub mod audit_log;
pub mod cli;
pub mod compare;
pub mod config;
pub mod demo;
mod input;
pub mod logging;
pub mod metrics;
pub mod redact;
pub mod screen;
pub mod serve;
