//! What a guard is told: the file, with the command line on top.
//!
//! Every key is described in `mistral-guard.example.toml`, next to this crate's manifest.

mod build;
mod error;
mod keys;
mod sanitize;
mod screening;
mod sections;
mod value;

use std::path::Path;

use serde::Deserialize;

pub use self::{
    error::ConfigError,
    screening::{
        AllowConfig, CategoryConfig, NonceName, RoleConfig, RoleName, Score, SystemMessagesName,
        VerdictName,
    },
    sections::{
        ActionName, AuditLogConfig, GuardConfig, KeySourceConfig, KeysConfig, LogConfig, LogFormat,
        OnBlockConfig, OnFailureName, OverLimitName, PatternConfig, PhraseConfig, Preset,
        ProfileName, RedactConfig, SanitizeConfig, ServerConfig, ShowName, UninspectableConfig,
        UninspectableName, UpstreamConfig, WrapName,
    },
    value::{Door, EnvName, ModeName, Origin, ReasonName, Size, Span},
};

/// A whole configuration. [`Default`] is what an empty file means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where callers come in, and who may.
    pub server: ServerConfig,
    /// Where calls go.
    pub upstream: UpstreamConfig,
    /// Where the API keys come from.
    pub keys: KeysConfig,
    /// What holds for screening and redaction together.
    pub guard: GuardConfig,
    /// Screening of requests.
    pub sanitize: SanitizeConfig,
    /// Redaction of replies.
    pub redact: RedactConfig,
    /// The log on stderr.
    pub log: LogConfig,
    /// The audit trail.
    pub audit_log: AuditLogConfig,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is wrong: see [`parse`](Self::parse).
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::read(&name, &error))?;
        Self::parse(&name, &text)
    }

    /// Reads the text of a file that is called `name`.
    ///
    /// # Errors
    ///
    /// It is not TOML, has a key that does not exist, or a value that a key cannot have: file,
    /// line, key and what is wrong. The value is not shown, since it may be a misplaced secret.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::toml(name, text, &error))
    }
}
