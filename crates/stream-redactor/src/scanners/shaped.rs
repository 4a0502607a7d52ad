//! Values by what they look like, in complete runs.

use super::Scanners;
use crate::context::Context;
use crate::plan::RunPlan;
use crate::rules::{MAX_SHAPE, Run, Shape, Tier};

impl Scanners {
    /// Finds the values that begin first in a run. Whether there is one.
    pub(super) fn find_shape(&mut self, plan: &RunPlan, run: &Run<'_>) -> bool {
        let starts = (0..run.all.len()).filter(|n| begins(run, *n));
        // Many at once are rare, and the first that has one ends it.
        for from in starts {
            if self.find_shape_at(plan, run, from) {
                return true;
            }
        }
        false
    }

    fn find_shape_at(&mut self, plan: &RunPlan, run: &Run<'_>, from: usize) -> bool {
        let Some(table) = plan.shapes else {
            return false;
        };
        let mut any = false;
        let text = run.all.get(from..).unwrap_or_default();
        for (state, to) in table.walk(text.iter().copied()).zip(from + 1..) {
            if state.whole.is_empty() || !ends(run, to) {
                continue;
            }
            for entry in &state.whole {
                let rule = plan.shaped.get(*entry).copied().flatten();
                if let (Some((_, shape)), Some((rule, tier))) = (table.entries.get(*entry), rule) {
                    any |= self.find_value(run, (from, to), shape, (rule, tier));
                }
            }
        }
        any
    }

    fn find_value(
        &mut self,
        run: &Run<'_>,
        (from, to): (usize, usize),
        shape: &Shape,
        (rule, tier): (usize, Tier),
    ) -> bool {
        if !self.enabled.contains(rule) {
            return false;
        }
        let Some(found) = run.found(from, to).filter(|found| {
            !self.has_lost(found.start, tier) && (!shape.is_capital() || run.is_capital(*found))
        }) else {
            return false;
        };
        let mut room = [0; MAX_SHAPE];
        let value = run.all.get(from..to).unwrap_or_default();
        let value = value.iter().filter(|b| b.is_ascii_alphanumeric());
        let len = room
            .iter_mut()
            .zip(value)
            .map(|(slot, byte)| *slot = *byte)
            .count();
        let context = shape.context();
        let is_named = if context == Context::NONE {
            !is_rest(run, (from, to))
        } else {
            run.contexts().has(context)
        };
        let is_value = is_named && shape.is_right(room.get(..len).unwrap_or_default());
        if is_value {
            self.find(rule, tier, found);
        }
        is_value
    }
}

/// Whether a value may begin at a character of a run: at the first one or behind a blank, with no
/// word, path, amount or fraction before it.
fn begins(run: &Run<'_>, from: usize) -> bool {
    let is_word = run.all.get(from).is_some_and(u8::is_ascii_alphanumeric);
    let before = from.checked_sub(1).and_then(|n| run.all.get(n));
    is_word
        && match before {
            None => may_follow(run.before, run.before_that),
            Some(before) => matches!(before, b' ' | b'('),
        }
}

fn may_follow(before: u8, before_that: u8) -> bool {
    match before {
        b'_' | b'$' | b'/' | b'\\' | b'@' | b'+' | b'%' => false,
        b'-' | b'.' => !before_that.is_ascii_alphanumeric(),
        _ => true,
    }
}

/// Whether groups with blanks between look like the rest of a longer number.
fn is_rest(run: &Run<'_>, (from, to): (usize, usize)) -> bool {
    let value = run.all.get(from..to).unwrap_or_default();
    let before = from.checked_sub(2).and_then(|n| run.all.get(n));
    value.contains(&b' ') && before.is_some_and(u8::is_ascii_digit)
}

/// Whether a value may end before a character of a run: no word goes on there, and behind a mark
/// that a value may hold comes nothing that could go on with it, not even a placeholder, in whose
/// place something may stand.
fn ends(run: &Run<'_>, to: usize) -> bool {
    let behind = |n: usize| run.all.get(n).copied().unwrap_or(run.behind);
    let is_last = to >= run.all.len();
    match behind(to) {
        _ if is_last => !run.is_before_word && !matches!(run.behind, b'_' | b'='),
        // A row of hyphens belongs to no value.
        b'-' if behind(to + 1) == b'-' => true,
        b'-' | b'.' | b'/' => {
            let is_word = to + 1 >= run.all.len() && run.is_before_word;
            !is_word && is_closing(behind(to + 1))
        }
        b'(' | b')' | b'+' | b' ' => true,
        next => !next.is_ascii_alphanumeric(),
    }
}

/// What stands behind a mark at the end of a clause.
fn is_closing(byte: u8) -> bool {
    byte == 0 || byte.is_ascii_whitespace() || b"\"'`)]},;:!?*>|".contains(&byte)
}
