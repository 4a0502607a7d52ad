//! A probe tells what a stack does, whatever it is made of.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use mistral_audit::{
    Report,
    probe::{Recorder, SecurityAudit},
};
use tower_layer::{Layer, layer_fn};
use tower_service::Service;

/// A stack as somebody could have written it: each part on or off.
#[derive(Clone, Copy, Default)]
struct Parts {
    screens: bool,
    limits: bool,
    redacts: bool,
    redacts_each_event: bool,
    refuses_what_is_no_json: bool,
    hides_keys: bool,
    logs: bool,
    refuses_all: bool,
}

const ALL: Parts = Parts {
    screens: true,
    limits: true,
    redacts: true,
    redacts_each_event: false,
    refuses_what_is_no_json: true,
    hides_keys: true,
    logs: false,
    refuses_all: false,
};

#[derive(Clone)]
struct Stack<S>(S, Parts);

impl<S> Service<Request<Full<Bytes>>> for Stack<S>
where
    S: Service<Request<Full<Bytes>>, Error = Infallible> + Clone + Send + 'static,
    S::Response: Into<Response<mistral_audit::probe::ReplyBody>>,
    S::Future: Send,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let (mut inner, parts) = (self.0.clone(), self.1);
        Box::pin(async move {
            let refused = || {
                Response::builder()
                    .status(400)
                    .body(Full::default())
                    .unwrap()
            };
            let (head, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let text = String::from_utf8_lossy(&body).into_owned();
            if parts.refuses_all
                || parts.screens && text.contains("Ignore all previous")
                || parts.limits && text.len() > 100_000
            {
                return Ok(refused());
            }
            let response = inner
                .call(Request::from_parts(head, Full::from(body)))
                .await?
                .into();
            let (mut head, body) = response.into_parts();
            head.headers.remove("content-length");
            let is_stream = head.headers["content-type"] == "text/event-stream";
            let body = body.collect().await.unwrap().to_bytes();
            let mut text = String::from_utf8_lossy(&body).into_owned();
            if parts.logs {
                tracing::info!(%text, "reply");
            }
            if parts.refuses_what_is_no_json && !is_stream && !text.ends_with('}') {
                return Ok(refused());
            }
            if parts.redacts && is_stream && !parts.redacts_each_event {
                text = "data: [DONE]\n\n".to_owned();
            } else if parts.redacts && text.contains("mail-canary") {
                text = "{}".to_owned();
            }
            if parts.hides_keys && head.status == 401 {
                text = "{}".to_owned();
            }
            Ok(Response::from_parts(head, Full::from(text)))
        })
    }
}

fn probe(parts: Parts) -> impl Future<Output = Report> {
    let layer = layer_fn(move |inner: Recorder| Stack(inner, parts));
    SecurityAudit::probe(layer)
}

fn ids(report: &Report) -> Vec<&'static str> {
    let mut ids: Vec<_> = report
        .findings
        .iter()
        .map(|finding| finding.rule.id)
        .collect();
    ids.dedup();
    ids
}

#[tokio::test]
async fn a_stack_that_does_all_passes_and_each_part_that_is_missing_is_named() {
    let report = probe(ALL).await;
    assert_eq!(ids(&report), [""; 0]);
    assert_eq!(report.coverage.exchanges, 8);
    for (parts, expected) in [
        (
            Parts {
                screens: false,
                ..ALL
            },
            "injection-passed",
        ),
        (
            Parts {
                limits: false,
                ..ALL
            },
            "prompt-unlimited",
        ),
        (
            Parts {
                redacts_each_event: true,
                ..ALL
            },
            "stream-unredacted",
        ),
        (
            Parts {
                refuses_what_is_no_json: false,
                redacts: true,
                ..ALL
            },
            "",
        ),
        (
            Parts {
                hides_keys: false,
                ..ALL
            },
            "key-echoed",
        ),
        (Parts { logs: true, ..ALL }, "log-leaks"),
        (
            Parts {
                refuses_all: true,
                ..ALL
            },
            "probe-inconclusive",
        ),
    ] {
        let report = probe(parts).await;
        let expected: &[_] = if expected.is_empty() {
            &[]
        } else {
            &[expected]
        };
        assert_eq!(ids(&report), expected);
    }
}

#[tokio::test]
async fn a_stack_that_does_nothing_fails_all_four() {
    let report = SecurityAudit::probe(tower_layer::Identity::new()).await;
    assert_eq!(
        ids(&report),
        [
            "injection-passed",
            "prompt-unlimited",
            "reply-unredacted",
            "stream-unredacted",
            "reply-fails-open",
            "key-echoed"
        ]
    );
    let failed: Vec<_> = report
        .checks()
        .iter()
        .filter(|check| !check.passed)
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(
        failed,
        [
            "api_key_from_env",
            "input_validation",
            "output_sanitization"
        ]
    );
    let text = report.to_table() + &report.to_json() + &report.to_sarif();
    assert!(
        !text.contains("mail-canary"),
        "what came out is not repeated"
    );
}

#[tokio::test]
async fn bodies_may_be_those_of_a_framework() {
    #[derive(Debug)]
    struct Own(Full<Bytes>);

    impl From<Bytes> for Own {
        fn from(bytes: Bytes) -> Self {
            Self(bytes.into())
        }
    }

    #[derive(Clone)]
    struct Takes(Recorder);

    impl Service<Request<Own>> for Takes {
        type Response = <Recorder as Service<Request<Full<Bytes>>>>::Response;
        type Error = Infallible;
        type Future = <Recorder as Service<Request<Full<Bytes>>>>::Future;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request<Own>) -> Self::Future {
            self.0.call(request.map(|body| body.0))
        }
    }

    let report = SecurityAudit::probe_as::<Own, _, _, _>(layer_fn(Takes)).await;
    assert!(!report.passed());
    let _ = layer_fn(Takes).layer(Recorder::default());
}
