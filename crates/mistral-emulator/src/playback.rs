//! A prepared answer, played onto the connection.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::encode;
use crate::reply::Delivery;

/// An answer before it is compressed, cut short and timed.
pub(crate) struct Plan {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// One per event, each written by itself.
    pub(crate) chunks: Vec<Bytes>,
    /// Whether a scripted stop counts the chunks; otherwise it halves the only one.
    pub(crate) by_chunk: bool,
    pub(crate) delivery: Delivery,
}

impl Plan {
    pub(crate) async fn play(mut self, gzip: bool) -> Response {
        let reset = self.cut_short();
        if gzip {
            self.chunks = encode::gzip(self.chunks, !reset);
            self.headers
                .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            self.headers.remove(CONTENT_LENGTH);
        }
        if !self.delivery.delay.is_zero() {
            tokio::time::sleep(self.delivery.delay).await;
        }
        let mut response = Response::new(body(self.chunks, self.delivery.delay_between, reset));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// Whether the connection shall break at the end.
    fn cut_short(&mut self) -> bool {
        let Some(stop) = self.delivery.stop else {
            return false;
        };
        if self.by_chunk {
            self.chunks.truncate(stop.events);
        } else if let Some(whole) = self.chunks.first_mut() {
            whole.truncate(whole.len() / 2);
        }
        stop.reset
    }
}

fn body(chunks: Vec<Bytes>, between: Duration, reset: bool) -> Body {
    if chunks.is_empty() && !reset {
        return Body::empty();
    }
    let play = Play {
        chunks: chunks.into(),
        between,
        reset,
        started: false,
    };
    Body::from_stream(stream::unfold(play, Play::step))
}

struct Play {
    chunks: VecDeque<Bytes>,
    between: Duration,
    reset: bool,
    started: bool,
}

impl Play {
    async fn step(mut self) -> Option<(io::Result<Bytes>, Self)> {
        // A pause, however short, makes the server write out what it has before it asks for more.
        if self.started && !self.chunks.is_empty() && !self.between.is_zero() {
            tokio::time::sleep(self.between).await;
        } else {
            tokio::task::yield_now().await;
        }
        self.started = true;
        if let Some(chunk) = self.chunks.pop_front() {
            return Some((Ok(chunk), self));
        }
        if self.reset {
            self.reset = false;
            return Some((Err(io::ErrorKind::ConnectionReset.into()), self));
        }
        None
    }
}
