//! Where keys come from.

use std::{borrow::Cow, env, error::Error, ffi::OsString, fmt, time::SystemTime};

use secrecy::{ExposeSecret, SecretString};

use crate::{ApiKey, KeyClass, KeyFault, KeySpec};

/// The name of a source of keys. It is read, and its keys are checked, by
/// [`KeyRotationLayer::new`](crate::KeyRotationLayer::new): so a `Keys` can be handed through
/// builders, and what is wrong with it is told in one place.
#[derive(Clone)]
pub struct Keys(Source);

#[derive(Clone)]
enum Source {
    Env(Cow<'static, str>),
    Given(Vec<SecretString>),
}

impl Keys {
    /// How many keys a ring may have.
    pub const MAX: usize = 1024;

    /// The keys in an environment variable, usually `MISTRAL_API_KEY`: one, or several separated
    /// by commas. White space around a key does not count, a key given twice counts once.
    pub fn env(variable: impl Into<Cow<'static, str>>) -> Self {
        Self(Source::Env(variable.into()))
    }

    /// These keys, for instance from a secret manager; a key given twice counts once. Not for
    /// keys that are written into source code.
    pub fn new<K: Into<SecretString>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self(Source::Given(keys.into_iter().map(Into::into).collect()))
    }

    /// Reads the source and checks the keys.
    pub(crate) fn resolve(self) -> Result<Vec<Checked>, KeysError> {
        let (origin, given) = match self.0 {
            Source::Env(variable) => {
                let given = read_env(env::var_os(&*variable));
                (Origin::Env(variable), given)
            }
            Source::Given(keys) => (Origin::Given, Ok(keys)),
        };
        let given = given.map(|keys| keys.into_iter().map(KeySpec::new).collect());
        given
            .and_then(check)
            .map_err(|kind| KeysError { origin, kind })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Env(variable) => write!(f, "Keys(environment variable {variable})"),
            Source::Given(keys) => write!(f, "Keys({} given)", keys.len()),
        }
    }
}

/// A key that can stand in a header, with what its source says of it.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) key: ApiKey,
    pub(crate) id: Option<Cow<'static, str>>,
    pub(crate) group: Cow<'static, str>,
    pub(crate) class: KeyClass,
    pub(crate) expires_at: Option<SystemTime>,
}

impl Checked {
    fn new(spec: KeySpec) -> Result<Self, KeyFault> {
        Ok(Self {
            key: ApiKey::new(spec.material)?,
            id: spec.id,
            group: spec.group,
            class: spec.class,
            expires_at: spec.expires_at,
        })
    }

    /// Checks what a source says.
    pub(crate) fn list(specs: Vec<KeySpec>) -> Result<Vec<Self>, KeysError> {
        let origin = Origin::Given;
        check(specs).map_err(|kind| KeysError { origin, kind })
    }
}

/// A source of keys that is of no use: its name and what is wrong, never what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeysError {
    origin: Origin,
    kind: KeysErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Env(Cow<'static, str>),
    Given,
}

impl KeysError {
    /// What is wrong.
    pub fn kind(&self) -> KeysErrorKind {
        self.kind
    }
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Env(variable) => write!(f, "the environment variable {variable} ")?,
            Origin::Given => f.write_str("the list of API keys ")?,
        }
        match self.kind {
            KeysErrorKind::Missing => f.write_str("is not set; it should hold an API key"),
            KeysErrorKind::Empty => f.write_str("is empty; it should hold an API key"),
            KeysErrorKind::NotUnicode => f.write_str("is not Unicode"),
            KeysErrorKind::TooMany => write!(f, "has more than {} keys", Keys::MAX),
            KeysErrorKind::Key { number, fault } => {
                write!(f, "has a bad key at position {number}: {fault}")
            }
        }
    }
}

impl Error for KeysError {}

/// What is wrong with a source of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeysErrorKind {
    /// The environment variable is not set.
    Missing,
    /// There is no key.
    Empty,
    /// The environment variable is not Unicode.
    NotUnicode,
    /// There are more keys than [`Keys::MAX`].
    TooMany,
    /// One of the keys is no key.
    Key {
        /// Which one, counted from 1.
        number: usize,
        /// What is wrong with it.
        fault: KeyFault,
    },
}

fn read_env(value: Option<OsString>) -> Result<Vec<SecretString>, KeysErrorKind> {
    let value = value.ok_or(KeysErrorKind::Missing)?;
    let value = value.into_string().map_err(|_| KeysErrorKind::NotUnicode)?;
    let value = SecretString::from(value);
    if value.expose_secret().trim().is_empty() {
        return Err(KeysErrorKind::Empty);
    }
    let keys = value.expose_secret().split(',').map(str::trim);
    Ok(keys.map(SecretString::from).collect())
}

fn check(given: Vec<KeySpec>) -> Result<Vec<Checked>, KeysErrorKind> {
    if given.is_empty() {
        return Err(KeysErrorKind::Empty);
    }
    if given.len() > Keys::MAX {
        return Err(KeysErrorKind::TooMany);
    }
    let mut keys: Vec<Checked> = Vec::with_capacity(given.len());
    for (at, spec) in given.into_iter().enumerate() {
        let number = at + 1;
        let checked = Checked::new(spec).map_err(|fault| KeysErrorKind::Key { number, fault })?;
        if !keys.iter().any(|known| known.key.is_same(&checked.key)) {
            keys.push(checked);
        }
    }
    Ok(keys)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn env_value(value: Option<&str>) -> Result<Vec<String>, KeysErrorKind> {
        let keys = read_env(value.map(OsString::from))?;
        let keys = check(keys.into_iter().map(KeySpec::new).collect())?;
        let texts = keys.iter().map(|it| it.key.secret().expose_secret());
        Ok(texts.map(str::to_owned).collect())
    }

    #[test]
    fn a_variable_holds_a_key_or_a_list() {
        let key = |number, fault| Err(KeysErrorKind::Key { number, fault });
        let table = [
            (None, Err(KeysErrorKind::Missing)),
            (Some(""), Err(KeysErrorKind::Empty)),
            (Some(" \n"), Err(KeysErrorKind::Empty)),
            (Some("one\n"), Ok(vec!["one"])),
            (Some("one, two,one"), Ok(vec!["one", "two"])),
            (Some("one,,two"), key(2, KeyFault::Empty)),
            (
                Some("one,t wo"),
                key(2, KeyFault::NotVisibleAscii { at: 2 }),
            ),
        ];
        for (value, expected) in table {
            let expected =
                expected.map(|keys: Vec<&str>| keys.iter().map(|k| (*k).into()).collect());
            assert_eq!(env_value(value), expected, "{value:?}");
        }
    }

    #[test]
    fn the_variable_is_read_from_the_environment() {
        // Cargo sets this one for tests.
        let keys = Keys::env("CARGO_PKG_NAME").resolve().unwrap();
        assert_eq!(keys.len(), 1);
        assert!(
            keys[0]
                .key
                .is_same(&ApiKey::new("tower-mistral-key-rotation").unwrap())
        );
    }

    #[test]
    fn errors_name_the_source_and_never_the_value() {
        let error = Keys::env("TOWER_MISTRAL_NO_SUCH_VARIABLE")
            .resolve()
            .unwrap_err();
        assert_eq!(error.kind(), KeysErrorKind::Missing);
        assert_eq!(
            error.to_string(),
            "the environment variable TOWER_MISTRAL_NO_SUCH_VARIABLE is not set; \
             it should hold an API key"
        );
        let keys = Keys::new(["canary-1", "canary 2"]);
        let shown = format!("{keys:?}");
        let error = keys.resolve().unwrap_err();
        assert!(
            error.to_string().contains("position 2: character 7"),
            "{error}"
        );
        let shown = format!("{shown} {error} {error:?}");
        assert!(!shown.contains("canary"), "{shown}");
        let none: [&str; 0] = [];
        assert_eq!(
            Keys::new(none).resolve().unwrap_err().kind(),
            KeysErrorKind::Empty
        );
    }
}
