//! Events that are like the one before them.

use bytes::Bytes;

use super::{Open, StreamRewriter};
use crate::{
    json::text,
    rewrite::{Engines, channel::Pushed, shape::Shape},
    sse::Event,
    table::TextKind,
};

impl<E: Engines> StreamRewriter<E> {
    /// The channel whose last event this one is like, but for its text and padding: most events of a
    /// stream are, and to compare them costs a fraction of reading them.
    pub(super) fn fit(&self, event: &Event, data: &Bytes) -> Option<(usize, Shape)> {
        /// Beyond so many channels it costs more.
        const FEW: usize = 8;
        event.sole_data()?;
        // A generic text may end with any event, by its name or its type.
        let is_generic = |open: &Open<_>| open.kind == TextKind::Generic;
        if self.done || self.channels.iter().any(is_generic) {
            return None;
        }
        let mut channels = self.channels.iter().enumerate().take(FEW);
        let (at, shape) = channels.find_map(|(at, open)| {
            let is_over = self.finished.contains(&open.group.outer);
            let mould = open.mould.as_ref().filter(|_| !is_over)?;
            Some((at, mould.shape.as_ref()?.fit(&mould.data, data)?))
        })?;
        Some((at, shape))
    }

    /// An event like the last one of its channel: its text is read, and all else is as it was.
    pub(super) fn same_again(&mut self, event: &Event, at: usize, shape: &Shape) {
        let (Some(open), Some(data)) = (self.channels.get_mut(at), event.sole_data()) else {
            return;
        };
        let data_at = data.start;
        let data = event.data().map_or(&[][..], |data| data);
        let raw = data.get(shape.text.clone()).unwrap_or_default();
        let pushed = open.channel.push(raw);
        let spelled = match &pushed {
            Pushed::Same => raw,
            Pushed::Respelled(spelled) => spelled,
            // It says nothing else, and its number would tell a length.
            Pushed::Swallowed => return,
        };
        if open.kind.is_output() {
            self.facts.output_chars += text::count_chars(spelled);
        }
        self.out.push_back(match pushed {
            Pushed::Respelled(spelled) => shape.respell(event.raw(), data_at, &spelled),
            _ => event.raw().clone(),
        });
    }
}
