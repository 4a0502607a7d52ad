#![forbid(unsafe_code)]
//! Finds and redacts personal data, secrets and leaks in text, whole or streamed, with the same
//! result for any cut.

mod builder;
mod edit;
mod machine;
mod redactor;
mod rules;
mod ruleset;
mod stream;
mod view;

pub use self::builder::{ConfigError, RedactorBuilder};
pub use self::edit::{Edit, Entity};
pub use self::redactor::Redactor;
pub use self::rules::Rule;
pub use self::ruleset::RuleSet;
pub use self::stream::{End, Stream};
