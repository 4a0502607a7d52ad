//! Who may call: whoever shows the token.

use std::{env, error::Error, fmt};

use http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::config::{EnvName, ServerConfig};

/// The shortest token that is taken, in characters.
const MIN_LEN: usize = 16;

/// The callers that are let in.
#[derive(Clone, Debug)]
pub(crate) enum Callers {
    /// Those who show this token; whether it was made at this start.
    Token { token: SecretString, is_made: bool },
    /// Everybody.
    Anybody,
}

impl Callers {
    /// By the configuration: the given token, that of the environment, the one that was made before,
    /// or a new one.
    pub(crate) fn new(
        config: &ServerConfig,
        given: Option<String>,
        made: Option<&str>,
    ) -> Result<Self, TokenError> {
        if config.insecure_no_auth {
            return Ok(Self::Anybody);
        }
        let name = &config.token_env;
        let token = match given {
            Some(token) => Some(token),
            None => from_env(name)?,
        };
        let Some(token) = token else {
            let token = match made {
                Some(made) => made.to_owned(),
                None => generate().map_err(|_| TokenError::NoRandomness)?,
            };
            return Ok(Self::Token {
                token: token.into(),
                is_made: true,
            });
        };
        check(&token).map_err(|what| TokenError::Bad(name.clone(), what))?;
        Ok(Self::Token {
            token: token.into(),
            is_made: false,
        })
    }

    /// Whether a caller with these headers is let in.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> bool {
        let Self::Token { token, .. } = self else {
            return true;
        };
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (given.next(), given.next()) else {
            return false;
        };
        let Some((scheme, shown)) = split(value.as_bytes()) else {
            return false;
        };
        scheme.eq_ignore_ascii_case(b"bearer")
            && bool::from(shown.ct_eq(token.expose_secret().as_bytes()))
    }

    /// The token, if it was made at this start and somebody has to be told.
    pub(crate) fn shown(&self) -> Option<SecretString> {
        match self {
            Self::Token { token, .. } => Some(token.clone()),
            Self::Anybody => None,
        }
    }

    pub(crate) fn is_made(&self) -> bool {
        matches!(self, Self::Token { is_made: true, .. })
    }
}

/// A token of 32 random bytes, in hexadecimal digits.
fn generate() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn from_env(name: &EnvName) -> Result<Option<String>, TokenError> {
    match env::var(name.as_str()) {
        Ok(token) => Ok(Some(token.trim().to_owned()).filter(|token| !token.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(TokenError::Bad(name.clone(), "is not Unicode")),
    }
}

fn check(token: &str) -> Result<(), &'static str> {
    if token.len() < MIN_LEN {
        return Err("has fewer than 16 characters: too easy to guess");
    }
    match token.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        true => Ok(()),
        false => Err("has characters that cannot stand in a header"),
    }
}

fn split(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = value.iter().position(|b| *b == b' ')?;
    let (scheme, rest) = value.split_at_checked(space)?;
    Some((scheme, rest.trim_ascii()))
}

/// What is wrong with the token of callers; never shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// The variable holds something that is no good as a token.
    Bad(EnvName, &'static str),
    /// The system has no randomness to make one of.
    NoRandomness,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(name, what) => write!(f, "the callers' token in {name} {what}"),
            Self::NoRandomness => f.write_str("the system has no randomness to make a token of"),
        }
    }
}

impl Error for TokenError {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_opens() {
        let token = "0123456789abcdef";
        let callers = Callers::new(&ServerConfig::default(), Some(token.into()), None).unwrap();
        let table = [
            (vec!["Bearer 0123456789abcdef"], true),
            (vec!["bearer  0123456789abcdef"], true),
            (vec!["Bearer 0123456789abcdeF"], false),
            (vec!["Bearer 0123456789abcde"], false),
            (vec!["Bearer "], false),
            (vec!["Basic 0123456789abcdef"], false),
            (vec!["0123456789abcdef"], false),
            (vec![], false),
            (vec!["Bearer 0123456789abcdef", "Bearer x"], false),
        ];
        for (values, admitted) in table {
            let mut headers = HeaderMap::new();
            for value in &values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            assert_eq!(callers.admit(&headers), admitted, "{values:?}");
        }
    }

    #[test]
    fn tokens_are_strong_and_show_nowhere() {
        let (one, two) = (generate().unwrap(), generate().unwrap());
        assert_eq!(one.len(), 64);
        assert_ne!(one, two);
        for weak in ["short", "with a\nline break in it"] {
            let error =
                Callers::new(&ServerConfig::default(), Some(weak.into()), None).unwrap_err();
            assert!(error.to_string().contains("MISTRAL_GUARD_TOKEN"), "{error}");
            assert!(!format!("{error} {error:?}").contains(weak));
        }
        let callers = Callers::new(&ServerConfig::default(), Some(one.clone()), None).unwrap();
        assert!(!format!("{callers:?}").contains(&one));
    }
}
