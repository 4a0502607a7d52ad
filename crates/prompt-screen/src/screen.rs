//! A compiled set of rules.

use std::{
    cell::RefCell,
    fmt, mem,
    sync::{Arc, LazyLock},
};

use crate::{
    allow::{Allow, Date, What},
    automaton::{Automaton, Phrase},
    builder::ScreenBuilder,
    decode::{self, Limits, readings},
    edit::PLACEHOLDER,
    finding::{Finding, Screening},
    learned::{self, FLAGGED, Glance, Learned, Rest},
    model::{self, Model},
    presets,
    read::{self, Word},
    rule::{Category, Rule},
    signatures::{Hit, Matcher, Scratch, Signature},
};

/// A compiled set of rules. Compile it once; a clone is a reference to the same rules.
#[derive(Clone)]
pub struct Screen {
    inner: Arc<Inner>,
}

struct Inner {
    rules: Vec<Arc<Rule>>,
    phrases: Option<Automaton>,
    signatures: Option<Matcher>,
    allow: Vec<Allow>,
    /// Hits of the matcher from here on are entries of the allow list.
    first_allow: usize,
    version: String,
    model: Option<&'static Model>,
}

/// Everything a screen is made of.
pub(crate) struct Parts {
    pub(crate) rules: Vec<Rule>,
    pub(crate) phrases: Vec<Phrase>,
    pub(crate) signatures: Vec<Signature>,
    pub(crate) allow: Vec<Allow>,
    pub(crate) first_allow: usize,
    pub(crate) version: String,
    pub(crate) has_model: bool,
}

impl Screen {
    /// The five best-known phrases, each filtered wherever it stands: `ignore previous
    /// instructions`, `ignore all instructions`, `system prompt`, `you are now`, `override`.
    ///
    /// Expect hits in ordinary English; [`recommended`](Self::recommended) has fewer.
    #[must_use]
    pub fn basic() -> Self {
        static BASIC: LazyLock<Screen> =
            LazyLock::new(|| built_in(Screen::builder().presets(presets::BASIC)));
        BASIC.clone()
    }

    /// The rules to start from: the reviewed signatures that come with the crate, and the learned
    /// model, which scores.
    ///
    /// `ignore previous instructions` and `ignore all instructions`, with or without the small
    /// words people put between them ("ignore all of the above instructions"), are filtered
    /// whatever the thresholds.
    #[must_use]
    pub fn recommended() -> Self {
        static RECOMMENDED: LazyLock<Screen> =
            LazyLock::new(|| built_in(Screen::builder().recommended()));
        RECOMMENDED.clone()
    }

    /// A builder for a screen of your own rules.
    pub fn builder() -> ScreenBuilder {
        ScreenBuilder::default()
    }

    /// A screen of the rules in a rule file, see [`ScreenBuilder::rules`].
    ///
    /// # Errors
    ///
    /// What is wrong with the file: the rule and the line.
    pub fn from_toml(text: &str) -> Result<Self, crate::ConfigError> {
        Self::builder().rules(text).build()
    }

    /// The rules, in the order they were added.
    #[must_use]
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.inner.rules
    }

    /// The version of the rules: that of the built-in ones, if they are among them, and hashes of all
    /// rule data, the model and the allow list. Two screens of one version give the same verdicts.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.inner.version
    }

    /// Looks for every rule in `text`. Entries of the allow list that may expire do not count.
    #[must_use]
    pub fn screen(&self, text: &str) -> Screening {
        self.look(text, None)
    }

    /// As [`screen`](Self::screen), with the entries of the allow list that have not expired
    /// before `today`.
    #[must_use]
    pub fn screen_on(&self, text: &str, today: Date) -> Screening {
        self.look(text, Some(today))
    }

    pub(crate) fn new(parts: Parts) -> Self {
        let phrases = parts.phrases;
        let signatures = parts.signatures;
        Self {
            inner: Arc::new(Inner {
                rules: parts.rules.into_iter().map(Arc::new).collect(),
                phrases: (!phrases.is_empty()).then(|| Automaton::new(&phrases)),
                signatures: (!signatures.is_empty()).then(|| Matcher::new(&signatures)),
                allow: parts.allow,
                first_allow: parts.first_allow,
                version: parts.version,
                model: parts.has_model.then(Model::shipped),
            }),
        }
    }

    fn look(&self, text: &str, today: Option<Date>) -> Screening {
        let exact = self.inner.allow.iter().find(|allow| match &allow.what {
            What::Exact(exact) => exact == text.trim() && allow.counts_on(today),
            What::Pattern(_) => false,
        });
        if let Some(allow) = exact {
            let reason = Arc::clone(&allow.reason);
            return Screening::new(text.len(), Vec::new(), vec![reason]);
        }
        let (mut hits, signatures, glance) = self.find(text);
        hits.extend(signatures);
        let (hits, allowed) = self.allow(hits, today);
        let findings = hits.into_iter().filter_map(|hit| {
            let rule = self.inner.rules.get(hit.rule)?;
            Some(Finding::new(Arc::clone(rule), hit.span))
        });
        let screening = Screening::new(text.len(), findings.collect(), allowed);
        match self.inner.model {
            Some(model) => self.learned(model, text, &glance, screening),
            None => screening,
        }
    }

    /// Adds what the model says, who takes for clues what the rules found.
    fn learned(
        &self,
        model: &Model,
        text: &str,
        glance: &Glance,
        screening: Screening,
    ) -> Screening {
        let clues = screening.clues();
        let Some((probability, span, alone)) = glance.opinion(model, &clues) else {
            return screening;
        };
        let (gone, weak) = screening.spans();
        let rest = Rest::new(
            model,
            text,
            &gone,
            &|key| self.knows(key),
            &weak,
            probability,
        );
        let is_seen = screening.shows(&span) || screening.has_found() && alone < FLAGGED;
        let span = learned::shown(text, span).filter(|_| probability >= FLAGGED && !is_seen);
        let rule = self.inner.rules.iter().rev();
        let mut rule = rule.filter(|rule| rule.category() == Category::Learned);
        let finding = span.zip(rule.next());
        let finding =
            finding.map(|(span, rule)| Finding::learned(Arc::clone(rule), span, probability));
        screening.learned(Learned { probability, rest }, finding)
    }

    /// Whether the word may be part of an attack, so that a disguise around it is looked through.
    pub(crate) fn knows(&self, key: u64) -> bool {
        let matcher = self.inner.signatures.as_ref();
        let model = self.inner.model;
        matcher.is_some_and(|matcher| matcher.knows(key))
            || model.is_some_and(|model| model.knows(key))
    }

    /// This screen without the model.
    #[cfg(feature = "training")]
    pub(crate) fn rules_only() -> Self {
        let builder = Self::builder().recommended().without_model();
        built_in(builder)
    }

    /// The hits of phrases, those of signatures, and what the model sees.
    fn find(&self, text: &str) -> (Vec<Hit>, Vec<Hit>, Glance) {
        let phrases = self.inner.phrases.as_ref();
        let Some(matcher) = &self.inner.signatures else {
            let phrases = phrases.map(|phrases| phrases.find(text));
            return (phrases.unwrap_or_default(), Vec::new(), Glance::default());
        };
        let machines = Machines {
            phrases,
            matcher,
            model: self.inner.model,
        };
        let knows = |key| self.knows(key);
        let (phrases, hits, glance) = machines.find(&knows, text);
        (phrases, self.enough(hits), glance)
    }

    /// The hits of rules that hit often enough, each once.
    fn enough(&self, mut hits: Vec<Hit>) -> Vec<Hit> {
        // The readings of a text share most of their hits.
        hits.sort_by_key(|hit| (hit.rule, hit.span.start, hit.span.end));
        hits.dedup_by(|a, b| a.rule == b.rule && a.span == b.span);
        let enough = |hits: &&[Hit]| {
            let rule = hits.first().and_then(|hit| self.inner.rules.get(hit.rule));
            rule.is_none_or(|rule| hits.len() >= usize::from(rule.at_least))
        };
        let rules = hits.chunk_by(|a, b| a.rule == b.rule).filter(enough);
        rules.flatten().cloned().collect()
    }

    /// Takes out what lies within a hit of the allow list, and says why.
    fn allow(&self, hits: Vec<Hit>, today: Option<Date>) -> (Vec<Hit>, Vec<Arc<str>>) {
        let (mut hits, allow): (Vec<_>, Vec<_>) = hits
            .into_iter()
            .partition(|hit| hit.rule < self.inner.first_allow);
        let mut reasons = Vec::new();
        for spans in allow.chunk_by(|a, b| a.rule == b.rule) {
            let entry = spans.first().map(|hit| hit.rule - self.inner.first_allow);
            let entry = entry.and_then(|entry| self.inner.allow.get(entry));
            let Some(entry) = entry.filter(|entry| entry.counts_on(today)) else {
                continue;
            };
            let before = hits.len();
            hits.retain(|hit| !covers(spans, hit));
            if hits.len() < before && !reasons.contains(&entry.reason) {
                reasons.push(Arc::clone(&entry.reason));
            }
        }
        (hits, reasons)
    }
}

fn built_in(builder: ScreenBuilder) -> Screen {
    let screen = builder.build();
    screen.expect("invariant: the built-in rules are valid")
}

/// What looks at the words of a text.
struct Machines<'m> {
    phrases: Option<&'m Automaton>,
    matcher: &'m Matcher,
    model: Option<&'m Model>,
}

impl Machines<'_> {
    /// The hits of phrases, those of signatures in all readings of a text, and what the model sees
    /// in them.
    fn find(&self, knows: &dyn Fn(u64) -> bool, text: &str) -> (Vec<Hit>, Vec<Hit>, Glance) {
        type Room = (Scratch, Vec<Word>, decode::Scratch, model::Scratch);
        thread_local! {
            static SCRATCH: RefCell<Room> = RefCell::default();
        }
        let Self {
            phrases,
            matcher,
            model,
        } = *self;
        SCRATCH.with_borrow_mut(|(search, plain, decode, sums)| {
            let seen = read::read(text, &mut search.words);
            let phrases = phrases.map(|phrases| phrases.find_in(text, &search.words, &seen));
            let mut hits = matcher.find(text, search);
            let mut glance = Glance::default();
            mem::swap(plain, &mut search.words);
            if let Some(model) = model {
                glance.plain(model, plain, sums);
            }
            let oddities = readings(
                text,
                (plain, &seen),
                Limits::default(),
                knows,
                decode,
                &mut |reading| {
                    search.words.clear();
                    search.words.extend_from_slice(reading.words);
                    let found = matcher.find(reading.text, search).into_iter();
                    hits.extend(found.filter_map(|hit| {
                        let span = reading.origin(hit.span);
                        let is_free = !text.get(span.clone())?.contains(PLACEHOLDER);
                        is_free.then_some(Hit { span, ..hit })
                    }));
                    if let Some(model) = model {
                        glance.reading(model, reading, sums);
                    }
                },
            );
            glance.oddities(&oddities);
            mem::swap(plain, &mut search.words);
            search.shrink();
            sums.shrink();
            (phrases.unwrap_or_default(), hits, glance)
        })
    }
}

/// Whether one of the spans, which are in order and do not overlap, has all of the hit.
fn covers(spans: &[Hit], hit: &Hit) -> bool {
    let next = spans.partition_point(|within| within.span.start <= hit.span.start);
    let before = next.checked_sub(1).and_then(|before| spans.get(before));
    before.is_some_and(|within| hit.span.end <= within.span.end)
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.rules().iter().map(|rule| rule.name().as_str());
        f.write_str("Screen ")?;
        f.debug_list().entries(names).finish()
    }
}
