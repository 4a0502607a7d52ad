//! Keys that the API has rejected, asked about now and then: none is tried by a call, and one that was
//! rejected by mistake is soon back.

use std::{sync::Arc, time::Duration};

use hyper::body::Incoming;
use tokio::{
    task::AbortHandle,
    time::{Instant, interval_at, timeout},
};
use tower::Layer;
use tower_mistral::{Guard, wire::body::RequestBody};

use super::upstream::Client;

/// How long apart, and how long they may take.
const EVERY: Duration = Duration::from_secs(60);

/// Goes on until the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Checkups(#[expect(dead_code, reason = "held for its end")] Arc<OnDrop>);

struct OnDrop(AbortHandle);

impl Checkups {
    /// Of the keys that `guard` lends, on the current tokio runtime. Nothing is sent while all of them
    /// are healthy.
    pub(super) fn begin(guard: &Guard, client: Client) -> Self {
        let mut rotation = guard.rotation().layer(client);
        let checking = tokio::spawn(async move {
            // Not at once: each reload of the configuration would ask again.
            let mut times = interval_at(Instant::now() + EVERY, EVERY);
            loop {
                times.tick().await;
                let checkup =
                    rotation.check_keys::<RequestBody<RequestBody<RequestBody<Incoming>>>, _>();
                // What was not learned now is asked again the next time.
                let Ok(Ok(seen)) = timeout(EVERY, checkup).await else {
                    continue;
                };
                let (accepted, rejected) = (seen.accepted, seen.rejected);
                if accepted + rejected > 0 {
                    tracing::info!(target: "mistral_guard", accepted, rejected, "rejected keys asked about");
                }
            }
        });
        Self(Arc::new(OnDrop(checking.abort_handle())))
    }
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
