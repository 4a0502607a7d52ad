//! What a caller, an operator and the API see of the rotation.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::time::Duration;

use common::{Api, Seen, call, chat, layer, layer_of, statuses};
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, CONNECTION, COOKIE, HOST, UPGRADE},
};
use http_body_util::{BodyExt, Full};
use tower::{Layer as _, ServiceExt};
use tower_mistral_key_rotation::{
    CallerAuthorization, KeyHealth, KeyRing, KeyRotationLayer, OriginError,
};
use tower_mistral_wire::{
    Mode, Rejection, RejectionKind,
    body::Budget,
    ext::{Action, CallPolicy, CallReport, Clock, Layer, Secrets},
};

fn health(ring: &KeyRing) -> Vec<KeyHealth> {
    ring.keys().iter().map(|key| key.health).collect()
}

/// Which keys the ring passes over.
fn benched(ring: &KeyRing) -> Vec<bool> {
    let health = health(ring);
    health.iter().map(|it| *it != KeyHealth::Healthy).collect()
}

fn keys_used(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(Seen::key).collect()
}

#[tokio::test]
async fn the_next_key_has_its_turn_after_an_hour() {
    let (clock, time) = Clock::manual();
    let layer = layer_of(["a", "b", "c"]).clock(clock);
    let api = Api::default();
    let minutes = [0, 30, 29, 1, 60, 600];
    for pause in minutes {
        time.advance(Duration::from_secs(60 * pause));
        call(&layer, &api, chat("x")).await;
    }
    assert_eq!(keys_used(&api.seen()), ["a", "a", "a", "b", "c", "a"]);

    let layer = layer.rotate_every(Duration::MAX);
    time.advance(Duration::from_secs(1 << 30));
    call(&layer, &api, chat("x")).await;
    assert_eq!(api.seen().last().unwrap().key(), "a");
}

#[tokio::test]
async fn a_rejected_key_costs_one_attempt_and_no_call() {
    let layer = layer_of(["a", "b", "c"]);
    let api = Api::rejecting(&["a"]);
    let request = Request::post("https://api.mistral.ai/v1/chat/completions?x=1")
        .header("content-type", "application/json")
        .header("x-mine", "1")
        .body(Full::from("{\"n\":1}"))
        .unwrap();
    let reply = call(&layer, &api, request).await;
    assert_eq!(reply.status(), StatusCode::OK);
    let report = reply.extensions().get::<CallReport>().unwrap().clone();
    assert_eq!(
        reply.into_body().collect().await.unwrap().to_bytes(),
        "hello"
    );

    let seen = api.seen();
    assert_eq!(keys_used(&seen), ["a", "b"]);
    for attempt in &seen {
        assert_eq!(attempt.body, "{\"n\":1}");
        assert_eq!(attempt.method, Method::POST);
        assert_eq!(
            attempt.uri,
            "https://api.mistral.ai/v1/chat/completions?x=1"
        );
        assert_eq!(attempt.headers["content-type"], "application/json");
        assert_eq!(attempt.headers["x-mine"], "1");
    }
    let states = layer.ring().keys();
    let attempts: Vec<_> = report
        .attempts()
        .into_iter()
        .map(|attempt| (attempt.key.unwrap().into_string(), attempt.status.unwrap()))
        .collect();
    let fingerprint = |at: usize| states[at].fingerprint.to_string();
    assert_eq!(attempts, [(fingerprint(0), 401), (fingerprint(1), 200)]);
    assert_eq!(report.count(Action::Flagged), 1);

    call(&layer, &api, chat("x")).await;
    assert_eq!(keys_used(&api.seen()), ["a", "b", "b"]);
    assert_eq!((states[0].lent, states[0].rejected), (1, 1));
    assert_eq!(benched(&layer.ring()), [true, false, false]);
}

#[tokio::test]
async fn nobody_is_locked_out_when_all_keys_are_rejected() {
    let (clock, _time) = Clock::manual();
    let layer = layer_of(["a", "b", "c"]).clock(clock);
    let api = Api::rejecting(&["a", "b", "c"]);
    for number in 1..3 {
        let reply = call(&layer, &api, chat("x")).await;
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
        let body = reply.into_body().collect().await.unwrap();
        assert_eq!(body.to_bytes(), "no c");
        // Each key has one attempt of a call; the one that was benched longest ago comes first.
        let used = ["a", "b", "c"].repeat(number);
        assert_eq!(keys_used(&api.seen()), used);
        // All of them are rejected: that is no proof against any.
        assert_eq!(health(&layer.ring()), [KeyHealth::Benched; 3]);
    }

    api.accept("b");
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(keys_used(&api.seen())[6..], ["a", "b"]);
    let expected = [
        KeyHealth::Quarantined,
        KeyHealth::Healthy,
        KeyHealth::Benched,
    ];
    assert_eq!(health(&layer.ring()), expected);

    let (only, api) = (layer_of(["a"]), Api::rejecting(&["a"]));
    for _ in 0..2 {
        let reply = call(&only, &api, chat("x")).await;
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(keys_used(&api.seen()), ["a", "a"]);
    api.accept("a");
    assert_eq!(call(&only, &api, chat("x")).await.status(), StatusCode::OK);
    assert_eq!(benched(&only.ring()), [false]);
}

#[tokio::test]
async fn a_benched_key_has_its_turn_again_when_the_suspicion_is_old() {
    let (clock, time) = Clock::manual();
    let layer = layer_of(["a", "b"]).clock(clock);
    let api = Api::rejecting(&["a"]);
    call(&layer, &api, chat("x")).await;
    assert_eq!(health(&layer.ring())[0], KeyHealth::Quarantined);
    time.advance(KeyRotationLayer::QUARANTINE_FOR + Duration::from_millis(1));
    assert_eq!(benched(&layer.ring()), [false, false]);
    call(&layer, &api, chat("x")).await;
    assert_eq!(
        keys_used(&api.seen()),
        ["a", "b", "b"],
        "b's turn is not over"
    );
    time.advance(KeyRotationLayer::ROTATE_EVERY);
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(keys_used(&api.seen())[3..], ["a", "b"]);
}

#[tokio::test]
async fn calls_that_fail_together_move_the_ring_once() {
    let layer = layer_of(["a", "b", "c"]);
    let api = Api::rejecting(&["a"]).held();
    let calls = (0..8).map(|_| {
        let (layer, api) = (layer.clone(), api.clone());
        tokio::spawn(async move { call(&layer, &api, chat("x")).await.status() })
    });
    let calls: Vec<_> = calls.collect();
    while api.seen().len() < 8 {
        tokio::task::yield_now().await;
    }
    api.release();
    for call in calls {
        assert_eq!(call.await.unwrap(), StatusCode::OK);
    }
    let ring = layer.ring();
    assert_eq!(benched(&ring), [true, false, false]);
    assert_eq!(ring.keys()[0].rejected, 8);
    assert_eq!(ring.current(), Some(ring.keys()[1].fingerprint));
    let seen = api.seen();
    assert_eq!(keys_used(&seen), [["a"; 8], ["b"; 8]].concat());
}

#[tokio::test]
async fn answers_that_are_not_about_the_key_pass_and_keep_it() {
    // A redirect goes to the caller: the layer follows none, and no key goes along.
    for status in [307, 308, 400, 403, 404, 422, 500, 503] {
        let status = StatusCode::from_u16(status).unwrap();
        let layer = layer_of(["a", "b"]);
        let api = Api::default();
        api.answer_all(status);
        let reply = call(&layer, &api, chat("x")).await;
        assert_eq!(reply.status(), status);
        assert_eq!(keys_used(&api.seen()), ["a"], "{status}");
        assert_eq!(benched(&layer.ring()), [false, false], "{status}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_kept_is_sent_once_and_its_key_benched() {
    let full = Budget::new(3);
    let table = [
        ("larger than the cap", layer_of(["a", "b"]).max_replay(3)),
        ("no budget", layer_of(["a", "b"]).budget(full.clone())),
    ];
    for (case, layer) in table {
        let api = Api::rejecting(&["a"]);
        let reply = call(&layer, &api, chat("larger")).await;
        assert_eq!(reply.status(), StatusCode::UNAUTHORIZED, "{case}");
        assert_eq!(api.seen()[0].body, "larger", "{case}");
        let reply = call(&layer, &api, chat("larger")).await;
        assert_eq!(reply.status(), StatusCode::OK, "{case}");
        assert_eq!(keys_used(&api.seen()), ["a", "b"], "{case}");
    }
    assert_eq!(full.used(), 0);
}

#[tokio::test]
async fn a_callers_own_authorization_is_kept_or_replaced_by_choice() {
    let request = || {
        let mut request = chat("x");
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer mine"));
        headers.insert("x-api-key", HeaderValue::from_static("mine"));
        headers.insert(COOKIE, HeaderValue::from_static("session=mine"));
        request
    };
    let layer = layer_of(["a", "b"]);
    let api = Api::rejecting(&["mine"]);
    let reply = call(&layer, &api, request()).await;
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    let report = reply.extensions().get::<CallReport>().unwrap();
    assert_eq!(report.attempts()[0].key, None);
    assert_eq!(keys_used(&api.seen()), ["mine"]);
    assert_eq!(api.seen()[0].headers[COOKIE], "session=mine");
    assert_eq!(benched(&layer.ring()), [false, false]);

    let mut admin = request();
    admin.headers_mut().remove(AUTHORIZATION);
    call(&layer, &api, admin).await;
    assert!(!api.seen()[1].headers.contains_key(AUTHORIZATION));

    let layer = layer.caller_authorization(CallerAuthorization::Replace);
    let reply = call(&layer, &api, request()).await;
    assert_eq!(reply.status(), StatusCode::OK);
    let headers = &api.seen()[2].headers;
    assert_eq!(headers[AUTHORIZATION], "Bearer a");
    assert_eq!(headers.get_all(AUTHORIZATION).iter().count(), 1);
    assert!(!headers.contains_key("x-api-key") && !headers.contains_key(COOKIE));
}

#[tokio::test]
async fn keys_go_to_their_origins_only() {
    let own = || layer().origin("http://127.0.0.1:8080").unwrap();
    let two = || own().origin("https://proxy.example").unwrap();
    let table: [(KeyRotationLayer, &str, Option<&str>); 20] = [
        (
            layer(),
            "https://api.mistral.ai/v1/models",
            Some("api.mistral.ai"),
        ),
        (
            layer(),
            "https://API.mistral.ai:443/v1/models",
            Some("api.mistral.ai"),
        ),
        (
            layer(),
            "https://api.eu.mistral.ai/",
            Some("api.eu.mistral.ai"),
        ),
        (
            layer(),
            "https://api.us.mistral.ai/",
            Some("api.us.mistral.ai"),
        ),
        (layer(), "http://api.mistral.ai/", None),
        (layer(), "https://api.mistral.ai:8443/", None),
        (layer(), "https://api.mistral.ai:/", None),
        (layer(), "https://api.mistral.ai:99999/", None),
        (layer(), "https://api.mistral.ai.evil.example/", None),
        (
            layer(),
            "https://evil.example/?https://api.mistral.ai",
            None,
        ),
        (layer(), "https://api.mistral.ai@evil.example/", None),
        (layer(), "https://user@api.mistral.ai/", None),
        (layer(), "https://user:pass@api.mistral.ai/", None),
        (layer(), "/v1/models", None),
        (
            own(),
            "http://127.0.0.1:8080/v1/models",
            Some("127.0.0.1:8080"),
        ),
        (own(), "http://127.0.0.1:8081/v1/models", None),
        (own(), "https://127.0.0.1:8080/v1/models", None),
        (own(), "https://api.mistral.ai/v1/models", None),
        (
            two(),
            "https://proxy.example/base/v1/models",
            Some("proxy.example"),
        ),
        (
            two(),
            "http://127.0.0.1:8080/v1/models",
            Some("127.0.0.1:8080"),
        ),
    ];
    for (layer, uri, expected) in table {
        let api = Api::default();
        let request = Request::get(uri)
            .header(HOST, "evil.example")
            .body(Full::default())
            .unwrap();
        let reply = call(&layer, &api, request).await;
        match expected {
            Some(host) => {
                assert_eq!(reply.status(), StatusCode::OK, "{uri}");
                assert_eq!(api.seen()[0].headers[HOST], host, "{uri}");
                assert_eq!(api.seen()[0].headers.get_all(HOST).iter().count(), 1);
            }
            None => assert_refused(&reply, &api, uri),
        }
    }
    assert_eq!(
        layer().origin("http://gateway.internal").unwrap_err(),
        OriginError::PlainHttp
    );
}

fn assert_refused<B>(reply: &Response<B>, api: &Api, case: &str) {
    assert_eq!(reply.status(), StatusCode::BAD_GATEWAY, "{case}");
    let rejection = reply.extensions().get::<Rejection>().unwrap();
    assert_eq!(rejection.kind(), RejectionKind::OriginNotAllowed, "{case}");
    let report = reply.extensions().get::<CallReport>().unwrap();
    assert_eq!(report.count(Action::Rejected), 1, "{case}");
    assert!(api.seen().is_empty(), "{case}");
}

#[tokio::test]
async fn no_key_goes_with_tunnels_traces_upgrades_and_methods_in_headers() {
    for (method, header) in [
        (Method::CONNECT, None),
        (Method::TRACE, None),
        (Method::GET, Some((UPGRADE.as_str(), "websocket"))),
        (Method::POST, Some(("x-http-method-override", "TRACE"))),
        (Method::POST, Some(("x-http-method", "DELETE"))),
        (Method::POST, Some(("x-method-override", "GET"))),
    ] {
        let api = Api::default();
        let mut request = chat("x");
        *request.method_mut() = method.clone();
        if let Some((name, value)) = header {
            let value = HeaderValue::from_static(value);
            request.headers_mut().insert(name, value);
        }
        let reply = call(&layer(), &api, request).await;
        assert_refused(&reply, &api, method.as_str());
    }
}

#[tokio::test]
async fn connection_lists_cannot_strip_the_key() {
    let table: [(&[&str], Option<&str>); 5] = [
        (&["Authorization"], None),
        (&["close, AUTHORIZATION ,host"], Some("close")),
        (&["keep-alive", "authorization,te"], Some("keep-alive, te")),
        (&["close"], Some("close")),
        (&[], None),
    ];
    for (lists, expected) in table {
        let api = Api::default();
        let mut request = chat("x");
        for list in lists {
            let list = HeaderValue::from_static(list);
            request.headers_mut().append(CONNECTION, list);
        }
        call(&layer(), &api, request).await;
        let seen = api.seen();
        let left: Vec<_> = seen[0].headers.get_all(CONNECTION).iter().collect();
        assert_eq!(left, Vec::from_iter(expected), "{lists:?}");
        assert_eq!(seen[0].key(), "a");
    }
}

#[tokio::test]
async fn modes_switch_at_run_time_and_by_call() {
    let layer = layer_of(["a", "b"]);
    let api = Api::rejecting(&["a"]);
    let modes = layer.modes();

    modes.set(Mode::Off);
    let foreign = Request::get("https://other.example/")
        .body(Full::default())
        .unwrap();
    call(&layer, &api, foreign.clone()).await;
    assert!(!api.seen()[0].headers.contains_key(AUTHORIZATION));

    modes.set(Mode::Observe);
    let reply = call(&layer, &api, chat("x")).await;
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    let report = reply.extensions().get::<CallReport>().unwrap();
    let findings = report.findings();
    assert_eq!((findings.len(), &*findings[0].rule), (1, "key_rejected"));
    assert!(!findings[0].enforced);
    assert_eq!(benched(&layer.ring()), [false, false]);
    let reply = call(&layer, &api, foreign).await;
    assert_eq!(reply.status(), StatusCode::OK);
    assert!(!api.seen()[2].headers.contains_key(AUTHORIZATION));

    modes.set(Mode::Enforce);
    let mut request = chat("x");
    let policy = CallPolicy::new().with_mode(Layer::KeyRotation, Mode::Off);
    request.extensions_mut().insert(policy);
    call(&layer, &api, request).await;
    assert!(!api.seen()[3].headers.contains_key(AUTHORIZATION));
    assert_eq!(call(&layer, &api, chat("x")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn live_keys_are_published_for_a_tripwire() {
    use secrecy::ExposeSecret;

    let secrets = Secrets::new();
    let layer = layer_of(["a", "b"]).secrets(secrets.clone());
    let (_, live) = secrets.snapshot();
    let live: Vec<_> = live.iter().map(ExposeSecret::expose_secret).collect();
    assert_eq!(live, ["a", "b"]);
    let api = Api::default();
    let reply = call(&layer, &api, chat("x")).await;
    for extensions in [reply.extensions(), &api.seen()[0].extensions] {
        let found = extensions.get::<Secrets>().unwrap();
        assert_eq!(found.snapshot().1.len(), 2);
    }
}

#[tokio::test]
async fn a_failed_connection_is_not_the_keys_fault() {
    let layer = layer_of(["a", "b"]);
    let api = Api::default();
    api.fail_next();
    let error = layer
        .layer(api.clone())
        .oneshot(chat("x"))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "connection refused");
    assert_eq!(benched(&layer.ring()), [false, false]);
    assert_eq!(statuses(&api), [None]);
}
