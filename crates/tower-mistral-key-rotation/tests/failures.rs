//! What each kind of failure does to a call, to its key and to the keys beside it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use common::{Api, Scripted, call, chat, layer_of};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::sync::Notify;
use tower::Layer as _;
use tower_mistral_key_rotation::{
    BoxFuture, KeyClass, KeyHealth, KeyRing, KeyRotationLayer, KeySpec, Refetch, ReplayBudget,
};
use tower_mistral_wire::{Rejection, RejectionKind, body::Budget, ext::Clock};

const NONE: (&str, &str) = ("x-none", "");
const LIMITED: &str = r#"{"object":"error","message":"Rate limit exceeded","type":"rate_limited",
    "param":null,"code":"1300","raw_status_code":429}"#;
const CAPACITY: &str = r#"{"object":"error","message":"Service tier capacity exceeded",
    "type":"service_tier_capacity_exceeded","param":null,"code":"3505"}"#;
const GUARDRAIL: &str = r#"{"error":{"message":"Content blocked by guardrail","status":403},
    "guardrails":{"results":{}}}"#;
const FORBIDDEN: &str = r#"{"detail":"Forbidden"}"#;

/// Keys `a1`, `a2` of the organisation `a`, and so on.
fn layer(keys: &[&'static str]) -> KeyRotationLayer {
    let spec = |key: &&'static str| KeySpec::new(*key).group(&key[..1]);
    KeyRotationLayer::with_keys(keys.iter().map(spec).collect()).unwrap()
}

fn health(ring: &KeyRing) -> Vec<KeyHealth> {
    ring.keys().iter().map(|key| key.health).collect()
}

use KeyHealth::{Benched, Cooling, Healthy, Quarantined};

#[tokio::test]
async fn the_class_of_a_failure_decides_who_is_asked_next() {
    let retry = ("retry-after", "30");
    // The first key's answer, the keys that are asked, what the caller gets, the ring's health.
    let table: [(Scripted, &[&str], u16, [KeyHealth; 3]); 9] = [
        (
            (429, retry, LIMITED),
            &["a1", "b1"],
            200,
            [Cooling, Cooling, Healthy],
        ),
        (
            (429, retry, CAPACITY),
            &["a1"],
            429,
            [Healthy, Healthy, Healthy],
        ),
        (
            (401, NONE, r#"{"detail":"Unauthorized"}"#),
            &["a1", "a2"],
            200,
            [Quarantined, Healthy, Healthy],
        ),
        (
            (403, NONE, FORBIDDEN),
            &["a1", "b1"],
            200,
            [Healthy, Healthy, Healthy],
        ),
        (
            (403, NONE, GUARDRAIL),
            &["a1"],
            403,
            [Healthy, Healthy, Healthy],
        ),
        (
            (400, NONE, r#"{"message":"Invalid model: x"}"#),
            &["a1"],
            400,
            [Healthy, Healthy, Healthy],
        ),
        ((422, NONE, "{}"), &["a1"], 422, [Healthy, Healthy, Healthy]),
        ((500, NONE, "{}"), &["a1"], 500, [Healthy, Healthy, Healthy]),
        (
            (503, retry, "{}"),
            &["a1"],
            503,
            [Healthy, Healthy, Healthy],
        ),
    ];
    for (answer, asked, status, expected) in table {
        let layer = layer(&["a1", "a2", "b1"]);
        let api = Api::default();
        api.answer("a1", answer);
        let reply = call(&layer, &api, chat("x")).await;
        assert_eq!(reply.status(), status, "{answer:?}");
        assert_eq!(api.keys(), asked, "{answer:?}");
        assert_eq!(health(&layer.ring()), expected, "{answer:?}");
        let body = reply.into_body().collect().await.unwrap().to_bytes();
        let expected = if status == 200 { "hello" } else { answer.2 };
        assert_eq!(body, expected, "what was looked at is handed on whole");
    }
}

#[tokio::test]
async fn a_group_cools_as_long_as_it_was_asked_to_and_no_longer() {
    let seconds = Duration::from_secs;
    let table = [
        (("retry-after", "30"), seconds(30)),
        (("x-ratelimit-remaining-req-10-second", "0"), seconds(10)),
        (NONE, seconds(1)),
        (("retry-after", "86400"), KeyRotationLayer::COOL_AT_MOST),
        (("retry-after", "0"), seconds(0)),
    ];
    for (header, expected) in table {
        let (clock, time) = Clock::manual();
        let layer = layer(&["a1", "b1"]).clock(clock);
        let api = Api::default();
        api.answer("a1", (429, header, LIMITED));
        call(&layer, &api, chat("x")).await;
        let state = &layer.ring().keys()[0];
        assert_eq!(state.health_ends_in, expected, "{header:?}");
        time.advance(expected);
        assert_eq!(health(&layer.ring()), [Healthy; 2], "{header:?}");
    }
}

#[tokio::test]
async fn when_all_groups_were_told_to_wait_nothing_is_sent_before() {
    let (clock, time) = Clock::manual();
    let layer = layer(&["a1", "b1"]).clock(clock);
    let api = Api::default();
    api.answer("a1", (429, ("retry-after", "60"), LIMITED));
    api.answer("b1", (429, ("retry-after", "5"), LIMITED));
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(reply.headers()["retry-after"], "5");
    assert_eq!(health(&layer.ring()), [Cooling; 2]);

    time.advance(Duration::from_millis(1500));
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(reply.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(reply.headers()["retry-after"], "4", "rounded up");
    let rejection = reply.extensions().get::<Rejection>().unwrap();
    assert_eq!(rejection.kind(), RejectionKind::RateLimited);
    let body = reply.into_body().collect().await.unwrap().to_bytes();
    let body = std::str::from_utf8(&body).unwrap();
    assert!(body.contains(r#""code":"rate_limited""#), "{body}");
    assert_eq!(layer.ring().keys()[1].lent, 1);

    // Not longer than it was asked to.
    time.advance(Duration::from_millis(3500));
    api.answer("b1", (200, NONE, "{}"));
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(api.keys(), ["a1", "b1", "b1"]);
    assert_eq!(health(&layer.ring()), [Cooling, Healthy]);
}

#[tokio::test]
async fn a_guess_of_ours_keeps_no_call_back() {
    for header in [NONE, ("x-ratelimit-remaining-req-minute", "0")] {
        let (clock, _time) = Clock::manual();
        let layer = layer(&["a1", "b1"]).clock(clock);
        let api = Api::default();
        api.answer("a1", (429, ("retry-after", "60"), LIMITED));
        api.answer("b1", (429, header, LIMITED));
        call(&layer, &api, chat("x")).await;
        assert_eq!(health(&layer.ring()), [Cooling; 2]);
        // The one of which nothing certain is known is asked, and warm when it is served.
        api.answer("b1", (200, NONE, "{}"));
        let reply = call(&layer, &api, chat("x")).await;
        assert_eq!(reply.status(), StatusCode::OK, "{header:?}");
        assert_eq!(api.keys(), ["a1", "b1", "b1"]);
        assert_eq!(health(&layer.ring()), [Cooling, Healthy]);
    }
}

#[tokio::test]
async fn a_limit_is_a_truer_answer_than_the_401_of_a_last_resort() {
    let layer = layer(&["a1", "b1"]);
    let api = Api::default();
    let ring = layer.ring();
    ring.quarantine(ring.keys()[1].fingerprint, Duration::from_secs(99));
    api.answer("a1", (429, ("retry-after", "7"), LIMITED));
    api.answer("b1", (401, NONE, "{}"));
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(api.keys(), ["a1", "b1"]);
    assert_eq!(reply.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(reply.headers()["retry-after"], "7");
    let body = reply.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, LIMITED);
}

#[tokio::test]
async fn an_endpoint_that_takes_no_such_key_says_nothing_of_it() {
    let request = || {
        Request::get("https://api.mistral.ai/v1/admin/api-keys")
            .body(Full::<Bytes>::default())
            .unwrap()
    };
    let layer = layer_of(["a", "b"]);
    let api = Api::rejecting(&["a", "b"]);
    let reply = call(&layer, &api, request()).await;
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(api.keys(), ["a"]);
    assert_eq!(health(&layer.ring()), [Healthy; 2]);

    let admin = KeySpec::new("admin").class(KeyClass::Admin);
    layer.ring().add(admin).unwrap();
    call(&layer, &api, request()).await;
    call(&layer, &api, chat("x")).await;
    assert_eq!(api.keys(), ["a", "admin", "a", "b"]);
}

/// A source that puts these keys into the ring when it is told to.
struct Source {
    ring: KeyRing,
    fresh: Mutex<Vec<&'static str>>,
    asked: AtomicUsize,
    answers: Notify,
}

impl Source {
    fn of(layer: &KeyRotationLayer, fresh: &[&'static str]) -> Arc<Self> {
        let source = Arc::new(Self {
            ring: layer.ring(),
            fresh: Mutex::new(fresh.into()),
            asked: AtomicUsize::new(0),
            answers: Notify::new(),
        });
        layer.ring().on_suspicion(Hook(Arc::clone(&source)));
        source
    }
}

struct Hook(Arc<Source>);

impl Refetch for Hook {
    fn refetch(&self) -> BoxFuture<'static, ()> {
        let source = Arc::clone(&self.0);
        source.asked.fetch_add(1, SeqCst);
        Box::pin(async move {
            source.answers.notified().await;
            let fresh = source.fresh.lock().unwrap();
            let specs = fresh.iter().map(|key| KeySpec::new(*key)).collect();
            source.ring.update(specs).unwrap();
        })
    }
}

#[tokio::test]
async fn a_call_without_another_key_waits_for_a_fresh_one() {
    let layer = layer_of(["old"]);
    let source = Source::of(&layer, &["new"]);
    let api = Api::rejecting(&["old"]);
    source.answers.notify_one();
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(api.keys(), ["old", "new"]);
    assert_eq!(api.seen()[1].body, "x");
    assert_eq!(health(&layer.ring()), [Healthy, KeyHealth::Retired]);

    // The same key again: the source knows no better, and the 401 is the caller's.
    let layer = layer_of(["old"]);
    let source = Source::of(&layer, &["old"]);
    let api = Api::rejecting(&["old"]);
    source.answers.notify_one();
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(api.keys(), ["old"]);
    assert_eq!(health(&layer.ring()), [Benched]);
}

#[tokio::test]
async fn a_call_with_another_key_asks_the_source_and_does_not_wait() {
    let layer = layer_of(["a", "b"]);
    // Nobody lets this source answer.
    let source = Source::of(&layer, &["c"]);
    let api = Api::rejecting(&["a"]);
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(api.keys(), ["a", "b"]);
    assert_eq!(source.asked.load(SeqCst), 1);
}

#[tokio::test]
async fn what_cannot_be_sent_again_is_not_and_still_counts() {
    let small = || Budget::new(3);
    for (key_answer, expected) in [
        ((401, NONE, "{}"), Benched),
        ((429, ("retry-after", "9"), LIMITED), Cooling),
    ] {
        for layer in [
            layer(&["a1", "b1"]).max_replay(3),
            layer(&["a1", "b1"]).budget(small()),
        ] {
            let api = Api::default();
            api.answer("a1", key_answer);
            let reply = call(&layer, &api, chat("larger")).await;
            assert_eq!(reply.status(), key_answer.0);
            assert_eq!(api.keys(), ["a1"]);
            assert_eq!(health(&layer.ring()), [expected, Healthy]);
        }
    }
}

#[tokio::test]
async fn replays_stay_within_their_budget() {
    let budget = ReplayBudget::default().burst(2).per_second(0).ratio(0.0);
    let layer = layer(&["a1", "b1"]).replay_budget(budget);
    let api = Api::default();
    api.answer("a1", (403, NONE, FORBIDDEN));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let reply = call(&layer, &api, chat("x")).await;
        statuses.push(reply.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 403, 403]);
}

#[tokio::test]
async fn the_api_is_asked_about_keys_that_it_rejected() {
    let layer = layer_of(["a", "b"]);
    let api = Api::rejecting(&["a", "b"]);
    call(&layer, &api, chat("x")).await;
    assert_eq!(health(&layer.ring()), [Benched; 2]);
    api.accept("a");
    let mut service = layer.layer(api.clone());
    let checkup = service.check_keys::<Full<Bytes>, _>().await.unwrap();
    assert_eq!(
        (checkup.accepted, checkup.rejected, checkup.unknown),
        (1, 1, 0)
    );
    assert_eq!(health(&layer.ring()), [Healthy, Quarantined]);
    for asked in &api.seen()[2..] {
        assert_eq!(asked.method, "GET");
        assert_eq!(asked.uri, "https://api.mistral.ai/v1/models");
        assert_eq!(asked.headers["host"], "api.mistral.ai");
    }
    api.fail_next();
    let checkup = service.check_keys::<Full<Bytes>, _>().await;
    assert_eq!(checkup.unwrap().unknown, 1);
    assert_eq!(health(&layer.ring()), [Healthy, Quarantined]);
}

#[tokio::test]
async fn a_suspect_is_tried_by_one_call_at_a_time() {
    let (clock, time) = Clock::manual();
    let layer = layer_of(["a", "b"]).clock(clock);
    let api = Api::rejecting(&["a"]);
    call(&layer, &api, chat("x")).await;
    time.advance(KeyRotationLayer::ROTATE_EVERY);
    // It is the suspect's turn, with eight calls at once: one of them pays for it.
    let held = api.clone().held();
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let (layer, api) = (layer.clone(), held.clone());
            tokio::spawn(async move { call(&layer, &api, chat("x")).await.status() })
        })
        .collect();
    while held.seen().len() < 10 {
        tokio::task::yield_now().await;
    }
    held.release();
    for call in calls {
        assert_eq!(call.await.unwrap(), StatusCode::OK);
    }
    let tried = api.keys().iter().filter(|key| *key == "a").count();
    assert_eq!(tried, 2, "once at first, and once on trial");
}

#[tokio::test]
async fn keys_that_expire_are_left_before_and_not_used_after() {
    use std::time::SystemTime;

    let (clock, time) = Clock::manual();
    let hour = Duration::from_secs(3600);
    let expires = SystemTime::now() + hour;
    let keys = || vec![KeySpec::new("a").expires_at(expires), KeySpec::new("b")];
    let layer = KeyRotationLayer::with_keys(keys()).unwrap();
    let layer = layer.rotate_every(Duration::MAX).clock(clock);
    let api = Api::default();
    let two = Duration::from_secs(2);
    for pause in [two, hour - KeyRotationLayer::EXPIRY_MARGIN, hour] {
        call(&layer, &api, chat("x")).await;
        time.advance(pause);
    }
    call(&layer, &api, chat("x")).await;
    assert_eq!(api.keys(), ["a", "a", "b", "b"]);
    assert_eq!(health(&layer.ring()), [KeyHealth::Expired, Healthy]);
}

#[tokio::test]
async fn keys_are_added_retired_and_quarantined_by_hand() {
    let layer = layer_of(["a"]);
    let ring = layer.ring();
    let api = Api::default();
    ring.add(KeySpec::new("b").id("versions/2")).unwrap();
    let keys = ring.keys();
    assert_eq!(keys[1].id.as_deref(), Some("versions/2"));
    assert_eq!(ring.secrets().snapshot().1.len(), 2);

    assert!(ring.quarantine(keys[0].fingerprint, Duration::from_secs(9)));
    call(&layer, &api, chat("x")).await;
    let mut service = layer.layer(api.clone());
    service.check_keys::<Full<Bytes>, _>().await.unwrap();
    assert_eq!(
        health(&ring),
        [Quarantined, Healthy],
        "it is not asked about"
    );
    assert!(ring.reinstate(keys[0].fingerprint));
    assert_eq!(health(&ring), [Healthy; 2]);

    assert!(ring.retire(keys[0].fingerprint));
    assert!(!ring.retire(keys[0].fingerprint));
    // Its source does not know of that.
    ring.update(vec![KeySpec::new("a"), KeySpec::new("b")])
        .unwrap();
    call(&layer, &api, chat("x")).await;
    assert!(ring.retire(keys[1].fingerprint));
    let reply = call(&layer, &api, chat("x")).await;
    let rejection = reply.extensions().get::<Rejection>().unwrap();
    assert_eq!(rejection.kind(), RejectionKind::NoKey);
    assert_eq!(api.keys(), ["b", "b"]);

    assert!(ring.update(Vec::new()).is_err());
    assert!(
        ring.update(vec![KeySpec::new("c"), KeySpec::new("d e")])
            .is_err()
    );
    assert!(!ring.keys().iter().any(|key| key.health == Healthy));
    ring.add(KeySpec::new("a")).unwrap();
    call(&layer, &api, chat("x")).await;
    assert_eq!(api.keys(), ["b", "b", "a"]);
}

#[tokio::test]
async fn a_key_that_is_said_again_keeps_its_health_and_its_turn() {
    let layer = layer_of(["a", "b", "c"]);
    let api = Api::rejecting(&["a"]);
    call(&layer, &api, chat("x")).await;
    let ring = layer.ring();
    let specs = ["new", "a", "b"].map(KeySpec::new);
    ring.update(specs.into()).unwrap();
    assert_eq!(
        health(&ring),
        [Healthy, Quarantined, Healthy, KeyHealth::Retired]
    );
    assert_eq!(ring.keys()[1].rejected, 1);
    call(&layer, &api, chat("x")).await;
    assert_eq!(api.keys(), ["a", "b", "b"], "b's turn goes on");
}

#[tokio::test]
async fn a_layer_inherits_what_the_one_before_it_knew() {
    let (clock, time) = Clock::manual();
    let old = layer(&["a1", "a2", "b1", "c1"]).clock(clock);
    let api = Api::rejecting(&["a1"]);
    api.answer("b1", (429, ("retry-after", "30"), LIMITED));
    let retired = old.ring().keys()[3].fingerprint;
    old.ring().retire(retired);
    old.ring()
        .quarantine(old.ring().keys()[1].fingerprint, Duration::from_secs(99));
    call(&old, &api, chat("x")).await;
    time.advance(Duration::from_secs(7));
    let before = old.ring().keys();
    let expected = [Quarantined, Quarantined, Cooling];
    assert_eq!(health(&old.ring())[..3], expected);

    // Made of the bare keys, as a source's first word is; what it says of them comes later.
    let new = layer_of(["a1", "d1", "a2", "b1", "c1"]).inherit(&old.ring());
    let specs = ["a1", "d1", "a2", "b1", "c1"].map(|key| KeySpec::new(key).group(&key[..1]));
    new.ring().update(specs.into()).unwrap();
    let after = new.ring().keys();
    assert_eq!(
        health(&new.ring()),
        [Quarantined, Healthy, Quarantined, Cooling]
    );
    for (old, new) in [(0, 0), (1, 2), (2, 3)] {
        let (old, new) = (&before[old], &after[new]);
        assert_eq!(
            (old.lent, old.rejected, old.limited),
            (new.lent, new.rejected, new.limited)
        );
        assert_eq!((old.age, old.health_ends_in), (new.age, new.health_ends_in));
    }
    assert_eq!(after[1].age, Duration::ZERO);

    // What becomes of the old ring is no business of the new one's.
    old.ring().update(vec![KeySpec::new("z1")]).unwrap();
    let reply = call(&new, &api, chat("x")).await;
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(api.keys().last().unwrap(), "d1");
    assert!(
        new.ring()
            .keys()
            .iter()
            .all(|key| key.health != KeyHealth::Retired)
    );
}

#[tokio::test]
async fn a_key_is_in_use_until_its_reply_has_ended() {
    let layer = layer_of(["a"]);
    let api = Api::default();
    let in_flight = || layer.ring().keys()[0].in_flight;
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(in_flight(), 1);
    let (_parts, mut body) = reply.into_parts();
    while body.frame().await.is_some() {}
    assert_eq!(in_flight(), 0);
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(in_flight(), 1);
    drop(reply);
    assert_eq!(in_flight(), 0);
}
