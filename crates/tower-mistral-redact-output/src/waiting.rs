//! Text that an engine has not decided on yet, and for how long.

use std::{borrow::Cow, time::Instant};

use stream_redactor::Entity;
use tower_mistral_wire::ext::CallReport;

/// The undecided end of one text: as much as the engine holds back.
pub(crate) struct Waiting {
    text: String,
    /// Since when it waits as it stands; its report is where the costs go.
    measured: Option<Measured>,
}

struct Measured {
    report: CallReport,
    since: Option<Instant>,
    byte_seconds: f64,
}

impl Waiting {
    pub(crate) fn new(report: Option<&CallReport>) -> Self {
        let measured = report.map(|report| Measured {
            report: report.clone(),
            since: None,
            byte_seconds: 0.0,
        });
        Self {
            text: String::new(),
            measured,
        }
    }

    /// What the engine has decided on with the next piece of text is to be told.
    pub(crate) fn pushed<'a>(&'a mut self, text: &'a str) -> Pushed<'a> {
        Pushed {
            waiting: self,
            text,
            at: 0,
            owner: None,
        }
    }
}

/// A walk over the text that waited and a piece that was pushed behind it.
pub(crate) struct Pushed<'a> {
    waiting: &'a mut Waiting,
    text: &'a str,
    at: usize,
    /// The first that has found something in what waited.
    owner: Option<String>,
}

impl Pushed<'_> {
    pub(crate) fn keep(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The value that is replaced.
    pub(crate) fn replace(&mut self, bytes: usize, entity: &Entity) -> Cow<'_, str> {
        if self.at < self.waiting.text.len() && self.owner.is_none() {
            self.owner = Some(entity.to_string());
        }
        let (from, to) = (self.at, self.at + bytes);
        self.at = to;
        let (held, len) = (&self.waiting.text, self.waiting.text.len());
        if from >= len {
            return self
                .text
                .get(from - len..to - len)
                .unwrap_or_default()
                .into();
        }
        let before = held.get(from..to.min(len)).unwrap_or_default();
        if to <= len {
            return before.into();
        }
        let behind = self.text.get(..to - len).unwrap_or_default();
        [before, behind].concat().into()
    }

    /// The rest waits.
    pub(crate) fn settle(self) {
        let Waiting { text, measured } = self.waiting;
        let waited = text.len();
        let is_decided = self.at >= waited;
        match is_decided {
            true => {
                text.clear();
                text.push_str(self.text.get(self.at - waited..).unwrap_or_default());
            }
            false => {
                let rest = text.get(self.at..).unwrap_or_default();
                *text = [rest, self.text].concat();
            }
        }
        let Some(measured) = measured else { return };
        if waited == 0 && text.is_empty() {
            return;
        }
        let now = measured.report.now();
        let since = std::mem::replace(&mut measured.since, now);
        if let (Some(since), Some(now)) = (since, now) {
            let time = now.saturating_duration_since(since).as_secs_f64();
            measured.byte_seconds += waited as f64 * time;
        }
        if waited > 0 && (is_decided || self.owner.is_some()) {
            let byte_seconds = std::mem::take(&mut measured.byte_seconds);
            let rule = self.owner.map(Cow::Owned);
            measured.report.note_held(rule, byte_seconds);
        }
    }
}
