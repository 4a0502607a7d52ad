//! The one machine: a fold over characters that decides, place by place, what is kept.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::edit::{Entity, Sink};
use crate::left::{Left, REACH, Register};
use crate::redactor::Config;
use crate::rules::{Closer, END, Found, Held, Swallow};
use crate::ruleset::RuleSet;
use crate::scanners::Scanners;
use crate::skip;
use crate::view::{self, MAX_PENDING, Sym, View, visible};
use crate::word::{MAX_WORD, Turn, Word};

/// So many invisible characters in a row may stand inside a value. More end it.
const MAX_INVISIBLE: usize = 16;
/// What is shown instead of more.
const INVISIBLE: &str = "[INVISIBLE]";

/// Shorter pieces are read, for looking ahead costs as much.
const MIN_SKIP: usize = 16;

#[derive(Clone)]
pub(crate) struct Machine {
    config: Arc<Config>,
    /// Folded values that stay, beside those of the configuration.
    exempt: Arc<[String]>,
    view: View,
    /// The symbols from the first undecided place on.
    symbols: VecDeque<Sym>,
    /// The place of the first of them.
    base: u64,
    /// The place that the automata read next. It goes back to the end of a finding.
    cursor: u64,
    /// The visible character before the cursor; none behind a finding.
    prev: Option<char>,
    /// The visible character before the first undecided place; none behind a finding.
    before: Option<char>,
    /// What was decided on this line.
    register: Register,
    scanners: Scanners,
    /// What is held instead of symbols while no rule has to read.
    word: Option<Word>,
    /// The rules read everything.
    reads_all: bool,
    /// What is swallowed and what ends it. Nothing is undecided meanwhile.
    swallowing: Option<Swallowing>,
    /// Invisible characters right before the cursor.
    invisible: usize,
    /// Bytes that the symbols before the cursor stand for.
    undecided: usize,
    /// Bytes pushed and not yet covered by edits: those, and what the view holds back.
    held: usize,
}

#[derive(Clone)]
struct Swallowing {
    /// The rule that does, by its index; none for invisible characters.
    rule: Option<usize>,
    closer: Closer,
}

impl Machine {
    pub(crate) fn new(config: Arc<Config>, enabled: RuleSet) -> Self {
        let scanners = Scanners::new(&config.rules, enabled);
        Self {
            config,
            exempt: Arc::default(),
            view: View::default(),
            symbols: VecDeque::new(),
            base: 0,
            cursor: 0,
            prev: None,
            before: None,
            register: Register::default(),
            word: scanners.hold_words().then(Word::new),
            reads_all: false,
            scanners,
            swallowing: None,
            invisible: 0,
            undecided: 0,
            held: 0,
        }
    }

    pub(crate) fn exempt(&mut self, values: Arc<[String]>) {
        self.exempt = values;
    }

    /// Turns off what spares the rules from reading. It changes no answer.
    pub(crate) fn read_all(&mut self) {
        self.reads_all = true;
        self.word = None;
    }

    pub(crate) fn held(&self) -> usize {
        self.held
    }

    pub(crate) fn is_swallowing(&self) -> bool {
        self.swallowing.is_some()
    }

    /// Reads a piece, passing over what holds nothing. The same as [`push`](Self::push) for each
    /// of its characters.
    pub(crate) fn push_str(&mut self, text: &str, sink: &mut Sink<'_>) {
        let mut rest = text;
        // Behind the last place where the first look wanted to read on.
        let mut read_to = 0;
        let mut at = 0;
        while !rest.is_empty() {
            if rest.len() >= MIN_SKIP && at >= read_to && !self.reads_all && self.is_quiet() {
                let stop = skip::next(text.as_bytes(), at, &|before| self.may_be_called(before));
                read_to = stop.until;
                let anew = stop.anew.and_then(|anew| rest.split_at_checked(anew - at));
                if let Some((passed, tail)) = anew {
                    self.pass(passed, sink);
                    at += passed.len();
                    rest = tail;
                }
            }
            let Some(c) = rest.chars().next() else {
                return;
            };
            self.push(c, sink);
            at += c.len_utf8();
            rest = rest
                .split_at_checked(c.len_utf8())
                .map_or("", |(_, tail)| tail);
        }
    }

    /// Whether a word on the line makes a number behind `raw` one to call, as far as can be told
    /// without reading `raw`.
    fn may_be_called(&self, raw: &[u8]) -> bool {
        let line = raw.iter().rposition(|b| matches!(b, b'\n' | b'\r'));
        let tail = raw
            .get(raw.len().saturating_sub(REACH)..)
            .unwrap_or_default();
        let tail = line
            .and_then(|line| raw.get(line..))
            .filter(|l| l.len() < REACH)
            .unwrap_or(tail);
        if tail.iter().any(|b| *b >= 0x80 || matches!(b, b'&' | b'%')) {
            return true;
        }
        let left = Left {
            held: self.held_symbols(),
            register: &self.register,
            prev: self.prev,
        };
        let word = self.word.iter().flat_map(Word::chars).map(|c| c as u8);
        left.may_be_called(tail, word, self.cursor)
    }

    fn holds_words(&self) -> bool {
        !self.reads_all && self.scanners.hold_words()
    }

    /// Whether all that is alive ends at the next blank.
    #[inline]
    fn is_quiet(&self) -> bool {
        self.word.is_some()
            || self.swallowing.is_none()
                && self.invisible == 0
                && self.view.is_clear()
                && self.scanners.are_quiet()
    }

    /// Keeps what is held and the text behind it, and begins anew behind that. The text ends where
    /// a value cannot.
    fn pass(&mut self, text: &str, sink: &mut Sink<'_>) {
        self.keep_word(sink);
        self.keep_to(self.cursor, sink);
        sink.keep(text.len());
        self.show_text(text);
        self.restart();
        self.word = self.holds_words().then(Word::new);
    }

    /// Reads one character.
    #[inline]
    fn push(&mut self, c: char, sink: &mut Sink<'_>) {
        let Some(word) = &mut self.word else {
            self.push_to_rules(c, sink);
            if c.is_ascii_alphabetic() {
                self.hold_word();
            }
            return;
        };
        match word.turn(c) {
            Turn::Hold => {
                word.hold(c);
                self.held += 1;
            }
            Turn::KeepBefore => {
                self.keep_word(sink);
                if let Some(word) = &mut self.word {
                    word.hold(c);
                }
                self.held += 1;
            }
            Turn::KeepAll => {
                self.keep_word(sink);
                self.register.push(c);
                self.before = Some(c);
                self.prev = self.before;
                sink.keep(1);
            }
            Turn::Read => {
                self.read_word(sink);
                self.push_to_rules(c, sink);
            }
        }
    }

    /// Puts the end of a text that is kept into the register.
    fn show_text(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let tail = bytes
            .get(bytes.len().saturating_sub(REACH)..)
            .unwrap_or_default();
        if tail.is_ascii() {
            // Line ends other than this one are rare enough to be no matter of speed.
            let is_end = |b: &u8| matches!(b, b'\n' | b'\r' | 0xb | 0xc);
            let line = tail.iter().rposition(is_end);
            if line.is_some() || tail.len() == REACH {
                let line = line.and_then(|end| tail.get(end..)).unwrap_or(tail);
                self.register.fill(line);
                self.before = line.last().map(|b| char::from(b.to_ascii_lowercase()));
                return;
            }
        }
        let reach = text
            .char_indices()
            .rev()
            .map(|(at, _)| at)
            .take(REACH)
            .last();
        let shown = text.get(reach.unwrap_or(0)..).unwrap_or_default();
        for c in shown.chars() {
            let c = view::folded_char(c).ch;
            self.register.push(c);
            self.before = Some(c);
        }
    }

    fn push_to_rules(&mut self, c: char, sink: &mut Sink<'_>) {
        self.held += c.len_utf8();
        if c.is_ascii_alphanumeric() && self.view.is_clear() {
            self.symbols.push_back(view::folded_char(c));
        } else {
            self.view.push(c, &mut self.symbols);
        }
        self.read(sink);
    }

    /// Keeps the word at hand.
    fn keep_word(&mut self, sink: &mut Sink<'_>) {
        let Some(word) = &mut self.word else {
            return;
        };
        for c in word.chars() {
            self.register.push(c);
            self.before = Some(c);
        }
        self.prev = self.before;
        let n = word.held();
        word.clear();
        self.held -= n;
        sink.keep(n);
    }

    /// Gives the word at hand to the rules.
    fn read_word(&mut self, sink: &mut Sink<'_>) {
        let Some(word) = self.word.take() else {
            return;
        };
        self.held -= word.held();
        for c in word.chars() {
            self.push_to_rules(c, sink);
        }
    }

    /// Takes the word at hand back from the rules, if they hold nothing else.
    fn hold_word(&mut self) {
        let is_letter = |s: &Sym| s.raw == 1 && s.ch.is_ascii_lowercase();
        if self.reads_all
            || self.symbols.len() > MAX_WORD / 2
            || !self.scanners.hold_only_words()
            || !self.is_quiet()
            || !self.symbols.iter().all(is_letter)
        {
            return;
        }
        let mut word = Word::new();
        self.symbols
            .drain(..)
            .for_each(|symbol| word.hold(symbol.ch));
        self.base = self.cursor;
        self.word = Some(word);
        self.restart();
    }

    pub(crate) fn finish(&mut self, is_cut: bool, sink: &mut Sink<'_>) {
        self.read_word(sink);
        self.view.flush(&mut self.symbols);
        self.read(sink);
        self.end_candidates(END, is_cut, sink);
        self.swallowing = None;
        self.base = 0;
        self.before = None;
        self.restart();
        self.register.clear();
        self.word = self.holds_words().then(Word::new);
    }

    /// Decides all that was read, as if `c` came next. Each round decides at least one place: no
    /// value holds `c`, so nothing stays alive behind it.
    fn end_candidates(&mut self, c: char, is_cut: bool, sink: &mut Sink<'_>) {
        while !self.symbols.is_empty() {
            if is_cut {
                self.mask();
            }
            self.step(c);
            self.invisible = 0;
            self.decide(sink);
            self.read(sink);
        }
    }

    /// Reads all symbols there are, deciding what can be decided after each.
    fn read(&mut self, sink: &mut Sink<'_>) {
        while let Some(symbol) = self.held_symbols().get(self.cursor) {
            if self.swallowing.is_some() {
                self.swallow(symbol, sink);
                continue;
            }
            if symbol.hidden {
                self.invisible = if symbol.invisible {
                    self.invisible + 1
                } else {
                    0
                };
                self.advance(symbol);
                if self.invisible > MAX_INVISIBLE {
                    self.end_at_invisible(sink);
                    continue;
                }
            } else {
                self.step(symbol.ch);
                self.prev = Some(symbol.ch);
                self.invisible = 0;
                self.advance(symbol);
            }
            self.decide(sink);
            while self.undecided > self.config.max_hold - MAX_PENDING && self.overflow() {
                self.decide(sink);
            }
        }
    }

    fn swallow(&mut self, symbol: Sym, sink: &mut Sink<'_>) {
        let Some(swallowing) = &mut self.swallowing else {
            return;
        };
        let rule = swallowing.rule;
        let state = match &mut swallowing.closer {
            Closer::Invisible if symbol.invisible => Swallow::More,
            Closer::Invisible => Swallow::EndBefore,
            _ if symbol.hidden => Swallow::More,
            closer => closer.step(symbol.ch),
        };
        if !matches!(state, Swallow::More) {
            self.swallowing = None;
        }
        if !matches!(state, Swallow::EndBefore) {
            self.advance(symbol);
            let n = self.take_to(self.cursor, false);
            let entity = rule.and_then(|rule| Some(&self.config.rules.get(rule)?.entity));
            sink.swallow(n, entity.unwrap_or(&Entity::INVISIBLE_TEXT));
        }
    }

    /// The text ends before the invisible characters at the cursor, and begins anew behind them.
    fn end_at_invisible(&mut self, sink: &mut Sink<'_>) {
        let run = self.invisible;
        let behind = usize::try_from(self.cursor - self.base).unwrap_or(usize::MAX);
        let mut rest = self.symbols.split_off(behind);
        let invisible = self.symbols.split_off(behind - run);
        self.cursor -= run as u64;
        let n = invisible.iter().map(|symbol| symbol.raw).sum::<usize>();
        self.undecided -= n;
        self.invisible = 0;
        self.end_candidates(END, false, sink);
        self.symbols.append(&mut rest);
        self.held -= n;
        self.before = None;
        self.restart();
        if let Some(swallowing) = &self.swallowing {
            let rule = swallowing.rule.and_then(|rule| self.config.rules.get(rule));
            sink.swallow(n, rule.map_or(&Entity::INVISIBLE_TEXT, |rule| &rule.entity));
            return;
        }
        self.show(INVISIBLE);
        sink.replace(n, Entity::INVISIBLE_TEXT, Cow::Borrowed(INVISIBLE));
        self.swallowing = Some(Swallowing {
            rule: None,
            closer: Closer::Invisible,
        });
    }

    fn advance(&mut self, symbol: Sym) {
        self.cursor += 1;
        self.undecided += symbol.raw;
    }

    /// Lets the automata read one symbol, at the cursor.
    fn step(&mut self, c: char) {
        let left = Left {
            held: Held {
                symbols: &self.symbols,
                base: self.base,
            },
            register: &self.register,
            prev: self.prev,
        };
        self.scanners.step(&self.config.wake, c, self.cursor, left);
    }

    /// Counts the live candidates that are past their anchor as complete.
    fn mask(&mut self) {
        let left = Left {
            held: Held {
                symbols: &self.symbols,
                base: self.base,
            },
            register: &self.register,
            prev: self.prev,
        };
        self.scanners.mask(self.cursor, left);
    }

    /// The leftmost candidate wins, then the longest, then that of the earlier rule, as soon as
    /// nothing that is alive can win over it. Without a winner, all before the first live place is
    /// kept.
    fn decide(&mut self, sink: &mut Sink<'_>) {
        let mut live = self.scanners.live();
        if self.invisible > 0 {
            // They may turn out to be too many, and then they are a finding.
            let run = self.cursor - self.invisible as u64;
            live = Some(live.map_or(run, |live| live.min(run)));
        }
        match self.scanners.best() {
            Some((rule, found)) if live.is_none_or(|live| live > found.start) => {
                self.commit(rule, found, sink);
            }
            Some((_, found)) => self.keep_to(live.unwrap_or(self.cursor).min(found.start), sink),
            None => self.keep_to(live.unwrap_or(self.cursor), sink),
        }
    }

    fn commit(&mut self, rule: usize, found: Found, sink: &mut Sink<'_>) {
        if self.is_spared(found) {
            self.keep_to(found.end, sink);
            self.restart();
            return;
        }
        let config = Arc::clone(&self.config);
        let Some(rule_found) = config.rules.get(rule) else {
            return;
        };
        if found.start > self.base && !self.settle_before(found.start, sink) {
            return;
        }
        let n = self.take_to(found.end, false);
        self.show(rule_found.placeholder());
        sink.replace(n, rule_found.entity.clone(), rule_found.placeholder.clone());
        self.swallowing = found.opens.map(|closer| Swallowing {
            rule: Some(rule),
            closer,
        });
        self.before = None;
        self.restart();
    }

    /// What is undecided before a finding is read again with the end behind it: a reader of the
    /// outcome sees a placeholder there and not the finding. False if that swallows the finding.
    fn settle_before(&mut self, start: u64, sink: &mut Sink<'_>) -> bool {
        let behind = usize::try_from(start - self.base).unwrap_or(usize::MAX);
        let mut rest = self.symbols.split_off(behind.min(self.symbols.len()));
        self.restart();
        self.read(sink);
        self.end_candidates(END, false, sink);
        self.symbols.append(&mut rest);
        self.restart();
        self.swallowing.is_none()
    }

    /// What is shown in place of a finding is what later rules see on their left.
    fn show(&mut self, placeholder: &str) {
        for c in placeholder.chars() {
            let symbol = view::folded_char(c);
            if !symbol.hidden {
                self.register.push(symbol.ch);
            }
        }
    }

    fn is_spared(&self, found: Found) -> bool {
        if self.config.allowed.is_empty() && self.exempt.is_empty() || found.opens.is_some() {
            return false;
        }
        let held = self.held_symbols();
        let symbols: Vec<_> = (found.start..found.end)
            .filter_map(|at| held.get(at))
            .collect();
        let value: String = visible(&symbols).collect();
        self.config.allowed.contains(&value) || self.exempt.contains(&value)
    }

    /// Takes one live candidate out, the first: replaced as far as it was read if it is past its
    /// anchor, given up otherwise. False if there is none.
    fn overflow(&mut self) -> bool {
        let left = Left {
            held: Held {
                symbols: &self.symbols,
                base: self.base,
            },
            register: &self.register,
            prev: self.prev,
        };
        self.scanners.overflow(self.cursor, left)
    }

    fn keep_to(&mut self, end: u64, sink: &mut Sink<'_>) {
        let n = self.take_to(end, true);
        sink.keep(n);
    }

    /// Lets go of the symbols before `end` and says how many bytes they stand for.
    #[inline]
    fn take_to(&mut self, end: u64, is_shown: bool) -> usize {
        let mut taken = 0;
        while self.base < end {
            if let Some(symbol) = self.symbols.pop_front() {
                taken += symbol.raw;
                if is_shown && !symbol.hidden {
                    self.register.push(symbol.ch);
                    self.before = Some(symbol.ch);
                }
            }
            self.base += 1;
        }
        self.undecided = self.undecided.saturating_sub(taken);
        self.held -= taken;
        taken
    }

    /// Reads on from the first symbol that is left.
    fn restart(&mut self) {
        self.cursor = self.base;
        self.undecided = 0;
        self.invisible = 0;
        self.prev = self.before;
        self.scanners.reset();
    }

    fn held_symbols(&self) -> Held<'_> {
        Held {
            symbols: &self.symbols,
            base: self.base,
        }
    }
}
