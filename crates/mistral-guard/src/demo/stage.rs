//! The emulator, the stack, and one exchange between them.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use mistral_emulator::{Emulator, Received};
use serde_json::{Value, json};
use tower::{Layer, ServiceExt};
use tower_mistral::{
    Guard,
    key_rotation::{ApiKey, Keys},
    metadata_log::Record,
    wire::{BoxError, mark},
};

use super::{
    reading::Reading,
    scenes::{KEYS, Scene},
    tap::Tap,
};

/// Makes ids and times of the emulator the same in every run.
const SEED: u64 = 7;

/// The emulator and the stack in front of it.
pub(crate) struct Stage {
    api: Emulator,
    guard: Guard,
    records: Arc<Mutex<Vec<Record>>>,
}

/// One exchange, from all sides.
pub(crate) struct Exchange {
    pub(crate) scene: &'static Scene,
    /// The requests that the API saw.
    pub(crate) saw: Vec<Saw>,
    /// What the API answered, and what the reader got.
    pub(crate) answered: Reading,
    pub(crate) got: Reading,
    pub(crate) status: u16,
    /// The header that tells the application what was done.
    pub(crate) mark: Option<String>,
    pub(crate) record: Record,
}

/// One request as the API saw it.
pub(crate) struct Saw {
    /// The fingerprint of the key it came with.
    pub(crate) key: String,
    /// The status it was answered with.
    pub(crate) status: Option<u16>,
    pub(crate) text: String,
}

/// One event of a stream, on both sides.
#[derive(Clone, Copy)]
pub(crate) struct Event<'e> {
    pub(crate) answered: &'e str,
    pub(crate) got: &'e str,
}

impl Stage {
    pub(crate) async fn set() -> Result<Self, BoxError> {
        let builder = KEYS
            .iter()
            .fold(Emulator::builder().seed(SEED), |api, key| api.key(*key));
        let api = builder.start().await?;
        let records = Arc::<Mutex<Vec<Record>>>::default();
        let log = Arc::clone(&records);
        let guard = Guard::recommended()
            .keys(Keys::new(KEYS))
            .origin(api.base_url())?
            .on_record(move |record: &Record| {
                log.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(record.clone());
            })
            .build()?;
        Ok(Self {
            api,
            guard,
            records,
        })
    }

    pub(crate) async fn strike(self) {
        drop(self.guard);
        self.api.shutdown().await;
    }

    /// Plays a scene; `on_event` is told of each event of a stream as the reader gets it.
    pub(crate) async fn play(
        &self,
        number: usize,
        scene: &'static Scene,
        mut on_event: impl FnMut(Event<'_>) -> io::Result<()>,
    ) -> Result<Exchange, BoxError> {
        (scene.prepare)(&self.api);
        let tap = Tap::default();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let client = self.guard.layer().layer(tap.on(client));
        let reply = client.oneshot(self.request(number, scene)?).await?;
        let (parts, mut body) = reply.into_parts();

        let mut got = Reading::default();
        while let Some(frame) = body.frame().await {
            let Ok(chunk) = frame?.into_data() else {
                continue;
            };
            let shown = got.deltas.len();
            got.push(&chunk);
            let heard = tap.heard();
            for (answered, got) in heard.deltas.iter().zip(&got.deltas).skip(shown) {
                on_event(Event { answered, got })?;
            }
        }
        drop(body);
        let record = self
            .records
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let record = record.ok_or("the call was not logged")?;
        Ok(Exchange {
            scene,
            saw: saw(&self.api.take_received(), &record),
            answered: tap.heard(),
            got,
            status: parts.status.as_u16(),
            mark: mark_of(&Response::from_parts(parts, ())),
            record,
        })
    }

    fn request(&self, number: usize, scene: &Scene) -> http::Result<Request<Full<Bytes>>> {
        let body = json!({
            "model": "mistral-small-latest",
            "stream": scene.stream,
            "messages": [{"role": "user", "content": scene.prompt}],
        });
        Request::post(format!("{}/v1/chat/completions", self.api.base_url()))
            .header("content-type", "application/json")
            .header("x-request-id", format!("demo-{number}"))
            .body(Full::from(body.to_string()))
    }
}

fn saw(received: &[Received], record: &Record) -> Vec<Saw> {
    let statuses = record.attempts.iter().map(|attempt| attempt.status);
    let saw = |(received, status): (&Received, _)| {
        let key = received.key.clone().and_then(|key| ApiKey::new(key).ok());
        let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
        let text = body.pointer("/messages/0/content").and_then(Value::as_str);
        Saw {
            key: key.map_or("none".to_owned(), |key| key.fingerprint().to_string()),
            status,
            text: text.unwrap_or_default().to_owned(),
        }
    };
    received.iter().zip(statuses).map(saw).collect()
}

fn mark_of(reply: &Response<()>) -> Option<String> {
    let value = reply.headers().get(mark::GUARD)?;
    value.to_str().ok().map(str::to_owned)
}
