//! The API, as a service.

use std::{
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, header::AUTHORIZATION};
use http_body_util::{BodyExt, Full};
use tokio::time::sleep;
use tower::Service;
use tower_mistral_wire::{BoxError, body::RequestBody};

use crate::world::{Ruling, World};

#[derive(Clone)]
pub(crate) struct Api(Rc<World>);

impl Api {
    pub(crate) fn new(world: Rc<World>) -> Self {
        Self(world)
    }

    async fn serve(
        self,
        request: Request<RequestBody<Full<Bytes>>>,
    ) -> Result<Response<Full<Bytes>>, BoxError> {
        let Self(world) = self;
        let key = request.headers()[AUTHORIZATION].to_str()?;
        let key = key.strip_prefix("Bearer ").unwrap().to_owned();
        let is_probe = request.uri().path() == "/v1/models";
        let ruling = world.rule(&key, is_probe);
        let body = request.into_body().collect().await?.to_bytes();
        // From 5 to 150 milliseconds, by what is asked.
        let latency = (world.now().elapsed().as_nanos() as u64 + key.len() as u64 * 37) % 145;
        let jitter = key.bytes().map(u64::from).sum::<u64>() % 60;
        sleep(Duration::from_millis(5 + (latency + jitter) % 145)).await;
        let (status, body, wait) = match ruling {
            Ruling::Rejected => (401, r#"{"detail":"Unauthorized"}"#, None),
            Ruling::Limited(wait) => {
                let limited = r#"{"message":"Rate limit exceeded","type":"rate_limited"}"#;
                (429, limited, Some(wait))
            }
            Ruling::Accepted if body == "Attack" => {
                let blocked = r#"{"error":{"message":"Blocked"},"guardrails":{}}"#;
                (403, blocked, None)
            }
            Ruling::Accepted if body == "WrongModel" => {
                (400, r#"{"message":"Invalid model: x"}"#, None)
            }
            Ruling::Accepted => (200, "{}", None),
        };
        let mut reply = Response::builder()
            .status(status)
            .header("content-type", "application/json");
        world.sync();
        if status == 401 {
            world.delivered_401(&key);
        }
        if let Some(wait) = wait {
            world.delivered_429(&key, wait);
            reply = reply.header("retry-after", wait.as_secs());
        }
        Ok(reply.body(Full::from(body))?)
    }
}

impl Service<Request<RequestBody<Full<Bytes>>>> for Api {
    type Response = Response<Full<Bytes>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody<Full<Bytes>>>) -> Self::Future {
        Box::pin(self.clone().serve(request))
    }
}
