//! The one read of a request's body, shared by every layer that needs it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header, request::Parts};
use http_body::Body;

#[cfg(feature = "decode")]
use crate::decode::{self, Coding, DecodeError, Decoder};
use crate::{
    BoxError, Reason, Rejection, RejectionKind,
    body::{Budget, Collect, Collected, HeldBody, RequestBody, Whole},
    ext::{CallReport, RequestFacts},
    json::{Limits, Tape},
    media,
    table::{Endpoint, Endpoints, PathError, RequestPath},
};

/// What an intake may cost, and by which table it reads.
#[derive(Clone, Debug)]
pub struct IntakeOptions {
    endpoints: Endpoints,
    max_body: usize,
    json: Limits,
    budget: Budget,
}

impl IntakeOptions {
    /// The default of [`max_body`](Self::max_body): 32 MiB, room for a few encoded images.
    pub const MAX_BODY: usize = 32 << 20;

    /// The Mistral AI API's table, 32 MiB, the budget of the process.
    pub fn new() -> Self {
        Self {
            endpoints: Endpoints::mistral(),
            max_body: Self::MAX_BODY,
            json: Limits::default(),
            budget: Budget::process(),
        }
    }

    /// Reads by this table.
    #[must_use]
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.endpoints = endpoints;
        self
    }

    /// Reads bodies of up to this many bytes.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Reads JSON of up to this depth and size.
    #[must_use]
    pub fn json(mut self, limits: Limits) -> Self {
        self.json = limits;
        self
    }

    /// Takes its buffers from this budget.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }
}

impl Default for IntakeOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// What a request's body was found to be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content {
    /// There is none.
    Empty,
    /// JSON, and here is its tape.
    Json(Tape),
    /// It could not be read, for this reason.
    Unread(Reason),
}

/// A request whose body was read, and what is known of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Arrived<B> {
    /// The request, ready to be sent on.
    pub request: Request<RequestBody<B>>,
    /// Its endpoint.
    pub endpoint: Arc<Endpoint>,
    /// Whether its path could be read as another one by the host.
    pub path: Result<RequestPath, PathError>,
    /// Its body.
    pub content: Content,
    /// The body without its content coding, if it had one that was undone.
    pub decoded: Option<Bytes>,
    /// The report of the call, which is in the request's extensions too.
    pub report: CallReport,
}

impl<B> Arrived<B> {
    /// The refusal of a path or a body that cannot be read; none if all is well.
    pub fn refusal(&self) -> Option<Rejection> {
        let id = || self.report.request_id().clone();
        if let Err(error) = &self.path {
            let rejection = Rejection::new(RejectionKind::InvalidPath, id());
            return Some(rejection.with_detail(error.to_string()));
        }
        let reason = self.reason()?;
        Some(Rejection::of_request(reason, id()))
    }

    /// Why it cannot be inspected, be it a body that cannot be read or the wish for a protocol
    /// that nobody here could read; none if all is well.
    pub fn reason(&self) -> Option<Reason> {
        match self.asks_for_upgrade() {
            true => Some(Reason::Upgrade),
            false => self.body_reason(),
        }
    }

    /// Whether it asks for another protocol. Its body is to be read all the same: the host may not
    /// grant what is asked for.
    pub fn asks_for_upgrade(&self) -> bool {
        media::asks_for_upgrade(self.request.method(), self.request.headers())
    }

    /// Why its body cannot be read; none if all is well.
    pub fn body_reason(&self) -> Option<Reason> {
        match &self.content {
            Content::Unread(reason) => Some(*reason),
            _ => None,
        }
    }

    /// Sends the body on without its content coding, if it had one that was undone.
    #[must_use]
    pub fn without_coding(mut self) -> Self {
        match self.decoded.take() {
            Some(bytes) => self.with_body(bytes),
            None => self,
        }
    }

    /// Puts `bytes`, without a content coding, in the place of the body and sets its length; no
    /// length if trailers follow, which need chunks.
    #[must_use]
    pub fn with_body(mut self, bytes: Bytes) -> Self {
        let has_trailers = self.request.body().has_trailers();
        let headers = self.request.headers_mut();
        headers.remove(header::TRANSFER_ENCODING);
        headers.remove(header::CONTENT_ENCODING);
        if has_trailers {
            headers.remove(header::CONTENT_LENGTH);
        } else {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        }
        for name in ["content-md5", "digest", "content-digest", "repr-digest"] {
            headers.remove(name);
        }
        self.request.body_mut().replace(bytes);
        self
    }
}

/// The endpoint that a request is for, and its path. One whose path could be read as another by the host
/// is for no endpoint that is known.
#[derive(Debug)]
struct Place {
    path: Result<RequestPath, PathError>,
    endpoint: Arc<Endpoint>,
}

impl Place {
    fn of(parts: &Parts, endpoints: &Endpoints) -> Self {
        let path = RequestPath::of(&parts.uri);
        let endpoint = match &path {
            Ok(path) => endpoints.find(&parts.method, path),
            Err(_) => endpoints.generic(),
        };
        Self { path, endpoint }
    }
}

/// Reads a request's body once: collects it under the cap, makes its tape or takes the one that an
/// outer layer made, and sees to it that there is a report.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Intake<B> {
    parts: Option<Parts>,
    /// None until it is asked for.
    place: Option<Place>,
    collect: Collect<B>,
    options: Arc<IntakeOptions>,
}

impl<B: Body> Intake<B> {
    /// Begins to read `request`.
    pub fn new(request: Request<B>, options: Arc<IntakeOptions>) -> Self {
        let (parts, body) = request.into_parts();
        let collect = Collect::new(body, options.max_body, &options.budget);
        Self {
            parts: Some(parts),
            place: None,
            collect,
            options,
        }
    }

    /// The head of the request, until the request [is read](Arrived), and the endpoint that it is for.
    pub fn head(&mut self) -> Option<(&mut Parts, &Arc<Endpoint>)> {
        let parts = self.parts.as_mut()?;
        let endpoints = &self.options.endpoints;
        let place = self
            .place
            .get_or_insert_with(|| Place::of(parts, endpoints));
        Some((parts, &place.endpoint))
    }
}

impl<B> Future for Intake<B>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Output = Arrived<B>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let collected = ready!(Pin::new(&mut this.collect).poll(cx));
        let mut parts = this.parts.take().expect("polled after it was ready");
        let mut decoded = None;
        let (body, content) = match collected {
            Collected::Whole(mut whole) => {
                let content = match decode(&parts.headers, &mut whole, this.options.max_body) {
                    Ok(plain) => {
                        let bytes = plain.as_ref().unwrap_or(&whole.bytes).clone();
                        decoded = plain;
                        read(&mut parts, bytes, &this.options.json)
                    }
                    Err(reason) => Content::Unread(reason),
                };
                let bytes = whole.bytes.clone();
                (HeldBody::collected(whole, bytes), content)
            }
            Collected::TooLarge(body) => {
                // A limit is not what keeps a form from being read.
                let reason = match media::promises_json(&parts.headers) {
                    true => Reason::BodyTooLarge,
                    false => Reason::UnsupportedMedia,
                };
                (body, Content::Unread(reason))
            }
            Collected::NoBudget(body) => (body, Content::Unread(Reason::OverBudget)),
            // Whoever sends it on passes the failure on; whoever refuses has nobody to tell.
            Collected::Failed(head, error) => (
                HeldBody::broken(head, error),
                Content::Unread(Reason::CutOff),
            ),
        };
        let place = this.place.take();
        let Place { path, endpoint } =
            place.unwrap_or_else(|| Place::of(&parts, &this.options.endpoints));
        let report = CallReport::of(&mut parts.extensions, &parts.headers);
        report.set_request(|| {
            let tape = if let Content::Json(tape) = &content {
                Some(tape)
            } else {
                None
            };
            RequestFacts::read(&endpoint, tape)
        });
        let request = Request::from_parts(parts, body);
        Poll::Ready(Arrived {
            request,
            endpoint,
            path,
            content,
            decoded,
            report,
        })
    }
}

/// Undoes the content coding of a body, if it has one that is known.
#[cfg(feature = "decode")]
fn decode(
    headers: &HeaderMap,
    whole: &mut Whole,
    max_output: usize,
) -> Result<Option<Bytes>, Reason> {
    let coding = Coding::of(headers).map_err(|_| Reason::UnsupportedCoding)?;
    // An empty body is empty in every coding.
    let Some(coding) = coding.filter(|_| !whole.bytes.is_empty()) else {
        return Ok(None);
    };
    let mut decoder = Decoder::new(coding, decode::Limits { max_output });
    let plain = decoder.push(&whole.bytes);
    let plain = plain.and_then(|plain| decoder.finish().map(|_| plain));
    let plain = plain.map_err(|error| match error {
        DecodeError::TooLarge => Reason::BodyTooLarge,
        _ => Reason::BrokenCoding,
    })?;
    match whole.reservation.grow(plain.len()) {
        true => Ok(Some(plain)),
        false => Err(Reason::OverBudget),
    }
}

/// Without the decoders a body that has a coding cannot be read.
#[cfg(not(feature = "decode"))]
fn decode(headers: &HeaderMap, whole: &mut Whole, _: usize) -> Result<Option<Bytes>, Reason> {
    match media::is_encoded(headers) && !whole.bytes.is_empty() {
        true => Err(Reason::UnsupportedCoding),
        false => Ok(None),
    }
}

fn read(parts: &mut Parts, bytes: Bytes, limits: &Limits) -> Content {
    if bytes.is_empty() {
        return Content::Empty;
    }
    if media::is_multipart(&parts.headers) {
        return Content::Unread(Reason::UnsupportedMedia);
    }
    let tape = parts.extensions.get::<Tape>();
    if let Some(tape) = tape.filter(|tape| tape.describes(&bytes)) {
        return Content::Json(tape.clone());
    }
    match Tape::parse(bytes, limits) {
        Ok(tape) => {
            parts.extensions.insert(tape.clone());
            Content::Json(tape)
        }
        // JSON is read whatever its label is; of what is none the label says whether it should be.
        Err(_) if !media::promises_json(&parts.headers) => {
            Content::Unread(Reason::UnsupportedMedia)
        }
        Err(error) => Content::Unread(error.kind().into()),
    }
}
