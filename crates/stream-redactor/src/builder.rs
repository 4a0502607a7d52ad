//! Changing the recommended rules.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::edit::{Edit, Entity};
use crate::redactor::{Config, Redactor};
use crate::rules::Rule;
use crate::view::{self, MAX_PENDING};

/// Builds a [`Redactor`] from the recommended rules.
///
/// ```
/// use stream_redactor::{Entity, Redactor};
///
/// let redactor = Redactor::builder()
///     .allow("support@acme.com")
///     .replacement(Entity::EMAIL_ADDRESS, "<e-mail>")
///     .without(Entity::US_SSN)
///     .build()?;
/// let text = "Support@acme.com told jane@example.com: 123-45-6789";
/// assert_eq!(redactor.redact(text), "Support@acme.com told <e-mail>: 123-45-6789");
/// # Ok::<(), stream_redactor::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct RedactorBuilder {
    config: Config,
    unknown: Option<Entity>,
}

impl RedactorBuilder {
    /// The smallest hold, in bytes: room for the local part of an address and for the longest
    /// spellings that the view itself holds back.
    pub const MIN_HOLD: usize = 1024;

    pub(crate) fn new() -> Self {
        Self {
            config: Config::default(),
            unknown: None,
        }
    }

    /// Never replaces this exact value, however it is spelled: values are compared in the folded
    /// view. A longer value that contains it is not spared.
    pub fn allow(mut self, value: impl AsRef<str>) -> Self {
        self.config.allowed.push(view::folded(value.as_ref()));
        self
    }

    /// Lets links and images lead to this host whatever they carry: `files.example.com`, or
    /// `*.example.com` for all hosts below a domain. Without a port, and without the scheme. A URL
    /// whose host can be misread is never spared.
    ///
    /// ```
    /// use stream_redactor::Redactor;
    ///
    /// let redactor = Redactor::builder().allow_host("charts.example.com").build()?;
    /// let chart = "![sales](https://charts.example.com/bar?data=1,2,3)";
    /// assert_eq!(redactor.redact(chart), chart);
    /// let leak = "![sales](https://evil.example/bar?data=1,2,3)";
    /// assert_eq!(redactor.redact(leak), "![sales]([LINK])");
    /// # Ok::<(), stream_redactor::ConfigError>(())
    /// ```
    pub fn allow_host(mut self, host: impl AsRef<str>) -> Self {
        self.config.hosts.push(view::folded(host.as_ref()));
        self
    }

    /// Replaces the destination of every image on a host that is not
    /// [allowed](Self::allow_host), also of those that carry nothing: a page fetches an image
    /// unasked, and its name alone may say something.
    pub fn all_images(mut self) -> Self {
        if !self
            .config
            .rules
            .iter()
            .any(|rule| rule.entity == Entity::EXTERNAL_IMAGE)
        {
            self.config.rules.push(Rule::all_images());
        }
        self
    }

    /// Takes the rules of an entity out. A name that no rule has changes nothing.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the constants read best by value"
    )]
    pub fn without(mut self, entity: Entity) -> Self {
        self.config.rules.retain(|rule| rule.entity != entity);
        self
    }

    /// Shows `with` instead of what the rules of `entity` find.
    ///
    /// Redacting twice changes nothing if `with` begins and ends with a character that belongs to
    /// no value, such as a bracket; a letter could join with what stands beside it.
    pub fn replacement(mut self, entity: Entity, with: impl Into<Cow<'static, str>>) -> Self {
        let with = with.into();
        let mut known = false;
        for rule in self
            .config
            .rules
            .iter_mut()
            .filter(|rule| rule.entity == entity)
        {
            rule.placeholder = with.clone();
            known = true;
        }
        if !known {
            self.unknown = Some(entity);
        }
        self
    }

    /// The most bytes that a stream holds back. Default 4096, at least
    /// [`MIN_HOLD`](Self::MIN_HOLD).
    pub fn max_hold(mut self, bytes: usize) -> Self {
        self.config.max_hold = bytes;
        self
    }

    /// The redactor.
    ///
    /// # Errors
    ///
    /// When a replacement is empty, is itself something to replace, or is for an entity without a
    /// rule, or when the hold is too small.
    pub fn build(self) -> Result<Redactor, ConfigError> {
        if let Some(entity) = self.unknown {
            return Err(ConfigError::UnknownEntity { entity });
        }
        if self.config.max_hold < Self::MIN_HOLD {
            return Err(ConfigError::HoldTooSmall {
                bytes: self.config.max_hold,
            });
        }
        let redactor = Redactor::new(self.config);
        for rule in redactor.rules() {
            if rule.placeholder().is_empty() {
                return Err(ConfigError::EmptyReplacement {
                    entity: rule.entity.clone(),
                });
            }
            for edit in redactor.edits(rule.placeholder()) {
                if let Edit::Replace { entity: found, .. } = edit {
                    let entity = rule.entity.clone();
                    return Err(ConfigError::ReplacementMatches { entity, found });
                }
            }
        }
        Ok(redactor)
    }
}

const _: () = assert!(MAX_PENDING + 512 < RedactorBuilder::MIN_HOLD);

/// Values that may stay are as private as those that may not.
impl fmt::Debug for RedactorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactorBuilder")
            .field("allowed", &self.config.allowed.len())
            .field("hosts", &self.config.hosts.len())
            .field("max_hold", &self.config.max_hold)
            .finish_non_exhaustive()
    }
}

/// Why a [`RedactorBuilder`] could not build.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// Nothing would be shown in place of a finding, and its two sides could form a new value.
    EmptyReplacement {
        /// The entity with the empty replacement.
        entity: Entity,
    },
    /// A rule would replace the replacement.
    ReplacementMatches {
        /// The entity with that replacement.
        entity: Entity,
        /// What was found in the replacement.
        found: Entity,
    },
    /// A replacement was given for an entity that no rule finds.
    UnknownEntity {
        /// The entity without a rule.
        entity: Entity,
    },
    /// The hold is below [`RedactorBuilder::MIN_HOLD`].
    HoldTooSmall {
        /// The hold that was asked for.
        bytes: usize,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyReplacement { entity } => write!(f, "the replacement of {entity} is empty"),
            Self::ReplacementMatches { entity, found } => {
                write!(
                    f,
                    "the replacement of {entity} would itself be redacted as {found}"
                )
            }
            Self::UnknownEntity { entity } => write!(f, "no rule finds {entity}"),
            Self::HoldTooSmall { bytes } => {
                let least = RedactorBuilder::MIN_HOLD;
                write!(
                    f,
                    "a hold of {bytes} bytes is too small, at least {least} are needed"
                )
            }
        }
    }
}

impl Error for ConfigError {}
