//! What an engine answers with.

use std::borrow::Cow;

use crate::{
    Handling, OnUninspectable, Reason,
    table::{Group, TextKind},
};

/// One step over a text. Edits tile what was pushed: nothing is skipped, nothing is said twice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edit {
    /// The next `n` bytes stay.
    Keep(usize),
    /// The next `n` bytes give way to `with`. With `n` 0 it inserts.
    Replace {
        /// How many bytes of the text's UTF-8 form, up to a character's border.
        n: usize,
        /// What stands there instead.
        with: Cow<'static, str>,
    },
}

/// How a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// The message says that it is done.
    Complete,
    /// The stream broke off, so a value may have been cut in two.
    Cut,
}

/// Reads one text, in any pieces, and edits it.
///
/// What is pushed and not yet covered by edits is held; the caller keeps its spelling.
pub trait Engine {
    /// Reads on. Appends the edits that are decided.
    fn push(&mut self, text: &str, out: &mut Vec<Edit>);

    /// Says under which JSON key the next text stands, before its first piece. It is no part of the
    /// text, but may tell what the text is. Default: nothing is made of it.
    fn context(&mut self, _key: &str) {}

    /// The text ends: all that is held is decided. Afterwards a new text may begin.
    fn finish(&mut self, end: End, out: &mut Vec<Edit>);
}

/// Makes an engine for each text of a reply.
pub trait Engines {
    /// The engine.
    type Engine: Engine;

    /// The engine for one text; none if this kind of text is left alone.
    fn open(&mut self, kind: TextKind, group: Group) -> Option<Self::Engine>;

    /// Whether a text of this kind is a JSON document, to be edited inside its strings only.
    fn reads_json(&self, kind: TextKind) -> bool {
        kind.holds_json()
    }

    /// Whether texts of this kind are edited at all. Streamed `logprobs` must go then: nobody
    /// knows yet whether an edit will come.
    fn edits(&self, kind: TextKind) -> bool;

    /// What to do about something that cannot be read as what it should be. Asked once each time,
    /// so this is the place to count. Default: that of [`OnUninspectable`].
    fn on_uninspectable(&mut self, reason: Reason) -> Handling {
        OnUninspectable::default().get(reason)
    }
}

impl<E: Engine + ?Sized> Engine for Box<E> {
    fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
        (**self).push(text, out);
    }

    fn context(&mut self, key: &str) {
        (**self).context(key);
    }

    fn finish(&mut self, end: End, out: &mut Vec<Edit>) {
        (**self).finish(end, out);
    }
}
