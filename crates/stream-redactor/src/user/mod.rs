//! Rules of the caller's own: patterns and lists, as automata of the same machine.

mod node;
#[cfg(feature = "regex")]
mod parse;
mod program;
mod scan;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use self::node::{Class, Node};
use self::program::Program;
pub(crate) use self::scan::{User, UserCloser};
use crate::edit::Entity;
use crate::rules::Group;
use crate::view;

type Test = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// A rule of your own for [`RedactorBuilder::rule`](crate::RedactorBuilder::rule): a list of texts, or
/// with the feature `regex` a pattern.
///
/// Rules read the [folded view](crate#stream-equals-whole): small letters, digits of any script as
/// those of ASCII, no accents, nothing that is invisible. So case and width never count. A value
/// stands for itself: where it begins or ends with a letter or digit, none stands beside it. Of two
/// values that overlap the one that begins first counts, then the longer one.
///
/// ```
/// use stream_redactor::{Redactor, UserRule};
///
/// let projects = UserRule::list("PROJECT", ["Blue Heron", "Zürich 7"])?;
/// let redactor = Redactor::builder().rule(projects).build()?;
/// assert_eq!(redactor.redact("On blue heron, ZURICH 7."), "On [PROJECT], [PROJECT].");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A redactor with such rules reads every character: the first look, which skips most prose, is off.
#[derive(Clone)]
pub struct UserRule {
    pub(crate) entity: Entity,
    pub(crate) placeholder: Cow<'static, str>,
    pub(crate) program: Arc<Program>,
    pub(crate) test: Option<Test>,
    pub(crate) group: Option<Group>,
}

impl UserRule {
    /// The most characters of a value. What a pattern repeats without end at its own end may be longer.
    pub const MAX_LEN: usize = 256;

    /// Finds any of these texts.
    ///
    /// # Errors
    ///
    /// When there is none, or one is empty or longer than [`MAX_LEN`](Self::MAX_LEN).
    pub fn list<T: AsRef<str>>(
        entity: impl Into<Cow<'static, str>>,
        texts: impl IntoIterator<Item = T>,
    ) -> Result<Self, PatternError> {
        let texts = texts.into_iter().map(|text| {
            let folded = view::folded(text.as_ref());
            Node::Concat(folded.chars().map(|c| Node::Class(Class::of(c))).collect())
        });
        Self::new(entity.into(), &Node::Any(texts.collect()))
    }

    /// Finds what a regular expression matches, in the syntax of the crate `regex`; case never counts.
    ///
    /// ```
    /// use stream_redactor::{Redactor, UserRule};
    ///
    /// let ticket = UserRule::regex("TICKET", r"(?:OPS|DEV)-\d{3,6}")?;
    /// let token = UserRule::regex("TOKEN", r"acme_[a-z0-9]{16,}")?;
    /// let redactor = Redactor::builder().rule(ticket).rule(token).build()?;
    /// let text = "See ops-1234: acme_1a2b3c4d5e6f7g8h9i, not OPS-12 or xops-1234.";
    /// assert_eq!(redactor.redact(text), "See [TICKET]: [TOKEN], not OPS-12 or xops-1234.");
    /// // No stream could hold back what that may match.
    /// assert!(UserRule::regex("ANY", "from .* to").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a stream could not hold its matches back: see [`PatternError`].
    #[cfg(feature = "regex")]
    #[cfg_attr(docsrs, doc(cfg(feature = "regex")))]
    pub fn regex(
        entity: impl Into<Cow<'static, str>>,
        pattern: &str,
    ) -> Result<Self, PatternError> {
        Self::new(entity.into(), &parse::parse(pattern)?)
    }

    fn new(entity: Cow<'static, str>, node: &Node) -> Result<Self, PatternError> {
        Ok(Self {
            placeholder: format!("[{entity}]").into(),
            entity: Entity::new(entity),
            program: Arc::new(Program::new(node)?),
            test: None,
            group: None,
        })
    }

    /// Counts only values for which the function says yes, such as those with a right check digit. It
    /// is called with the folded value, and should be fast.
    #[must_use]
    pub fn check(mut self, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.test = Some(Arc::new(test));
        self
    }

    /// Counts the rule to this group. Default: that of the entity, which is [`Group::Personal`] for a new
    /// one.
    #[must_use]
    pub fn group(mut self, group: Group) -> Self {
        self.group = Some(group);
        self
    }

    /// Shows this text instead of a value. Default: the name of the entity in square brackets.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.placeholder = text.into();
        self
    }
}

/// What a list holds may be as private as what it finds.
impl fmt::Debug for UserRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRule")
            .field("entity", &self.entity)
            .finish_non_exhaustive()
    }
}

/// Why a pattern cannot be a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// It is no regular expression. The text says why, without the pattern.
    Syntax(String),
    /// It matches the empty text, which is everywhere.
    Empty,
    /// It repeats something without end, other than one character class at its own end that holds no
    /// blanks: a stream could not tell when to let go of what it holds.
    Unbounded,
    /// It looks around, but for `\b` at its beginning or end, where a boundary is asked for anyway. A rule
    /// knows one character on either side.
    LooksAround,
    /// Its matches may have so many characters, more than [`UserRule::MAX_LEN`].
    TooLong(usize),
    /// As an automaton it is too large: a list of many thousand texts, repetitions in repetitions.
    TooLarge,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(why) => write!(f, "no regular expression: {why}"),
            Self::Empty => f.write_str("it matches the empty text"),
            Self::Unbounded => f.write_str(
                "it repeats without end something else than one class without blanks at its own end",
            ),
            Self::LooksAround => f.write_str("it looks around what it matches"),
            Self::TooLong(len) => write!(
                f,
                "it matches up to {len} characters, and a stream holds {} at most",
                UserRule::MAX_LEN
            ),
            Self::TooLarge => f.write_str("it is too large"),
        }
    }
}

impl Error for PatternError {}
