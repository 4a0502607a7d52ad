//! Events that cannot be read as what they should be.

use bytes::Bytes;

use super::StreamRewriter;
use crate::{
    Handling, Reason,
    rewrite::{End, Engines, event::Text, generic, keys::Keys},
    sse::Event,
    table::{Group, TextKind},
};

impl<E: Engines> StreamRewriter<E> {
    /// An event of which `part` cannot be read as what it should be.
    pub(super) fn unread(
        &mut self,
        event: &Event,
        part: &Bytes,
        reason: Reason,
    ) -> Result<(), Reason> {
        match self.engines.on_uninspectable(reason) {
            Handling::Refuse => return Err(reason),
            Handling::Pass => self.facts.uninspected = true,
            Handling::Scan => {
                let text = std::str::from_utf8(part).map_err(|_| reason)?;
                let engine = self.engines.open(TextKind::Generic, Group::default());
                let edited = engine.and_then(|engine| generic(text, engine, End::Complete));
                if let Some(edited) = edited {
                    // What is no event stream has no data to be replaced.
                    self.out.push_back(match event.has_foreign_line() {
                        true => edited.into(),
                        false => event.with_data(edited.as_bytes()),
                    });
                    return Ok(());
                }
            }
        }
        self.out.push_back(event.raw().clone());
        Ok(())
    }

    /// A limit is passed: the stream breaks, or goes on unread.
    pub(super) fn stop(&mut self, reason: Reason) -> Result<(), Reason> {
        self.abort();
        if self.engines.on_uninspectable(reason) != Handling::Pass {
            return Err(reason);
        }
        self.facts.uninspected = true;
        self.blind = true;
        Ok(())
    }

    /// Reads a piece of a text that there is no channel for: by itself, if at all.
    pub(super) fn one_too_many(
        &mut self,
        text: &mut Text<'_>,
        keys: &mut Keys<'_>,
    ) -> Result<(), Reason> {
        let reason = Reason::TooManyChannels;
        match self.engines.on_uninspectable(reason) {
            Handling::Refuse => return Err(reason),
            Handling::Pass => self.facts.uninspected = true,
            Handling::Scan => text.pushed = self.whole(text.slot, keys),
        }
        Ok(())
    }
}
