//! Keys in a circle, and the choice among them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use super::{
    RingOptions,
    entry::{Entry, Rank},
    health::Health,
    ticks::{Ticks, to_millis, to_nanos},
    turn::Turn,
};
use crate::Strategy;

/// The keys of one class. Choosing one takes no lock: the numbers are changed one at a time, each
/// by compare-and-swap from the value that the decision was made on, and nothing but themselves is
/// published by them (so `Relaxed` will do).
#[derive(Debug)]
pub(crate) struct Circle {
    entries: Box<[Arc<Entry>]>,
    /// A packed [`Turn`]: of [`Strategy::Primary`].
    turn: AtomicU64,
    /// Where the others begin to look.
    next: AtomicUsize,
}

/// What a choice depends on beside the keys.
pub(crate) struct Moment<'r> {
    pub(crate) options: &'r RingOptions,
    pub(crate) ticks: &'r Ticks,
    pub(crate) now: u64,
    /// Whether the call could go on with another key, so that it may try one that was suspected.
    pub(crate) may_try: bool,
}

impl Circle {
    /// How long one call has a key on trial before another may try it.
    const TRIAL: Duration = Duration::from_secs(5);

    pub(crate) fn new(entries: Vec<Arc<Entry>>, turn: Turn) -> Self {
        Self {
            entries: entries.into(),
            turn: AtomicU64::new(turn.pack()),
            next: AtomicUsize::new(0),
        }
    }

    pub(crate) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The key whose turn it is, and since when.
    pub(crate) fn turn(&self) -> (Option<&Arc<Entry>>, Turn) {
        let turn = Turn::unpack(self.turn.load(Relaxed));
        (self.entries.get(turn.index), turn)
    }

    /// A key for a call: a healthy one, or else the one of which most is to be hoped, since nobody
    /// is to be locked out by a wrong verdict. None if there are no keys.
    pub(crate) fn pick(&self, moment: &Moment<'_>) -> Option<&Arc<Entry>> {
        let index = match moment.options.strategy {
            Strategy::Primary => self.current(moment)?,
            _ => self.choose(moment, |_| true)?.1,
        };
        self.entries.get(index)
    }

    /// A key for one more attempt of a call, of those that `allows` names, no worse than `worst`.
    pub(crate) fn pick_another(
        &self,
        moment: &Moment<'_>,
        worst: Rank,
        allows: impl Fn(&Entry) -> bool,
    ) -> Option<&Arc<Entry>> {
        let (rank, index) = self.choose(moment, allows)?;
        self.entries.get(index).filter(|_| rank <= worst)
    }

    fn choose(
        &self,
        moment: &Moment<'_>,
        allows: impl Fn(&Entry) -> bool,
    ) -> Option<(Rank, usize)> {
        let start = match moment.options.strategy {
            Strategy::Primary => {
                // Moves the turn on, but leaves a key on trial to whoever gets it.
                let may_try = false;
                self.current(&Moment { may_try, ..*moment })?
            }
            _ => self.next.fetch_add(1, Relaxed) % self.entries.len().max(1),
        };
        if moment.options.strategy == Strategy::LeastInFlight {
            if let Some(index) = self.least_in_flight(start, moment, &allows) {
                return Some((Rank::Ready, index));
            }
        }
        self.best(start, moment, allows)
    }

    /// The ready key with the fewest calls in flight, the first from `start` on of those that are alike.
    fn least_in_flight(
        &self,
        start: usize,
        moment: &Moment<'_>,
        allows: impl Fn(&Entry) -> bool,
    ) -> Option<usize> {
        let mut least: Option<(u64, usize)> = None;
        for (index, entry) in self.from(start) {
            if moment.rank(entry).0 != Rank::Ready || !allows(entry) {
                continue;
            }
            match entry.key.in_flight() {
                // No other has fewer: most of the time the first key that is looked at.
                0 => return Some(index),
                calls if least.is_none_or(|(fewest, _)| calls < fewest) => {
                    least = Some((calls, index));
                }
                _ => {}
            }
        }
        least.map(|(_, index)| index)
    }

    fn current(&self, moment: &Moment<'_>) -> Option<usize> {
        loop {
            let packed = self.turn.load(Relaxed);
            let turn = Turn::unpack(packed);
            let entry = self.entries.get(turn.index)?;
            let is_over = moment.is_over(turn);
            if !is_over && moment.rank(entry).0 == Rank::Ready {
                return Some(turn.index);
            }
            let (rank, next) = self.best(turn.index + 1, moment, |_| true)?;
            if rank > Rank::OnTrial || (!is_over && next == turn.index) {
                return Some(next);
            }
            let since = to_millis(moment.now);
            let moved = Turn { index: next, since }.pack();
            let exchanged = self.turn.compare_exchange(packed, moved, Relaxed, Relaxed);
            if exchanged.is_err() {
                continue;
            }
            if let Some(to) = self.entries.get(next).filter(|_| next != turn.index) {
                let (from, to) = (entry.key.fingerprint, to.key.fingerprint);
                let reason = if is_over { "age" } else { "health" };
                tracing::info!(%from, %to, reason, "next key");
            }
            return Some(next);
        }
    }

    /// The first ready key from `start` on, all around the circle; else the one of the least rank.
    fn best(
        &self,
        start: usize,
        moment: &Moment<'_>,
        allows: impl Fn(&Entry) -> bool,
    ) -> Option<(Rank, usize)> {
        let mut least: Option<((Rank, u64), usize)> = None;
        for (index, entry) in self.from(start).filter(|(_, entry)| allows(entry)) {
            let mut ranked = moment.rank(entry);
            if ranked.0 == Rank::OnTrial {
                if moment.may_try && moment.begin_trial(entry) {
                    return Some((Rank::OnTrial, index));
                }
                ranked.0 = Rank::Benched;
            }
            if ranked.0 == Rank::Ready {
                return Some((Rank::Ready, index));
            }
            if least.is_none_or(|(least, _)| ranked < least) {
                least = Some((ranked, index));
            }
        }
        least.map(|((rank, _), index)| (rank, index))
    }

    fn from(&self, start: usize) -> impl Iterator<Item = (usize, &Arc<Entry>)> {
        let all = || self.entries.iter().enumerate();
        all().skip(start).chain(all().take(start))
    }
}

impl Moment<'_> {
    fn rank(&self, entry: &Entry) -> (Rank, u64) {
        entry.rank(self.now, to_nanos(self.options.expiry_margin))
    }

    /// For how long the API would be asked in vain with this key, of which most is to be hoped.
    pub(super) fn wait(&self, entry: &Entry) -> Option<Duration> {
        // Of most keys this one look at the group tells that there is nothing to wait for.
        let until = entry.group.asked_until();
        let waits = until > self.now && self.rank(entry).0 == Rank::Waiting;
        waits.then(|| Duration::from_nanos(until - self.now))
    }

    fn is_over(&self, turn: Turn) -> bool {
        let lasts = to_millis(to_nanos(self.options.rotate_every)).max(1);
        to_millis(self.now).saturating_sub(turn.since) >= lasts
    }

    /// True for one caller, who then has the key to himself for a while.
    fn begin_trial(&self, entry: &Entry) -> bool {
        let seen = entry.key.health();
        if seen.until() > self.now {
            return false;
        }
        let until = self
            .ticks
            .stamp(self.now)
            .saturating_add(to_nanos(Circle::TRIAL));
        let on_trial = Health::held(seen.standing(), until);
        entry.key.change_health(seen, on_trial)
    }
}
