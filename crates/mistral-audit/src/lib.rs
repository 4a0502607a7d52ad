//! Tells whether a project that talks to the Mistral AI API is set up safely.
//!
//! Three ways to look, each behind a feature, with one [`Report`]:
//!
//! | feature | what is looked at |
//! |---|---|
//! | `scan` | [`Scan`](scan::Scan): a tree of files, for keys that are written down and for wiring that gives something away |
//! | `history` | the same in what Git remembers, and which files of environment variables it knows |
//! | `probe` | [`SecurityAudit::probe`](probe::SecurityAudit::probe): your own `tower::Layer`, by what it does with canaries |
//!
//! `mistral-guard audit` is the program around it.
//!
#![cfg_attr(feature = "scan", doc = "```")]
#![cfg_attr(not(feature = "scan"), doc = "```text")]
//! use mistral_audit::{Check, scan::Scan};
//!
//! # fn main() -> std::io::Result<()> {
//! # let root = env!("CARGO_MANIFEST_DIR").to_owned() + "/src/report";
//! let report = Scan::new(root).run()?.report;
//! for outcome in report.checks() {
//!     println!("{}: {}", outcome.name, outcome.passed);
//! }
//! # assert!(report.passed(), "{}", report.to_table());
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! - No report, baseline, error or `Debug` holds a secret. Of one of 20 characters or more the first
//!   two are shown; a fingerprint made with a key tells secrets apart.
//! - Nothing is sent anywhere. Whoever wants to know whether a key is live asks for the keys
//!   ([`Scan::keep_keys`](scan::Scan::keep_keys)) and does so.
//! - Memory is bounded by the largest file that is read, times the threads.
//!
//! # Non-guarantees
//!
//! - A scan reads what is written down; it follows no values through a program. That nothing was
//!   found is no proof. [`Coverage`] says what was not read.
//! - A key of Mistral has no mark of its own (32 letters and digits): it is known by what stands
//!   around it.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod baseline;
mod check;
mod finding;
#[cfg(feature = "probe")]
pub mod probe;
mod report;
mod rule;
#[cfg(feature = "scan")]
pub mod scan;

pub use baseline::{Baseline, BaselineError};
pub use check::{Check, Severity};
pub use finding::{Finding, Place, Trace, Verdict};
pub use report::{Coverage, Outcome, Report};
pub use rule::Rule;
