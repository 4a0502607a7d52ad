//! The engine on each text, as far as the modes allow, and what it finds into the report.

use std::{fmt, sync::Arc};

use stream_redactor::{self as engine, Entity, Redactor, RuleSet, SystemText, Tripwire};
use tower_mistral_wire::{
    Counters, Handling, Mode, Modes, OnUninspectable, Reason,
    ext::{Action, CallReport, Exempt, Finding, Layer},
    rewrite::{Edit, End, Engine, Engines},
    table::{Group, TextKind},
};

use crate::{Profile, layer::Options, tally::Tally, waiting::Waiting};

/// Makes the engines of one call.
#[derive(Clone)]
pub(crate) struct Texts {
    redactor: Redactor,
    modes: Modes,
    profile: Profile,
    /// The mode of the call: what the layer does at most.
    mode: Mode,
    exempt: Exempt,
    /// The caller asked for content that is JSON.
    json_content: bool,
    keep_logprobs: bool,
    on_uninspectable: OnUninspectable,
    counters: Counters,
    report: CallReport,
    /// The text that the reply must not repeat.
    system: Option<SystemText>,
    /// What becomes of a reply that does.
    on_leak: Mode,
    /// The keys that are in use.
    live_keys: Vec<Tripwire>,
    tally: Option<Tally>,
    /// The enforced and the observed rules of the kinds of text so far.
    sets: Vec<(TextKind, (RuleSet, RuleSet))>,
    moulds: [Option<(Reads, engine::Stream)>; 2],
    measures_holding: bool,
}

/// What a stream looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reads {
    rules: RuleSet,
    leaks: bool,
}

impl Texts {
    pub(crate) fn new(
        options: &Options,
        mode: Mode,
        exempt: Exempt,
        json_content: bool,
        report: CallReport,
    ) -> Self {
        let (redactor, modes) = (options.redactor.clone(), options.modes.clone());
        Self {
            redactor,
            modes,
            profile: options.profile,
            mode,
            exempt,
            json_content,
            keep_logprobs: options.keep_logprobs,
            on_uninspectable: options.on_uninspectable,
            counters: options.counters.clone(),
            report,
            system: None,
            on_leak: options.leaks.mode,
            live_keys: Vec::new(),
            tally: Tally::new(&options.limits),
            sets: Vec::new(),
            moulds: [None, None],
            measures_holding: false,
        }
    }

    /// Notes what holding text back costs: for replies that come bit by bit.
    pub(crate) fn measure_holding(&mut self) {
        self.measures_holding = true;
    }

    /// Looks for repetitions of this text, too.
    pub(crate) fn protect(&mut self, system: Option<SystemText>) {
        self.system = system;
    }

    /// Looks for these secrets, too.
    pub(crate) fn watch(&mut self, live_keys: Vec<Tripwire>) {
        self.live_keys = live_keys;
    }

    /// Whether more was found than the reply may hold.
    pub(crate) fn is_over(&self) -> bool {
        self.tally.as_ref().is_some_and(Tally::is_over)
    }

    pub(crate) fn refused(&self, reason: Reason) {
        self.counters.add(reason, Handling::Refuse);
    }

    /// Which rules are enforced on a kind of text, and which only observed. Asked once a call.
    fn rules(&mut self, kind: TextKind) -> (RuleSet, RuleSet) {
        if let Some((_, sets)) = self.sets.iter().find(|(known, _)| *known == kind) {
            return *sets;
        }
        let sets = self.rules_now(kind);
        self.sets.push((kind, sets));
        sets
    }

    fn rules_now(&self, kind: TextKind) -> (RuleSet, RuleSet) {
        let (mut enforced, mut observed) = (RuleSet::empty(), RuleSet::empty());
        if !self.modes.has_rules() && self.profile == Profile::Chat {
            return match self.mode.min(self.modes.of_kind(kind)) {
                Mode::Enforce => (self.redactor.all(), observed),
                Mode::Observe => (enforced, self.redactor.all()),
                _ => (enforced, observed),
            };
        }
        for (n, rule) in self.redactor.rules().iter().enumerate() {
            let most = self.mode.min(self.profile.mode(rule.group(), kind));
            match most.min(self.modes.of(rule.entity().as_str(), kind)) {
                Mode::Enforce => enforced = enforced.with(n),
                Mode::Observe => observed = observed.with(n),
                _ => {}
            }
        }
        (enforced, observed)
    }

    /// What becomes of a text of this kind that repeats the system text.
    fn on_leak(&self, kind: TextKind) -> Mode {
        if self.system.is_none() {
            return Mode::Off;
        }
        let rule = self.modes.of(Entity::SYSTEM_PROMPT.as_str(), kind);
        self.mode.min(self.on_leak).min(rule)
    }

    /// A fresh stream. The last one made in each place is kept as a mould: to fold the exempt values
    /// for each string of a large reply would cost more than to read it.
    fn stream(&mut self, place: usize, reads: Reads) -> Option<engine::Stream> {
        if reads.rules.is_empty() && !reads.leaks {
            return None;
        }
        let slot = self.moulds.get_mut(place)?;
        if let Some((_, mould)) = slot.as_ref().filter(|(made_for, _)| *made_for == reads) {
            return Some(mould.clone());
        }
        let mut stream = self.redactor.stream_with(reads.rules);
        if !self.exempt.values().is_empty() {
            stream.exempt(Arc::clone(self.exempt.values()));
        }
        if let Some(system) = self.system.as_ref().filter(|_| reads.leaks) {
            stream.protect(system);
        }
        self.live_keys.iter().for_each(|keys| stream.tripwire(keys));
        *slot = Some((reads, stream.clone()));
        Some(stream)
    }
}

impl Engines for Texts {
    type Engine = Text;

    fn open(&mut self, kind: TextKind, group: Group) -> Option<Text> {
        let (enforced, observed) = self.rules(kind);
        let on_leak = self.on_leak(kind);
        let reads = |rules, mode| Reads {
            rules,
            leaks: on_leak == mode,
        };
        let enforced = self.stream(0, reads(enforced, Mode::Enforce));
        let observed = self.stream(1, reads(observed, Mode::Observe));
        if enforced.is_none() && observed.is_none() {
            return None;
        }
        // Logprobs repeat what the content's findings have told.
        let report = (kind != TextKind::Logprobs).then(|| self.report.clone());
        let tally = self.tally.clone().filter(|_| report.is_some());
        let place = Place {
            report,
            tally,
            kind,
            group: group.outer,
        };
        let clock = place.report.as_ref().filter(|_| self.measures_holding);
        Some(Text {
            enforced: enforced.map(|stream| Reader::new(stream, clock)),
            // What only looks on holds nothing back.
            observed: observed.map(|stream| Reader::new(stream, None)),
            place,
        })
    }

    fn reads_json(&self, kind: TextKind) -> bool {
        kind.holds_json() || (self.json_content && kind == TextKind::Content)
    }

    fn edits(&self, kind: TextKind) -> bool {
        if kind == TextKind::Logprobs && self.keep_logprobs {
            return false;
        }
        self.mode.min(self.modes.of_kind(kind)) == Mode::Enforce
    }

    fn on_uninspectable(&mut self, reason: Reason) -> Handling {
        let handling = self.on_uninspectable.get(reason);
        self.counters.add(reason, handling);
        handling
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts")
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// The engine of one text: one machine that edits, and one that only looks on, so that a rule
/// in Observe neither edits nor delays.
pub(crate) struct Text {
    enforced: Option<Reader>,
    observed: Option<Reader>,
    place: Place,
}

struct Reader {
    stream: engine::Stream,
    edits: Vec<engine::Edit>,
    /// How far the edits have come, in bytes of the text.
    at: u64,
    waiting: Waiting,
}

struct Place {
    /// None for a text that repeats another.
    report: Option<CallReport>,
    tally: Option<Tally>,
    kind: TextKind,
    group: u32,
}

impl Reader {
    fn new(stream: engine::Stream, report: Option<&CallReport>) -> Self {
        Self {
            stream,
            edits: Vec::new(),
            at: 0,
            waiting: Waiting::new(report),
        }
    }

    /// Reports the edits that `text` has brought about and hands them on.
    fn settle(&mut self, text: &str, place: &Place, enforced: bool, mut each: impl FnMut(Edit)) {
        let mut pushed = self.waiting.pushed(text);
        for edit in self.edits.drain(..) {
            match edit {
                engine::Edit::Keep(n) => {
                    self.at += n as u64;
                    pushed.keep(n);
                    each(Edit::Keep(n));
                }
                engine::Edit::Replace { n, entity, with } => {
                    // An empty one goes on with a replacement that is already in the report.
                    if let Some(tally) = place
                        .tally
                        .as_ref()
                        .filter(|_| enforced && !with.is_empty())
                    {
                        tally.count(&entity);
                    }
                    let value = pushed.replace(n, &entity);
                    if let Some(report) = place.report.as_ref().filter(|_| !with.is_empty()) {
                        report.add(
                            Finding::new(Layer::RedactOutput, entity.to_string(), Action::Edited)
                                .at(place.kind, place.group, self.at, n as u64)
                                .of_value(&value)
                                .enforced(enforced),
                        );
                    }
                    self.at += n as u64;
                    each(Edit::Replace { n, with });
                }
                _ => debug_assert!(false, "an edit of a kind that is not known"),
            }
        }
        pushed.settle();
    }
}

impl Engine for Text {
    fn context(&mut self, key: &str) {
        for reader in [&mut self.observed, &mut self.enforced]
            .into_iter()
            .flatten()
        {
            reader.stream.context(key);
        }
    }

    fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
        if let Some(observed) = &mut self.observed {
            observed.stream.push(text, &mut observed.edits);
            observed.settle(text, &self.place, false, |_| {});
        }
        match &mut self.enforced {
            Some(enforced) => {
                enforced.stream.push(text, &mut enforced.edits);
                enforced.settle(text, &self.place, true, |edit| out.push(edit));
            }
            None => out.push(Edit::Keep(text.len())),
        }
    }

    fn finish(&mut self, end: End, out: &mut Vec<Edit>) {
        let end = match end {
            End::Complete => engine::End::Complete,
            _ => engine::End::Cut,
        };
        if let Some(observed) = &mut self.observed {
            observed.stream.finish(end, &mut observed.edits);
            observed.settle("", &self.place, false, |_| {});
        }
        if let Some(enforced) = &mut self.enforced {
            enforced.stream.finish(end, &mut enforced.edits);
            enforced.settle("", &self.place, true, |edit| out.push(edit));
        }
    }
}
