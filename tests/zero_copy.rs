//! A request, reply or event with nothing to change is neither copied nor re-serialised.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use support::{CHAT, post, recommended};
use tower::{Layer, ServiceExt, service_fn};
use tower_mistral::{
    testing::{Chunks, chat_stream},
    wire::BoxError,
};

/// Whether `part` lies within the memory of `whole`.
fn within(part: &Bytes, whole: &Bytes) -> bool {
    whole.as_ptr_range().start <= part.as_ptr_range().start
        && part.as_ptr_range().end <= whole.as_ptr_range().end
}

#[tokio::test]
async fn the_same_memory_goes_through_all_layers() {
    let request = Bytes::from(
        r#"{"model":"m","stream":true,"messages":[{"role":"user","content":"Bonjour \u00e9"}]}"#,
    );
    let json = Bytes::from(r#"{"choices":[{"index":0,"message":{"content":"Bonjour."}}]}"#);
    // Deltas that end with a line leave nothing to hold back.
    let stream = Bytes::from(chat_stream(["All\n", "is \u{e9}\n", "well.\n"]));
    for (label, reply) in [("application/json", json), ("text/event-stream", stream)] {
        let seen = Arc::new(Mutex::new(Bytes::new()));
        let (sink, body) = (Arc::clone(&seen), reply.clone());
        let api = service_fn(move |request: Request<_>| {
            let (sink, body) = (Arc::clone(&sink), body.clone());
            async move {
                let mut request: http_body_util::combinators::BoxBody<Bytes, BoxError> =
                    BodyExt::boxed(request.into_body());
                let frame = request.frame().await.unwrap().unwrap();
                *sink.lock().unwrap() = frame.into_data().unwrap();
                let reply = Response::builder().header("content-type", label);
                Ok::<_, BoxError>(reply.body(Chunks::new([body])).unwrap())
            }
        });
        let stack = recommended().build().unwrap().layer().layer(api);
        let request: Request<Full<Bytes>> = post(CHAT, request.clone());
        let sent = request.body().clone().collect().await.unwrap().to_bytes();
        let mut body = stack.oneshot(request).await.unwrap().into_body();
        assert_eq!(*seen.lock().unwrap(), sent);
        assert!(
            within(&seen.lock().unwrap(), &sent),
            "the request was copied"
        );
        let mut total = 0;
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            total += data.len();
            assert!(within(&data, &reply), "{label}");
        }
        assert_eq!(total, reply.len());
    }
}
