//! Keys in environment variables.

use std::{borrow::Cow, env, time::Duration};

use secrecy::SecretString;

use super::{KeySource, SourceError, SourceErrorKind, parse_keys};
use crate::{BoxFuture, KeySpec};

/// The environment: `MISTRAL_API_KEY`, and `MISTRAL_API_KEYS` as a list with commas. A process's
/// environment does not change from outside, so this source is read at the start and for a suspicion
/// only.
#[derive(Clone, Debug)]
pub struct EnvSource {
    name: String,
    variables: Vec<Cow<'static, str>>,
    group: Cow<'static, str>,
}

impl EnvSource {
    /// The variables that are read if no other is named.
    pub const VARIABLES: [&'static str; 2] = ["MISTRAL_API_KEY", "MISTRAL_API_KEYS"];

    /// The keys of both [`VARIABLES`](Self::VARIABLES); one of them is enough.
    pub fn new() -> Self {
        Self::of(Self::VARIABLES.map(Cow::Borrowed).to_vec())
    }

    /// The keys of this variable: one, or several with commas.
    pub fn variable(variable: impl Into<Cow<'static, str>>) -> Self {
        Self::of(vec![variable.into()])
    }

    /// The organisation that the keys belong to, where nothing else stands beside a key.
    #[must_use]
    pub fn group(mut self, group: impl Into<Cow<'static, str>>) -> Self {
        self.group = group.into();
        self
    }

    fn of(variables: Vec<Cow<'static, str>>) -> Self {
        Self {
            name: format!("env {}", variables.join(" or ")),
            variables,
            group: Cow::Borrowed(""),
        }
    }

    fn read(&self) -> Result<Vec<KeySpec>, SourceError> {
        let error = |kind| SourceError::new(&self.name, kind);
        let mut found = Vec::new();
        let mut is_set = false;
        for variable in &self.variables {
            let Some(value) = env::var_os(&**variable) else {
                continue;
            };
            is_set = true;
            let text = value.into_string().map_err(|_| {
                let detail = format!("{variable} is not Unicode");
                error(SourceErrorKind::Other).with_detail(detail)
            })?;
            match parse_keys(&SecretString::from(text), &self.group) {
                Ok(specs) => {
                    let id = |spec: KeySpec| spec.id(variable.clone());
                    found.extend(specs.into_iter().map(id));
                }
                Err(SourceErrorKind::Empty) => {}
                Err(kind) => return Err(error(kind).with_detail(format!("in {variable}"))),
            }
        }
        match (found.is_empty(), is_set) {
            (false, _) => Ok(found),
            (true, true) => Err(error(SourceErrorKind::Empty)),
            (true, false) => Err(error(SourceErrorKind::Unset)),
        }
    }
}

impl Default for EnvSource {
    fn default() -> Self {
        Self::new()
    }
}

impl KeySource for EnvSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn fetch(&self) -> BoxFuture<'_, Result<Vec<KeySpec>, SourceError>> {
        Box::pin(async { self.read() })
    }

    fn refresh_every(&self) -> Duration {
        Duration::MAX
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn several_variables_are_one_source() {
        // Cargo sets these for tests.
        let names = [
            "TOWER_MISTRAL_NO_SUCH",
            "CARGO_PKG_NAME",
            "CARGO_PKG_VERSION",
        ];
        let specs = EnvSource::of(names.map(Cow::Borrowed).to_vec())
            .read()
            .unwrap();
        let keys: Vec<_> = specs
            .iter()
            .map(|spec| spec.material().expose_secret())
            .collect();
        assert_eq!(
            keys,
            ["tower-mistral-key-rotation", env!("CARGO_PKG_VERSION")]
        );
        assert_eq!(specs.first().unwrap().version_id(), Some("CARGO_PKG_NAME"));
    }

    #[test]
    fn errors_name_the_variable_and_never_its_value() {
        let error = EnvSource::variable("TOWER_MISTRAL_NO_SUCH")
            .read()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "env TOWER_MISTRAL_NO_SUCH is not set; it should hold an API key"
        );
        // A sentence is no key.
        let error = EnvSource::variable("CARGO_PKG_DESCRIPTION")
            .read()
            .unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("CARGO_PKG_DESCRIPTION has something after the key at position 1"));
        assert!(!shown.contains("KeyRotationLayer"), "{shown}");
    }
}
