//! Many characters at a time, as long as no rule has to be asked.

use super::{LiveRun, NOWHERE, Scanners, ones, separated};
use crate::plan::{Class, Kind, Plan};
use crate::rules::{Automaton, MAX_RUN, Scan};
use crate::view;

impl Scanners {
    /// Reads letters behind a letter, or digits behind a digit, as long as they only go on with
    /// what is alive. The same as [`step`](Self::step) for each of them. Says how many.
    #[inline]
    pub(crate) fn go_on_inside(&mut self, plan: &Plan, text: &[u8]) -> usize {
        if self.best.is_some() || self.awake != 0 {
            return 0;
        }
        let room = usize::try_from(self.expires.saturating_sub(self.seen)).unwrap_or(usize::MAX);
        let text = text.get(..room).unwrap_or(text);
        let n = plan.inside(self.before, self.live, self.runs_on, text);
        if n > 0 {
            self.seen += n as u64;
            self.behind = [0; 3];
        }
        n
    }

    /// Reads up to `room` characters, as long as no rule has to be asked; behind the first `least`
    /// only while something is alive that holds blanks. The same as [`step`](Self::step) for each
    /// of them, but that only the last of the first live places is seen. Says how many.
    #[inline(never)]
    pub(crate) fn go_on(
        &mut self,
        plan: &Plan,
        text: &[u8],
        least: usize,
        room: usize,
        at: u64,
    ) -> usize {
        if self.best.is_some() {
            return 0;
        }
        let awake = self.automata.get(self.awake.trailing_zeros() as usize);
        let room = match awake {
            Some(_) if self.awake.count_ones() > 1 => return 0,
            Some(automaton) => room.min(automaton.goes_on(text)),
            None => room,
        };
        let is_asleep = awake.is_none();
        let first_awake = awake.and_then(Automaton::live).unwrap_or(NOWHERE);
        let in_runs = usize::try_from(self.expires.saturating_sub(self.seen)).unwrap_or(usize::MAX);
        let mut end = room.min(in_runs).min(text.len());
        let stop_of = |live, end: usize| {
            let is_quiet = is_asleep && live & !plan.sliding == 0;
            if is_quiet { end.min(least) } else { end }
        };
        // In registers, for this is where most of the time goes.
        let (mut live, mut behind, mut before) = (self.live, self.behind, self.before);
        let (mut marked, mut first, mut expires) = (self.marked, self.first, self.expires);
        let mut stop = stop_of(live, end);
        let wakes_on = self.automata_on & !self.asleep;
        let mut n = 0;
        while n < stop {
            let Some(class) = text.get(n).and_then(|byte| plan.of_byte(*byte)) else {
                break;
            };
            let ended = live & !(class.body | class.separator & !plan.full(behind));
            let begins = class.begins(before) & self.runs_on & !(live & !ended);
            let judged = ended & plan.judged & (marked | !plan.marked);
            let asks = judged | class.wakes(before) & wakes_on;
            if asks != 0 || !is_plain(class, text.get(n + 1)) {
                break;
            }
            marked |= class.marks;
            before = class.kind;
            behind = separated(behind, live & !ended & class.separator);
            if ended | begins != 0 {
                live = live & !ended | begins;
                behind[0] |= begins & !class.body;
                marked = marked & !begins | begins & class.marks;
                let start = at + n as u64;
                let is_first = |n: usize| self.runs.get(n).is_some_and(|run| run.start == first);
                let was_first = first != first_awake && ones(ended).any(is_first);
                let seen = self.seen + n as u64;
                self.set_runs(begins, LiveRun { start, seen });
                if was_first {
                    first = self.first_of(live, first_awake).0;
                } else if begins != 0 {
                    first = first.min(start);
                }
                if begins != 0 {
                    // Too early where others have ended: then nothing is found to be too long.
                    expires = expires.min(seen + MAX_RUN as u64);
                    end = end.min(n + MAX_RUN);
                }
                stop = stop_of(live, end);
            }
            n += 1;
            if class.kind != Kind::Other {
                let inside = text.get(n..stop).unwrap_or_default();
                let more = plan.inside(before, live, self.runs_on, inside);
                if more > 0 {
                    behind = [0; 3];
                    n += more;
                }
            }
        }
        (self.live, self.behind, self.before) = (live, behind, before);
        (self.marked, self.first, self.expires) = (marked, first, expires);
        self.seen += n as u64;
        if !is_asleep {
            if let Some(automaton) = self.automata.get_mut(self.awake.trailing_zeros() as usize) {
                automaton.go_on(text.get(..n).unwrap_or_default(), at);
            }
        }
        n
    }
}

/// Whether the view gives a character on as it is. It holds a blank back until it is clear that
/// no `(at)` follows.
#[inline]
pub(crate) fn is_plain(class: &Class, next: Option<&u8>) -> bool {
    class.is_plain || class.is_blank && next.is_some_and(|next| view::is_plain(*next))
}
