//! No key is shown or logged. In a process of its own, so that no other test's thread decides
//! first that nobody listens to these log lines.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::{Api, chat};
use http::header::AUTHORIZATION;
use tower::{Layer as _, ServiceExt};
use tower_mistral_key_rotation::{KeyRotationLayer, Keys};
use tower_mistral_wire::ext::CallReport;

#[tokio::test]
async fn the_header_is_sensitive_and_no_key_is_shown_or_logged() {
    let (log, guard) = common::capture_log();
    let keys = Keys::new(["canary-one", "canary-two"]);
    let mut shown = format!("{keys:?}");
    let layer = KeyRotationLayer::new(keys).unwrap();
    let api = Api::rejecting(&["canary-one", "canary-two"]);
    let service = layer.layer(api.clone());
    let future = service.clone().oneshot(chat("x"));
    shown += &format!("{layer:?} {service:?} {:?}", layer.ring());
    let reply = future.await.unwrap();
    let report = reply.extensions().get::<CallReport>().unwrap();
    shown += &format!("{reply:?} {report:?}");
    assert!(
        api.seen()
            .iter()
            .all(|seen| seen.headers[AUTHORIZATION].is_sensitive())
    );
    drop(guard);

    let log = log.text();
    for line in ["has rejected this key", "next key", "no key is healthy"] {
        assert!(log.contains(line), "{log}");
    }
    for key in layer.ring().keys() {
        assert!(log.contains(&key.fingerprint.to_string()), "{log}");
    }
    assert!(!(shown + &log).contains("canary"));
}
