//! Stacks that are put together wrongly, as a probe tells them.
#![allow(clippy::unwrap_used)]

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceBuilder};
use tower_mistral::{
    Guard,
    audit::{
        Report,
        probe::{Recorder, SecurityAudit},
    },
    key_rotation::Keys,
    redact_output::RedactOutputLayer,
    sanitize_input::SanitizeInputLayer,
};

/// What people put into a stack: it writes each reply to the log.
struct Logs;

impl<S> Layer<S> for Logs {
    type Service = LogsReplies<S>;

    fn layer(&self, inner: S) -> LogsReplies<S> {
        LogsReplies(inner)
    }
}

#[derive(Clone)]
struct LogsReplies<S>(S);

impl<S, B, R> Service<Request<B>> for LogsReplies<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    R: BodyExt<Data = Bytes> + Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let reply = self.0.call(request);
        Box::pin(async move {
            let (mut head, body) = reply.await?.into_parts();
            // A body that breaks off was refused on the way.
            let body = body.collect().await.map(|body| body.to_bytes());
            let body = body.unwrap_or_default();
            tracing::info!(reply = %String::from_utf8_lossy(&body), "reply");
            head.headers.remove("content-length");
            Ok(Response::from_parts(head, Full::from(body)))
        })
    }
}

/// What a stack without its redaction shows.
const UNREDACTED: [&str; 3] = ["reply-unredacted", "stream-unredacted", "reply-fails-open"];

#[tokio::test]
async fn each_wrong_order_is_told() {
    let key = ["K7hQ2mZx9LpT4vRb", "8NcY3sWd6FgJ1aUe"].concat();
    let guard = || {
        let guard = Guard::recommended().keys(Keys::new([key.as_str()]));
        guard
            .replace_caller_authorization()
            .build()
            .unwrap()
            .layer()
    };
    let logs = || Logs;
    let stack = ServiceBuilder::new;
    for (name, report, expected) in [
        (
            "a log outside",
            probed(stack().layer(logs()).layer(guard())).await,
            vec![],
        ),
        (
            "a log inside",
            probed(stack().layer(guard()).layer(logs())).await,
            vec!["log-leaks"],
        ),
        (
            "a log between redaction and the API, without screening",
            probed(
                stack()
                    .layer(RedactOutputLayer::recommended())
                    .layer(logs()),
            )
            .await,
            vec!["injection-passed", "prompt-unlimited", "log-leaks"],
        ),
        (
            "no screening",
            probed(RedactOutputLayer::recommended()).await,
            vec!["injection-passed", "prompt-unlimited"],
        ),
        (
            "no redaction: the key of a 401 comes out, too",
            probed(SanitizeInputLayer::recommended()).await,
            [UNREDACTED.as_slice(), &["key-echoed"]].concat(),
        ),
        (
            "screening alone, with a log",
            probed(
                stack()
                    .layer(logs())
                    .layer(SanitizeInputLayer::recommended()),
            )
            .await,
            [UNREDACTED.as_slice(), &["key-echoed", "log-leaks"]].concat(),
        ),
    ] {
        let found = report.findings.iter().map(|finding| finding.rule.id);
        let mut found: Vec<_> = found.collect();
        found.sort_unstable();
        found.dedup();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(found, expected, "{name}");
    }
}

async fn probed<L, R, E>(layer: L) -> Report
where
    L: Layer<Recorder>,
    L::Service: Service<Request<Full<Bytes>>, Response = Response<R>, Error = E>,
    R: BodyExt<Data = Bytes>,
{
    SecurityAudit::probe(layer).await
}
