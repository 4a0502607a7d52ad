//! Values made of groups: a run of characters of one class with separators between, read to its
//! end and then judged as a whole.
//!
//! A rule of this kind is a [`Spec`]: three classes, and a validator that picks the value out of
//! the run. It is live as long as the run goes on, so at most one start is live.

use super::{Found, Scan, is_word};
use crate::left::Left;

/// The longest run that is looked at in one go, in visible characters.
pub(super) const MAX_RUN: usize = 64;
/// No value is longer, so a longer run goes on from a group this near to its end.
const MAX_VALUE: usize = 40;

/// What a rule for grouped values is made of.
#[derive(Debug)]
pub(crate) struct Spec {
    /// The characters that a run may begin with.
    pub(super) first: fn(u8) -> bool,
    /// The characters of groups.
    pub(super) body: fn(u8) -> bool,
    /// The characters between groups.
    pub(super) separator: fn(u8) -> bool,
    /// How many of them in a row.
    pub(super) max_separators: usize,
    /// The fewest characters of a value: shorter runs are not judged.
    pub(super) min_len: usize,
    /// The value in a complete run: its beginning and end.
    pub(super) value: fn(&Run<'_>) -> Option<(usize, usize)>,
    /// Whether the value in a run that was broken off is past doubt.
    pub(super) is_anchored: fn(&Run<'_>) -> bool,
}

/// A run to be judged.
pub(crate) struct Run<'r> {
    /// ASCII, at most [`MAX_RUN`] bytes, beginning with `Spec::first`, ending with a group.
    pub(super) text: &'r [u8],
    /// The byte before, or 0.
    pub(super) before: u8,
    /// The byte before that.
    pub(super) before_that: u8,
    /// The byte behind: 0 at the end, 0x80 for all outside ASCII.
    pub(super) behind: u8,
    /// Separators stand between the run and that byte.
    pub(super) is_trimmed: bool,
    /// The run goes on in a letter or digit, so its last group is not whole.
    pub(super) is_open: bool,
    /// The place of the run, to look to the left of it.
    start: u64,
    left: Left<'r>,
}

impl Run<'_> {
    /// Whether one of `words` stands before the run on its line.
    pub(super) fn has_context(&self, words: &[&str]) -> bool {
        self.left.has_word(self.start, words)
    }

    /// Whether the word right before the run is one of `words`.
    pub(super) fn follows_word(&self, words: &[&str]) -> bool {
        self.left.follows_word(self.start, words)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    spec: &'static Spec,
    live: Option<Live>,
    found: Option<Found>,
}

#[derive(Clone, Copy, Debug)]
struct Live {
    start: u64,
    /// Visible characters.
    len: usize,
    /// The separators at its end.
    separators: usize,
}

impl Token {
    pub(super) fn new(spec: &'static Spec) -> Self {
        Self {
            spec,
            live: None,
            found: None,
        }
    }

    fn class(of: fn(u8) -> bool, c: char) -> bool {
        c.is_ascii() && of(c as u8)
    }

    /// The value in the run, as places.
    fn judge(&self, live: Live, at: u64, next: Option<char>, left: Left<'_>) -> Option<Found> {
        if live.len - live.separators < self.spec.min_len {
            return None;
        }
        let mut text = [0; MAX_RUN];
        let mut places = [0; MAX_RUN];
        let run = collect(live, at, left, &mut text, &mut places);
        let run = self.run(live, run, next, left);
        let (from, to) = (self.spec.value)(&run)?;
        let start = *places.get(from)?;
        let end = places.get(to.checked_sub(1)?)? + 1;
        Some(Found {
            start,
            end,
            opens: None,
        })
    }

    fn run<'r>(&self, live: Live, text: &'r [u8], next: Option<char>, left: Left<'r>) -> Run<'r> {
        let whole = text.len().saturating_sub(live.separators);
        let mut back = left.back(live.start);
        Run {
            text: text.get(..whole).unwrap_or_default(),
            before: back.next().unwrap_or(0),
            before_that: back.next().unwrap_or(0),
            behind: next.map_or(0, |c| if c.is_ascii() { c as u8 } else { 0x80 }),
            is_trimmed: live.separators > 0,
            is_open: live.separators == 0 && next.is_some_and(is_word),
            start: live.start,
            left,
        }
    }

    /// A run that is too long goes on from a group near its end, if one begins there.
    fn shorten(&self, live: Live, at: u64, left: Left<'_>) -> Option<Live> {
        let mut text = [0; MAX_RUN];
        let mut places = [0; MAX_RUN];
        let text = collect(live, at, left, &mut text, &mut places);
        let from = text.len().checked_sub(MAX_VALUE)?;
        let group = text
            .windows(2)
            .enumerate()
            .skip(from)
            .find_map(|(n, pair)| {
                let [before, first] = pair else { return None };
                let begins = !(self.spec.body)(*before) && (self.spec.first)(*first);
                begins.then_some(n + 1)
            })?;
        Some(Live {
            start: *places.get(group)?,
            len: text.len() - group,
            separators: live.separators,
        })
    }
}

impl Scan for Token {
    #[inline]
    fn step(&mut self, c: char, at: u64, left: Left<'_>) {
        if let Some(mut live) = self.live {
            let is_body = Self::class(self.spec.body, c);
            let goes_on = is_body
                || Self::class(self.spec.separator, c)
                    && live.separators < self.spec.max_separators;
            if goes_on && live.len < MAX_RUN {
                live.len += 1;
                live.separators = if is_body { 0 } else { live.separators + 1 };
                self.live = Some(live);
                return;
            }
            self.found = self.judge(live, at, Some(c), left);
            self.live = None;
            if self.found.is_some() {
                return;
            }
            if goes_on {
                self.live = self.shorten(live, at, left);
                if self.live.is_some() {
                    self.step(c, at, left);
                    return;
                }
            }
        }
        if Self::class(self.spec.first, c) && !left.prev.is_some_and(is_word) {
            self.live = Some(Live {
                start: at,
                len: 1,
                separators: usize::from(!Self::class(self.spec.body, c)),
            });
        }
    }

    fn live(&self) -> Option<u64> {
        self.live.map(|live| live.start)
    }

    fn found(&self) -> Option<Found> {
        self.found
    }

    fn is_anchored(&self, at: u64, left: Left<'_>) -> bool {
        let Some(live) = self.live else {
            return false;
        };
        let mut text = [0; MAX_RUN];
        let mut places = [0; MAX_RUN];
        let text = collect(live, at, left, &mut text, &mut places);
        (self.spec.is_anchored)(&self.run(live, text, None, left))
    }

    fn reset(&mut self) {
        *self = Self::new(self.spec);
    }
}

/// The visible characters of the run and their places.
fn collect<'t>(
    live: Live,
    at: u64,
    left: Left<'_>,
    text: &'t mut [u8; MAX_RUN],
    places: &mut [u64; MAX_RUN],
) -> &'t [u8] {
    let symbols = (live.start..at).filter_map(|place| {
        let symbol = left.held.get(place).filter(|symbol| !symbol.hidden)?;
        Some((place, symbol.ch))
    });
    let mut len = 0;
    for ((slot, place_slot), (place, c)) in text.iter_mut().zip(places).zip(symbols) {
        *slot = c as u8;
        *place_slot = place;
        len += 1;
    }
    text.get(..len).unwrap_or_default()
}

/// The groups of digits in a text, as ranges, in order.
pub(super) fn digit_groups(text: &[u8], groups: &mut [(usize, usize); MAX_RUN]) -> usize {
    let (mut count, mut open) = (0, false);
    for (n, byte) in text.iter().enumerate() {
        if !byte.is_ascii_digit() {
            open = false;
            continue;
        }
        if !open {
            count += 1;
            if let Some(group) = groups.get_mut(count - 1) {
                *group = (n, n + 1);
            }
        } else if let Some(group) = groups.get_mut(count - 1) {
            group.1 = n + 1;
        }
        open = true;
    }
    count.min(MAX_RUN)
}
