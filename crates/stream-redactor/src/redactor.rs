//! The compiled set of rules.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::allow::Allowed;
use crate::builder::RedactorBuilder;
use crate::edit::{Edit, Sink};
use crate::plan::Plan;
use crate::rules::{Href, MAX_URL, Rule};
use crate::ruleset::RuleSet;
use crate::stream::{End, Stream};
use crate::trip::Tripwire;
use crate::view::Sym;

/// Finds what must not reach a reader. Cheap to clone, to be made once and shared.
///
/// ```
/// use stream_redactor::Redactor;
///
/// let redactor = Redactor::recommended();
/// assert_eq!(redactor.redact("Write to jane@example.com."), "Write to [EMAIL].");
/// ```
#[derive(Clone)]
pub struct Redactor {
    config: Arc<Config>,
}

/// What all streams of a redactor share.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) rules: Vec<Rule>,
    /// What is found and left.
    pub(crate) allowed: Allowed,
    /// Folded hosts that links may carry data to.
    pub(crate) hosts: Vec<String>,
    /// Active content stays in code blocks.
    pub(crate) spares_code: bool,
    /// What is found in front of the rules, if there is such.
    pub(crate) tripwire: Option<Tripwire>,
    /// Bytes.
    pub(crate) max_hold: usize,
    /// What the rules make of each character.
    pub(crate) plan: Plan,
}

impl Redactor {
    /// The rules that are right for nearly every text: e-mail addresses, social security numbers,
    /// scripts, prompt lines.
    #[must_use]
    pub fn basic() -> Self {
        Self::new(Config::new(Rule::basic()))
    }

    /// The rules for what a language model answers: the basic ones, payment cards, bank accounts,
    /// telephone numbers, IP addresses, private keys, tokens, passwords.
    #[must_use]
    pub fn recommended() -> Self {
        Self::new(Config::default())
    }

    /// The rules that are off unless [`RedactorBuilder::with`] adds them: what they find is in many
    /// texts just what one wants to read, such as dates and links.
    #[must_use]
    pub fn optional() -> Vec<Rule> {
        Rule::optional()
    }

    /// The recommended rules, to be changed.
    pub fn builder() -> RedactorBuilder {
        RedactorBuilder::new()
    }

    pub(crate) fn new(mut config: Config) -> Self {
        config.plan = Plan::new(&config.rules);
        Self {
            config: Arc::new(config),
        }
    }

    /// The rules. Their positions are what a [`RuleSet`] holds.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.config.rules
    }

    /// The set of all rules.
    #[must_use]
    pub fn all(&self) -> RuleSet {
        (0..self.config.rules.len()).fold(RuleSet::empty(), RuleSet::with)
    }

    /// A machine for one text that comes in pieces, with all rules.
    #[must_use]
    pub fn stream(&self) -> Stream {
        self.stream_with(self.all())
    }

    /// A machine for one text that comes in pieces, with the rules in `enabled` only.
    #[must_use]
    pub fn stream_with(&self, enabled: RuleSet) -> Stream {
        Stream::new(&self.config, enabled)
    }

    /// The edits for a whole text.
    #[must_use]
    pub fn edits(&self, text: &str) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut stream = self.stream();
        let mut sink = Sink::new(&mut edits);
        stream.push_to(text, &mut sink);
        stream.finish_to(End::Complete, &mut sink);
        drop(sink);
        edits
    }

    /// A whole text with its findings replaced; the text itself if there is none.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let edits = self.edits(text);
        if edits.iter().all(|edit| matches!(edit, Edit::Keep(_))) {
            return Cow::Borrowed(text);
        }
        let mut redacted = String::with_capacity(text.len());
        let mut rest = text;
        for edit in &edits {
            let (Edit::Keep(n) | Edit::Replace { n, .. }) = edit;
            let (raw, after) = rest.split_at_checked(*n).expect("edits tile the text");
            rest = after;
            redacted.push_str(match edit {
                Edit::Keep(_) => raw,
                Edit::Replace { with, .. } => with,
            });
        }
        Cow::Owned(redacted)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.rules().iter().map(|rule| rule.entity().as_str());
        f.write_str("Redactor ")?;
        f.debug_list().entries(names).finish()
    }
}

impl Config {
    /// Bytes that a stream holds back at most, unless told otherwise.
    pub(crate) const MAX_HOLD: usize = 4096;

    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self {
            rules,
            allowed: Allowed::default(),
            hosts: Vec::new(),
            spares_code: false,
            tripwire: None,
            max_hold: Self::MAX_HOLD,
            plan: Plan::default(),
        }
    }
}

impl Config {
    /// Whether the symbols are a URL of an allowed host.
    pub(crate) fn is_allowed_url(&self, symbols: &[Sym]) -> bool {
        if self.hosts.is_empty() {
            return false;
        }
        let mut room = [0; MAX_URL];
        let url = Href::new(symbols, &mut room);
        let is_host = |allowed: &String| match allowed.strip_prefix("*.") {
            Some(domain) => url.host().is_some_and(|host| is_below(host, domain)),
            None => url.host() == Some(allowed.as_bytes()),
        };
        self.hosts.iter().any(is_host)
    }
}

fn is_below(host: &[u8], domain: &str) -> bool {
    let rest = host.strip_suffix(domain.as_bytes());
    rest.is_some_and(|rest| rest.ends_with(b"."))
}

impl Default for Config {
    fn default() -> Self {
        Self::new(Rule::recommended())
    }
}
