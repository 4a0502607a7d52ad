//! The one machine: a fold over characters that decides, place by place, what is kept.

mod decide;
mod swallow;

use std::sync::Arc;

use self::swallow::Swallowing;
use crate::edit::Sink;
use crate::left::REACH;
use crate::reading::Reading;
use crate::redactor::Config;
use crate::rules::END;
use crate::ruleset::RuleSet;
use crate::scanners::Scanners;
use crate::skip;
use crate::view::{MAX_PENDING, Sym, View, is_plain};

/// Shorter pieces are read, for looking ahead costs as much.
const MIN_SKIP: usize = 16;

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
    /// Bytes pushed and not yet covered by edits: undecided ones, and what the view holds back.
    held: usize,
    /// The rules read everything.
    reads_all: bool,
}

impl Machine {
    pub(crate) fn new(config: Arc<Config>, enabled: RuleSet) -> Self {
        Self {
            scanners: Scanners::new(&config.plan, enabled),
            config,
            exempt: Arc::default(),
            view: View::default(),
            reading: Reading::default(),
            swallowing: None,
            invisible: 0,
            held: 0,
            reads_all: false,
        }
    }

    pub(crate) fn exempt(&mut self, values: Arc<[String]>) {
        self.exempt = values;
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
        let mut at = 0;
        // Behind the last place where the first look wanted to read on.
        let mut read_to = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if at >= read_to && rest.len() >= MIN_SKIP && self.is_quiet() {
                let stop = skip::next(text.as_bytes(), at, &|before| self.may_be_called(before));
                read_to = stop.until;
                let passed = stop.anew.and_then(|anew| rest.get(..anew - at));
                if let Some(passed) = passed.filter(|passed| !passed.is_empty()) {
                    self.pass(passed, sink);
                    at += passed.len();
                    continue;
                }
            }
            let read = self.push_plain(rest.as_bytes(), read_to.saturating_sub(at), sink);
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
        self.reading.clear();
        self.restart();
    }

    /// Whether a word on the line makes a number behind `raw` one to call, as far as can be told
    /// without reading `raw`.
    fn may_be_called(&self, raw: &[u8]) -> bool {
        // No further back: there may be many numbers on a long line.
        let tail = raw
            .get(raw.len().saturating_sub(REACH)..)
            .unwrap_or_default();
        let line = tail.iter().rposition(|b| matches!(b, b'\n' | b'\r'));
        let tail = line.and_then(|line| tail.get(line..)).unwrap_or(tail);
        if tail.iter().any(|b| *b >= 0x80 || matches!(b, b'&' | b'%')) {
            return true;
        }
        let cursor = self.reading.cursor();
        self.reading.left().may_be_called(tail, cursor)
    }

    /// Whether all that is alive ends at the next blank.
    #[inline]
    fn is_quiet(&self) -> bool {
        self.is_plain() && self.scanners.are_quiet(&self.config.plan)
    }

    /// Whether the next character goes to the rules as it is.
    #[inline]
    fn is_plain(&self) -> bool {
        self.swallowing.is_none() && self.invisible == 0 && self.view.is_clear()
    }

    /// Keeps what is held and the text behind it, and begins anew behind that. The text ends where
    /// a value cannot.
    fn pass(&mut self, text: &str, sink: &mut Sink<'_>) {
        self.keep_to(self.reading.cursor(), sink);
        sink.keep(text.len());
        self.reading.show_kept(text);
        self.restart();
    }

    /// Reads characters that the view gives on as they are, up to another one, or until there may
    /// be something to pass over behind the first `least`. Says how many.
    fn push_plain(&mut self, text: &[u8], least: usize, sink: &mut Sink<'_>) -> usize {
        let mut n = 0;
        while let Some(byte) = text.get(n).filter(|_| self.is_plain()) {
            let word = text.get(n..).unwrap_or_default();
            let more = self.scanners.goes_on(&self.config.plan, word);
            if more > 0 {
                self.scanners.go_on(more);
                self.reading.push_word(word.get(..more).unwrap_or_default());
                self.held += more;
                n += more;
                if self.scanners.first_live().is_none() {
                    self.decide(sink);
                }
                continue;
            }
            let may_pass = n >= least.max(1) && text.len() - n >= MIN_SKIP;
            if may_pass && self.scanners.are_quiet(&self.config.plan) {
                break;
            }
            // The view holds a blank until it is clear that no `(at)` follows.
            let is_gap = *byte == b' ' && text.get(n + 1).is_some_and(|next| is_plain(*next));
            if !is_plain(*byte) && !is_gap {
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
        let changed = self.step(symbol.ch) || self.invisible > 0;
        self.invisible = 0;
        self.reading.advance(symbol);
        changed || self.is_over_hold()
    }

    /// Lets the rules read one character, at the cursor.
    #[inline]
    fn step(&mut self, c: char) -> bool {
        let (at, left) = (self.reading.cursor(), self.reading.left());
        self.scanners.step(&self.config.plan, c, at, left)
    }

    #[inline]
    fn is_over_hold(&self) -> bool {
        self.reading.undecided() > self.config.max_hold - MAX_PENDING
    }

    /// Decides all before `end`, where the cursor is, as if nothing came behind it. Each round
    /// decides at least one place: no value holds [`END`], so nothing stays alive behind it.
    fn end_candidates(&mut self, end: u64, is_cut: bool, sink: &mut Sink<'_>) {
        while self.reading.symbols.base() < end {
            if is_cut {
                let (at, left) = (self.reading.cursor(), self.reading.left());
                self.scanners.mask(&self.config.plan, at, left);
            }
            self.step(END);
            self.invisible = 0;
            self.decide(sink);
            self.read(end, sink);
        }
    }

    /// Reads on from the first undecided place.
    fn restart(&mut self) {
        self.reading.restart();
        self.invisible = 0;
        self.scanners.reset(self.reading.left().prev);
    }
}
