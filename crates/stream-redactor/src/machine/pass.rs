//! What need not be read.

use super::Machine;
use crate::context::{self, Context};
use crate::edit::Sink;
use crate::left::{WIDE, is_line_end};
use crate::rules::MAX_RUN;
use crate::unread::Unread;

impl Machine {
    /// The words on the line before what stands behind `raw`, or more, as far as can be told without
    /// reading `raw`.
    pub(super) fn may_have_contexts(&self, raw: &[u8]) -> Context {
        let wide = raw.last_chunk::<WIDE>();
        let tail = wide.map_or(raw, |wide| wide);
        // Without branches, so that the compiler takes many bytes at a time.
        let has_end = tail.iter().fold(false, |any, b| any | is_line_end(*b));
        let line = has_end
            .then(|| tail.iter().rposition(|b| is_line_end(*b)))
            .flatten();
        let tail = line.and_then(|line| tail.get(line..)).unwrap_or(tail);
        let is_other = |b: &u8| (*b >= 0x80) | (*b == b'&') | (*b == b'%');
        if tail.iter().fold(false, |any, b| any | is_other(b)) {
            return self.may_have_contexts_shown(raw);
        }
        if wide.is_none() && line.is_none() {
            let cursor = self.reading.cursor();
            return self.reading.left().may_have_contexts(tail, cursor);
        }
        let mut lower = [0; WIDE];
        let Some(lower) = lower.get_mut(..tail.len()) else {
            return Context::ALL;
        };
        lower.copy_from_slice(tail);
        lower.make_ascii_lowercase();
        context::find_all(lower)
    }

    /// The same for text that is not all in ASCII.
    fn may_have_contexts_shown(&self, raw: &[u8]) -> Context {
        match Unread::of(raw) {
            None => Context::ALL,
            Some(unread) if unread.is_all() => context::find_all(unread.shown()),
            Some(unread) => {
                let cursor = self.reading.cursor();
                self.reading
                    .left()
                    .may_have_contexts(unread.shown(), cursor)
            }
        }
    }

    /// Whether all that is alive ends at the next blank.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        self.is_plain() && self.scanners.are_quiet(&self.config.plan)
    }

    /// What may be passed over of a very long word: only its end can still be part of a value.
    pub(super) fn long_word<'t>(&self, text: &'t str) -> Option<&'t str> {
        let bytes = text.as_bytes();
        let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        if !is_word(bytes.get(2 * MAX_RUN)) || !self.is_quiet() || !self.scanners.is_in_word() {
            return None;
        }
        let word = bytes
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        text.get(..word - MAX_RUN.min(word))
            .filter(|passed| passed.len() >= MAX_RUN)
    }

    /// Keeps what is held and the text behind it, and begins anew behind that. The text ends where
    /// a value cannot.
    pub(super) fn pass(&mut self, text: &str, sink: &mut Sink<'_>) {
        self.keep_to(self.reading.cursor(), sink);
        sink.keep(text.len());
        if let Some(fence) = &mut self.fence {
            fence.read_all(text);
        }
        self.reading.show_kept(text);
        self.restart();
    }
}
