//! The one machine: a fold over characters that decides, place by place, what is kept.

mod decide;
mod pass;
mod swallow;

use std::sync::Arc;

use self::swallow::Swallowing;
use crate::builder::RedactorBuilder;
use crate::context::Births;
use crate::edit::Sink;
use crate::fence::Fence;
use crate::reading::Reading;
use crate::redactor::Config;
use crate::rules::END;
use crate::ruleset::RuleSet;
use crate::scanners::{Scanners, is_plain};
use crate::skip::{self, Sought};
use crate::view::{MAX_PENDING, Sym, View};

/// Shorter pieces are read, for looking ahead costs as much.
const MIN_SKIP: usize = 16;
/// So much is read before it is asked again what can be spared.
const MAX_CHUNK: usize = 512;
/// So far ahead it is looked for words that tell of births.
const HEARD: usize = 30;

#[derive(Clone)]
pub(crate) struct Machine {
    config: Arc<Config>,
    /// Folded values that stay, beside those of the configuration.
    exempt: Arc<[String]>,
    view: View,
    reading: Reading,
    scanners: Scanners,
    /// What is swallowed and what ends it. Nothing is undecided meanwhile.
    swallowing: Option<Swallowing>,
    /// Invisible characters right before the cursor.
    invisible: usize,
    /// The first place that was alive at invisible characters that hide something. What stands there
    /// is decided with their finding, for it ends there then.
    pinned: Option<u64>,
    /// Bytes pushed and not yet covered by edits: undecided ones, and what the view holds back.
    held: usize,
    /// Whether what comes next stands in a code block, if that matters.
    fence: Option<Fence>,
    /// Bytes that somebody else holds of what may be held.
    reserved: usize,
    /// What the first look has to stop for.
    sought: Sought,
    /// The rules read everything.
    reads_all: bool,
    /// Whether what is held, or follows, may tell of a birth.
    may_tell: bool,
}

impl Machine {
    pub(crate) fn new(config: Arc<Config>, enabled: RuleSet) -> Self {
        let on = config
            .plan
            .sought
            .iter()
            .filter(|(rule, _)| enabled.contains(*rule));
        let sought = on.fold(Sought::default(), |all, (_, sought)| all.or(*sought));
        let fence = config.spares_code.then(Fence::default);
        Self {
            sought,
            scanners: Scanners::new(&config.plan, enabled),
            config,
            exempt: Arc::default(),
            view: View::default(),
            reading: Reading::default(),
            swallowing: None,
            invisible: 0,
            pinned: None,
            fence,
            held: 0,
            reserved: 0,
            reads_all: false,
            may_tell: true,
        }
    }

    pub(crate) fn exempt(&mut self, values: Arc<[String]>) {
        self.exempt = values;
    }

    /// Leaves so much of the hold to somebody else, as far as there is more than the least one.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.reserved = bytes.min(self.config.max_hold - RedactorBuilder::MIN_HOLD);
    }

    /// What stands before the next text, see [`Stream::context`](crate::Stream::context).
    pub(crate) fn context(&mut self, name: &str) {
        // Every text is a text: the name says nothing, while the word may ask for a message.
        if name.eq_ignore_ascii_case("text") {
            return;
        }
        let mut before = ' ';
        for c in name.chars() {
            // Words in a name stand apart: `phone_number`, `phoneNumber`.
            if c == '_' || c.is_uppercase() && before.is_lowercase() {
                self.reading.show(" ");
            }
            if c != '_' {
                self.reading.show(c.encode_utf8(&mut [0; 4]));
            }
            before = c;
        }
        self.reading.show(": ");
        let (at, left) = (self.reading.cursor(), self.reading.left());
        self.scanners.begin_text(at, left);
    }

    /// Turns off what spares the rules from reading. It changes no answer.
    pub(crate) fn read_all(&mut self) {
        self.reads_all = true;
    }

    pub(crate) fn held(&self) -> usize {
        self.held
    }

    pub(crate) fn is_swallowing(&self) -> bool {
        self.swallowing.is_some()
    }

    /// Reads a piece: the same as [`push`](Self::push) for each of its characters, but for what is
    /// passed over because it holds nothing.
    pub(crate) fn push_str(&mut self, text: &str, sink: &mut Sink<'_>) {
        if self.reads_all {
            text.chars().for_each(|c| self.push(c, sink));
            return;
        }
        if self.scanners.are_off() && self.is_quiet() {
            self.pass(text, sink);
            return;
        }
        let mut at = 0;
        // Behind the last place where the first look wanted to read on.
        let mut read_to = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if at >= read_to && rest.len() >= MIN_SKIP && !self.sought.hosts && self.is_quiet() {
                let contexts = |before: &[u8]| self.may_have_contexts(before);
                let stop = skip::next(text.as_bytes(), at, &contexts, self.sought);
                read_to = stop.until.max(at + MIN_SKIP);
                let passed = stop.anew.and_then(|anew| rest.get(..anew - at));
                if let Some(passed) = passed.filter(|passed| !passed.is_empty()) {
                    self.pass(passed, sink);
                    at += passed.len();
                    continue;
                }
            }
            if let Some(passed) = self.long_word(rest) {
                self.pass(passed, sink);
                at += passed.len();
                continue;
            }
            let chunk = rest.as_bytes().get(..MAX_CHUNK).unwrap_or(rest.as_bytes());
            let read = self.push_plain(chunk, read_to.saturating_sub(at), sink);
            at += read;
            let next = rest.chars().next().filter(|_| read == 0);
            if let Some(c) = next {
                self.push(c, sink);
                at += c.len_utf8();
            }
        }
    }

    /// Ends the text.
    pub(crate) fn finish(&mut self, is_cut: bool, sink: &mut Sink<'_>) {
        self.view.flush(&mut self.reading.symbols);
        let end = self.reading.symbols.end();
        self.read(end, sink);
        self.end_candidates(end, is_cut, sink);
        self.swallowing = None;
        self.fence = self.fence.as_ref().map(|_| Fence::default());
        self.reading.clear();
        self.restart();
    }

    /// Whether the next character goes to the rules as it is.
    #[inline]
    fn is_plain(&self) -> bool {
        self.swallowing.is_none() && self.invisible == 0 && self.view.is_clear()
    }

    /// Reads characters that the view gives on as they are, up to another one, or until there may
    /// be something to pass over behind the first `least`. Says how many.
    #[inline(never)]
    fn push_plain(&mut self, text: &[u8], least: usize, sink: &mut Sink<'_>) -> usize {
        // Up to where it was looked for words that tell of births: of a short text each place is
        // asked for them instead.
        let (mut heard, mut births) = (text.len(), Births::default());
        if text.len() >= MIN_SKIP {
            (births, self.may_tell) = self.reading.all_births();
            heard = 0;
        }
        let mut n = 0;
        while let Some(rest) = text
            .get(n..)
            .filter(|rest| !rest.is_empty() && self.is_plain())
        {
            if n >= heard {
                // From the beginning of a word that is not known yet.
                let from = n.saturating_sub(2);
                heard = text.len().min(least.max(n + HEARD));
                let next = text.get(from..heard).unwrap_or_default();
                self.may_tell = self.may_tell || births.follow(next);
            }
            self.hear_behind_finding(rest.first().copied());
            let may_tell = self.may_tell || self.reading.births().are_near();
            let plan = &self.config.plan;
            self.scanners.hear_births(plan, may_tell);
            // Short texts are read to their end.
            let least = least.max(1).saturating_sub(n);
            let is_short = rest.len() < least + MIN_SKIP;
            let quiet_from = if is_short { rest.len() } else { least };
            let word = rest.get(..quiet_from).unwrap_or(rest);
            let room = (self.max_undecided() + 1).saturating_sub(self.reading.undecided());
            let room = room.min(heard - n);
            let word = word.get(..room).unwrap_or(word);
            let inside = self.scanners.go_on_inside(plan, word);
            if inside > 0 {
                self.reading
                    .push_plain(rest.get(..inside).unwrap_or_default());
                self.held += inside;
                n += inside;
                if self.is_over_hold() {
                    self.decide(sink);
                }
                continue;
            }
            let cursor = self.reading.cursor();
            let more = self.scanners.go_on(plan, rest, quiet_from, room, cursor);
            if more > 0 {
                self.reading
                    .push_plain(rest.get(..more).unwrap_or_default());
                self.held += more;
                n += more;
                self.decide(sink);
                continue;
            }
            let [byte, tail @ ..] = rest else {
                break;
            };
            let class = plan.of_byte(*byte);
            let is_plain = class.is_some_and(|class| is_plain(class, tail.first()));
            if !is_plain || quiet_from == 0 && self.scanners.are_quiet(plan) {
                break;
            }
            n += 1;
            self.held += 1;
            let symbol = Sym::ascii(*byte);
            self.reading.symbols.push(symbol);
            if self.read_visible(symbol) {
                self.decide(sink);
                let end = self.reading.symbols.end();
                if self.reading.cursor() < end {
                    self.read(end, sink);
                }
            }
        }
        self.may_tell = true;
        n
    }

    /// Reads one character.
    fn push(&mut self, c: char, sink: &mut Sink<'_>) {
        self.held += c.len_utf8();
        self.view.push(c, &mut self.reading.symbols);
        self.read(self.reading.symbols.end(), sink);
    }

    /// Reads all symbols before `end`, deciding what can be decided after each.
    fn read(&mut self, end: u64, sink: &mut Sink<'_>) {
        while self.reading.cursor() < end {
            let Some(symbol) = self.reading.next() else {
                return;
            };
            if self.swallowing.is_some() {
                self.swallow(symbol, sink);
            } else if symbol.hidden {
                self.read_hidden(symbol, sink);
            } else if self.read_visible(symbol) {
                self.decide(sink);
            }
        }
    }

    /// Lets the rules read a symbol. Whether something may be decided now.
    #[inline]
    fn read_visible(&mut self, symbol: Sym) -> bool {
        let was_hidden = self.invisible > 0;
        self.end_invisible();
        let changed = self.step(symbol.cased()) || was_hidden;
        self.reading.advance(symbol);
        changed || self.is_over_hold()
    }

    /// Lets the rules read one character, at the cursor.
    #[inline]
    fn step(&mut self, c: char) -> bool {
        self.hear_behind_finding(u8::try_from(c).ok());
        let may_tell = self.may_tell || self.reading.births().are_near();
        self.scanners.hear_births(&self.config.plan, may_tell);
        let (at, left) = (self.reading.cursor(), self.reading.left());
        self.scanners.step(&self.config.plan, c, at, left)
    }

    /// Births were looked for in the text as it came. A word that begins right behind a finding
    /// (`\x1b[31mborn`) is part of a longer one there.
    #[inline]
    fn hear_behind_finding(&mut self, next: Option<u8>) {
        let is_word = next.is_some_and(|byte| byte.is_ascii_alphanumeric());
        self.may_tell |= is_word && self.reading.is_behind_finding();
    }

    fn max_undecided(&self) -> usize {
        self.config.max_hold - MAX_PENDING - self.reserved
    }

    #[inline]
    fn is_over_hold(&self) -> bool {
        self.reading.undecided() > self.max_undecided()
    }

    /// Decides all before `end`, where the cursor is, as if nothing came behind it. Each round
    /// decides at least one place: no value holds [`END`], so nothing stays alive behind it.
    fn end_candidates(&mut self, end: u64, is_cut: bool, sink: &mut Sink<'_>) {
        while self.reading.symbols.base() < end {
            if is_cut {
                let (at, left) = (self.reading.cursor(), self.reading.left());
                self.scanners.mask(&self.config.plan, at, left);
            }
            self.end_invisible();
            self.step(END);
            self.decide(sink);
            self.read(end, sink);
        }
    }

    /// Reads on from the first undecided place.
    fn restart(&mut self) {
        self.reading.restart();
        self.invisible = 0;
        self.pinned = None;
        self.scanners.reset(self.reading.left().prev);
    }
}
