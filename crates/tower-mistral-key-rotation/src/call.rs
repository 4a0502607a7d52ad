//! What is known of one call while it is under way.

use std::sync::Arc;

use http::{StatusCode, header::AUTHORIZATION, request::Parts};
use tower_mistral_wire::{
    Mode,
    ext::{Action, Attempt, CallReport, Finding, Layer, Secrets},
};

use crate::{
    KeyRotationLayer,
    ring::{Lease, Ring},
};

/// One call: the key that it has now, and where its attempts are reported.
#[derive(Debug)]
pub(crate) struct Call {
    ring: Arc<Ring>,
    pub(crate) report: CallReport,
    pub(crate) secrets: Secrets,
    enforces: bool,
    lends: bool,
    lease: Option<Lease>,
}

impl Call {
    pub(crate) fn new(
        layer: &KeyRotationLayer,
        report: CallReport,
        mode: Mode,
        lends: bool,
    ) -> Self {
        Self {
            ring: Arc::clone(&layer.ring),
            report,
            secrets: layer.options.secrets.clone(),
            enforces: mode == Mode::Enforce,
            lends,
            lease: None,
        }
    }

    /// Whether a second attempt could be made with another key.
    pub(crate) fn may_replay(&self) -> bool {
        self.lends && self.enforces && self.ring.len() > 1
    }

    /// Puts a key into the request: the one of the turn, or another one than failed before.
    pub(crate) fn lend(&mut self, parts: &mut Parts) {
        if !self.lends {
            return;
        }
        let lease = match self.lease {
            None => self.ring.pick(),
            Some(failed) => self.ring.pick_again(failed),
        };
        let key = self.ring.header(lease).clone();
        parts.headers.insert(AUTHORIZATION, key);
        self.lease = Some(lease);
    }

    /// Reports the end of an attempt and what it says of the key; true if the key was rejected.
    pub(crate) fn settle(&self, status: Option<StatusCode>) -> bool {
        let key = self.lease.map(|lease| self.ring.fingerprint(lease));
        let key = key.map(|key| key.to_string().into());
        let code = status.as_ref().map(StatusCode::as_u16);
        self.report.add_attempt(Attempt::new(key, code));
        let (Some(lease), Some(status)) = (self.lease, status) else {
            return false;
        };
        if status.is_success() {
            self.ring.clear(lease);
        }
        if status != StatusCode::UNAUTHORIZED {
            return false;
        }
        let finding = Finding::new(Layer::KeyRotation, "key_rejected", Action::Flagged);
        self.report.add(finding.enforced(self.enforces));
        if self.enforces {
            self.ring.bench(lease);
        }
        true
    }
}
