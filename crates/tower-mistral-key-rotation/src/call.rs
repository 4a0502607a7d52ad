//! What is known of one call while it is under way.

use std::{mem, sync::Arc};

use http::{StatusCode, header::AUTHORIZATION, request::Parts};
use tower_mistral_wire::{
    Mode, Rejection, RejectionKind,
    ext::{Action, Attempt, CallReport, Finding, Layer},
};

use crate::{
    BoxFuture, KeyClass, KeyRotationLayer,
    ring::{Failed, Lease, Ring, Unlent, Why},
    verdict::Verdict,
};

/// One call: the key that it has now, those that failed, and where its attempts are reported.
#[derive(Debug)]
pub(crate) struct Call {
    ring: Arc<Ring>,
    pub(crate) report: CallReport,
    enforces: bool,
    lends: bool,
    want: KeyClass,
    lease: Option<Lease>,
    failed: Vec<Failed>,
}

/// What becomes of an answer.
pub(crate) enum Next {
    /// It is the call's.
    HandOn,
    /// Another key may do better.
    Replay,
    /// Another key may do better, if the source has a fresh one.
    Refetch(BoxFuture<'static, ()>),
}

impl Call {
    pub(crate) fn new(
        layer: &KeyRotationLayer,
        report: CallReport,
        mode: Mode,
        lends: bool,
        path: &str,
    ) -> Self {
        Self {
            ring: Arc::clone(&layer.ring),
            report,
            enforces: mode == Mode::Enforce,
            lends,
            want: class_of(path),
            lease: None,
            failed: Vec::new(),
        }
    }

    /// Whether a second attempt could be made with another key.
    pub(crate) fn may_replay(&self) -> bool {
        self.lends && self.enforces && self.ring.has_another(self.want)
    }

    /// Whether answers are looked at: a key of ours goes with the call, and its health counts.
    pub(crate) fn judges(&self) -> bool {
        self.enforces && self.lease.is_some()
    }

    /// Puts a key into the request, or says why the call is not to be made.
    pub(crate) fn lend(&mut self, parts: &mut Parts, may_replay: bool) -> Result<(), Rejection> {
        if !self.lends {
            return Ok(());
        }
        let lease = self.ring.pick(self.want, may_replay);
        self.attach(lease.map_err(|why| self.refusal(why))?, parts);
        Ok(())
    }

    /// Puts another key into the request than those that failed, one that is suspected if there is
    /// no other; false if there is none, or no budget.
    pub(crate) fn lend_again(&mut self, parts: &mut Parts) -> bool {
        let last = self.failed.last();
        let last_resort = last.is_some_and(|failed| failed.why != Why::Forbidden);
        let lease = self.ring.pick_again(self.want, &self.failed, last_resort);
        lease.map(|lease| self.attach(lease, parts)).is_some()
    }

    /// Notes the end of an attempt.
    pub(crate) fn end_attempt(&self, status: Option<StatusCode>) {
        let key = self.lease.as_ref().map(|lease| lease.entry.key.fingerprint);
        let key = key.map(|key| key.to_string().into());
        let code = status.as_ref().map(StatusCode::as_u16);
        self.report.add_attempt(Attempt::new(key, code));
        if self.lease.is_some() && status == Some(StatusCode::UNAUTHORIZED) {
            let finding = Finding::new(Layer::KeyRotation, "key_rejected", Action::Flagged);
            self.report.add(finding.enforced(self.enforces));
        }
    }

    /// Tells the ring what the answer says of the key. `can_replay`: the request is still here.
    pub(crate) fn judge(&mut self, verdict: Verdict, can_replay: bool) -> Next {
        let Some(lease) = self.lease.as_ref().filter(|_| self.enforces) else {
            return Next::HandOn;
        };
        let (why, fetch) = match verdict {
            Verdict::Accepted => {
                self.ring.accept(lease);
                for failed in mem::take(&mut self.failed) {
                    self.ring.convict(&failed);
                }
                return Next::HandOn;
            }
            Verdict::Passes => return Next::HandOn,
            Verdict::Rejected if !lease.counts => return Next::HandOn,
            Verdict::Rejected => {
                self.ring.suspect(lease);
                (Why::Rejected, self.ring.refetch())
            }
            Verdict::Limited(wait) => {
                self.ring.cool(lease, wait);
                (Why::Limited, None)
            }
            Verdict::Forbidden => (Why::Forbidden, None),
        };
        if !can_replay {
            return Next::HandOn;
        }
        self.failed.push(Failed::new(lease, why));
        let has_healthy = self.ring.has_healthy(self.want, &self.failed);
        match fetch {
            Some(fetch) if !has_healthy => Next::Refetch(fetch),
            _ if has_healthy || why != Why::Forbidden => Next::Replay,
            _ => Next::HandOn,
        }
    }

    /// The key that the call ends with, in use until the reply's body ends.
    pub(crate) fn take_lease(&mut self) -> Option<Lease> {
        self.lease.take()
    }

    pub(crate) fn secrets(&self) -> tower_mistral_wire::ext::Secrets {
        self.ring.secrets().as_ref().clone()
    }

    fn refusal(&self, why: Unlent) -> Rejection {
        let id = self.report.request_id().clone();
        match why {
            Unlent::NoKey => Rejection::new(RejectionKind::NoKey, id),
            Unlent::Wait(time) => {
                Rejection::new(RejectionKind::RateLimited, id).with_retry_after(time)
            }
        }
    }

    fn attach(&mut self, lease: Lease, parts: &mut Parts) {
        let key = lease.entry.key.header.clone();
        parts.headers.insert(AUTHORIZATION, key);
        self.lease = Some(lease);
    }
}

/// Which keys an endpoint takes.
fn class_of(path: &str) -> KeyClass {
    let mut after = path.split("/v1/admin").skip(1);
    match after.any(|rest| rest.is_empty() || rest.starts_with('/')) {
        true => KeyClass::Admin,
        false => KeyClass::Api,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_endpoints_take_keys_of_their_own() {
        let table = [
            ("/v1/admin/api-keys", KeyClass::Admin),
            ("/base/v1/admin", KeyClass::Admin),
            ("/v1/administrators", KeyClass::Api),
            ("/v1/agents/v1", KeyClass::Api),
            ("/", KeyClass::Api),
        ];
        for (path, class) in table {
            assert_eq!(class_of(path), class, "{path}");
        }
    }
}
