//! Changing the recommended rules.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::edit::{Edit, Entity};
use crate::plan::Plan;
use crate::redactor::{Config, Redactor};
use crate::rules::Rule;
use crate::ruleset::RuleSet;
use crate::show::Show;
#[cfg(doc)]
use crate::trip::Tripwire;
use crate::trip::TripwireError;
use crate::user::UserRule;
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
    unfit: Option<TripwireError>,
}

impl RedactorBuilder {
    /// The smallest hold, in bytes: room for the local part of an address and for the longest
    /// spellings that the view itself holds back.
    pub const MIN_HOLD: usize = 1024;

    pub(crate) fn new() -> Self {
        Self {
            config: Config::default(),
            unknown: None,
            unfit: None,
        }
    }

    /// The basic rules, to be changed: those of [`Redactor::basic`].
    pub fn basic() -> Self {
        Self {
            config: Config::new(Rule::basic()),
            unknown: None,
            unfit: None,
        }
    }

    /// Never replaces this exact value, however it is spelled: values are compared in the folded
    /// view. A longer value that contains it is not spared.
    pub fn allow(mut self, value: impl AsRef<str>) -> Self {
        self.config.allowed.value(value.as_ref());
        self
    }

    /// Never replaces e-mail addresses of this domain and of its subdomains.
    pub fn allow_domain(mut self, domain: impl AsRef<str>) -> Self {
        self.config.allowed.domain(domain.as_ref());
        self
    }

    /// Never replaces findings of an entity for which the function says yes. It is called with the
    /// folded value (lower case, plain digits) once that is complete, and should be fast.
    ///
    /// ```
    /// use stream_redactor::{Entity, Redactor};
    ///
    /// let redactor = Redactor::builder()
    ///     .allow_if(Entity::IP_ADDRESS, |address| address.starts_with("10."))
    ///     .build()?;
    /// assert_eq!(redactor.redact("10.1.2.3, 192.0.2.1"), "10.1.2.3, [IP]");
    /// # Ok::<(), stream_redactor::ConfigError>(())
    /// ```
    pub fn allow_if(
        mut self,
        entity: Entity,
        test: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.config.allowed.test(entity, Arc::new(test));
        self
    }

    /// Never replaces what stands for nobody: e-mail addresses at `example.com`, `.test` and the
    /// like (RFC 2606, RFC 6761), and IP addresses for documentation (RFC 5737, RFC 3849, RFC 9637).
    /// Off by default, since people try a redactor out with just these.
    pub fn allow_documentation_values(mut self) -> Self {
        self.config.allowed.documentation();
        self
    }

    /// Adds the rules of an entity, such as one of [`Redactor::optional`]. Those that are there stay as
    /// they are.
    ///
    /// ```
    /// use stream_redactor::{Entity, Redactor};
    ///
    /// let redactor = Redactor::builder().with(Entity::DATE_TIME).build()?;
    /// assert_eq!(redactor.redact("It was on 17 May 2024."), "It was on [DATE].");
    /// # Ok::<(), stream_redactor::ConfigError>(())
    /// ```
    pub fn with(mut self, entity: Entity) -> Self {
        let rules = &mut self.config.rules;
        if rules.iter().any(|rule| rule.entity == entity) {
            return self;
        }
        let before = rules.len();
        rules.extend(Rule::of(&entity));
        if rules.len() == before {
            self.unknown = Some(entity);
        }
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
    pub fn all_images(self) -> Self {
        self.with(Entity::EXTERNAL_IMAGE)
    }

    /// Leaves [active content](crate::Group::Active) in fenced code blocks of Markdown, where it is meant
    /// to be read: a page shows it and does not run it. For those who ask for code. Anything else in a
    /// code block is found as everywhere.
    ///
    /// ```
    /// use stream_redactor::Redactor;
    ///
    /// let redactor = Redactor::builder().spare_code_blocks().build()?;
    /// let text = "```html\n<script>let mail = 'jane@example.com'</script>\n```\n<script>x</script>";
    /// let shown = "```html\n<script>let mail = '[EMAIL]'</script>\n```\n[SCRIPT]";
    /// assert_eq!(redactor.redact(text), shown);
    /// # Ok::<(), stream_redactor::ConfigError>(())
    /// ```
    pub fn spare_code_blocks(mut self) -> Self {
        self.config.spares_code = true;
        self
    }

    /// Adds a rule of your own. It wins over a rule that finds the same in the same place only where
    /// that is less sure.
    pub fn rule(mut self, rule: UserRule) -> Self {
        self.config.rules.push(Rule::of_user(rule));
        self
    }

    /// Hides this very text, such as a live key, however it is spelled: see [`Tripwire`]. For secrets that
    /// change there is [`Stream::tripwire`](crate::Stream::tripwire).
    ///
    /// ```
    /// use stream_redactor::Redactor;
    ///
    /// let key = "aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z";
    /// let redactor = Redactor::builder().tripwire(key).build()?;
    /// // `printf %s "$key" | base64`
    /// let text = "It is YUIzZEVmNmhJajlrTG0ybk9wNXFSczh0VXYxd1h5NHo=, in Base64.\n\nAnything else?";
    /// assert_eq!(redactor.redact(text), "It is [REDACTED]\nAnything else?");
    /// # Ok::<(), stream_redactor::ConfigError>(())
    /// ```
    pub fn tripwire(mut self, secret: impl AsRef<str>) -> Self {
        let tripwire = self.config.tripwire.get_or_insert_default();
        self.unfit = self.unfit.or(tripwire.add(secret.as_ref()).err());
        self.with(Entity::TRIPWIRE)
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
    pub fn replacement(self, entity: Entity, with: impl Into<Cow<'static, str>>) -> Self {
        self.show(entity, Show::Text(with.into()))
    }

    /// What is shown instead of what the rules of `entity` find: a text, a mask, a keyed hash. What is
    /// shown for `SYSTEM_PROMPT` and for `TRIPWIRE` is always the same: it must not tell which it was.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the variants read best by value"
    )]
    pub fn show(mut self, entity: Entity, show: Show) -> Self {
        let mut known = false;
        for rule in
            self.config.rules.iter_mut().filter(|rule| {
                rule.entity == entity || is_secret(&rule.entity) && is_secret(&entity)
            })
        {
            rule.show = show.clone();
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
    /// When a replacement is empty, is itself something to replace, when it or an added entity has no
    /// rule, or when the hold is too small.
    pub fn build(self) -> Result<Redactor, ConfigError> {
        if let Some(entity) = self.unknown {
            return Err(ConfigError::UnknownEntity { entity });
        }
        if let Some(error) = self.unfit {
            return Err(ConfigError::Tripwire(error));
        }
        if self.config.max_hold < Self::MIN_HOLD {
            return Err(ConfigError::HoldTooSmall {
                bytes: self.config.max_hold,
            });
        }
        if !Plan::has_room(&self.config.rules) || self.config.rules.len() > RuleSet::MAX {
            return Err(ConfigError::TooManyRules);
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

/// Whether it is found by what only the caller knows.
fn is_secret(entity: &Entity) -> bool {
    *entity == Entity::SYSTEM_PROMPT || *entity == Entity::TRIPWIRE
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
    /// An entity that no rule finds was added, or given a replacement.
    UnknownEntity {
        /// The entity without a rule.
        entity: Entity,
    },
    /// There are more rules of the caller's own than a redactor can have: about a dozen. A
    /// [list](UserRule::list) is one rule.
    TooManyRules,
    /// A text cannot be a secret of a [`Tripwire`](crate::Tripwire).
    Tripwire(TripwireError),
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
            Self::TooManyRules => f.write_str("too many rules of one's own"),
            Self::Tripwire(error) => error.fmt(f),
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
