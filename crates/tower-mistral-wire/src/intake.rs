//! The one read of a request's body, shared by every layer that needs it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderValue, Request, header, request::Parts};
use http_body::Body;

use crate::{
    BoxError, Rejection, RejectionKind,
    body::{Budget, Collect, Collected, HeldBody, RequestBody},
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
    /// It could not be read, for this reason: the kind of the refusal and what is wrong.
    Unread(RejectionKind, &'static str),
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
    /// The report of the call, which is in the request's extensions too.
    pub report: CallReport,
}

impl<B> Arrived<B> {
    /// The refusal of a path or a body that cannot be read; none if all is well.
    pub fn refusal(&self) -> Option<Rejection> {
        let reject = |kind| Rejection::new(kind, self.report.request_id().clone());
        if let Err(error) = &self.path {
            return Some(reject(RejectionKind::InvalidPath).with_detail(error.to_string()));
        }
        match &self.content {
            Content::Unread(kind, detail) => Some(reject(*kind).with_detail(*detail)),
            _ => None,
        }
    }

    /// Puts `bytes` in the place of the body and sets its length.
    #[must_use]
    pub fn with_body(mut self, bytes: Bytes) -> Self {
        let headers = self.request.headers_mut();
        headers.remove(header::TRANSFER_ENCODING);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        for name in ["content-md5", "digest", "content-digest", "repr-digest"] {
            headers.remove(name);
        }
        self.request.body_mut().replace(bytes);
        self
    }
}

/// Reads a request's body once: collects it under the cap, makes its tape or takes the one that an
/// outer layer made, and sees to it that there is a report.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Intake<B> {
    parts: Option<Parts>,
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
            collect,
            options,
        }
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
        let (body, content) = match ready!(Pin::new(&mut this.collect).poll(cx)) {
            Collected::Whole(whole) => {
                let bytes = whole.bytes.clone();
                (HeldBody::collected(whole, bytes.clone()), Ok(bytes))
            }
            Collected::TooLarge(body) => (
                body,
                Err((
                    RejectionKind::BodyTooLarge,
                    "it has more bytes than the limit",
                )),
            ),
            Collected::NoBudget(body) => (
                body,
                Err((
                    RejectionKind::Overloaded,
                    "the budget for buffers is used up",
                )),
            ),
            // Whoever sends it on passes the failure on; whoever refuses has nobody to tell.
            Collected::Failed(head, error) => (
                HeldBody::broken(head, error),
                Err((RejectionKind::InvalidBody, "it broke off")),
            ),
        };
        let mut parts = this.parts.take().expect("polled after it was ready");
        let content = match content {
            Ok(bytes) => read(&mut parts, bytes, &this.options.json),
            Err((kind, detail)) => Content::Unread(kind, detail),
        };
        let path = RequestPath::of(&parts.uri);
        let endpoint = match &path {
            Ok(path) => this.options.endpoints.find(&parts.method, path),
            Err(_) => this.options.endpoints.generic(),
        };
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
            report,
        })
    }
}

fn read(parts: &mut Parts, bytes: Bytes, limits: &Limits) -> Content {
    if bytes.is_empty() {
        return Content::Empty;
    }
    if media::is_encoded(&parts.headers) {
        return Content::Unread(RejectionKind::UnsupportedBody, "it is compressed");
    }
    if media::is_multipart(&parts.headers) {
        return Content::Unread(RejectionKind::UnsupportedBody, "it is a form");
    }
    if let Some(tape) = parts
        .extensions
        .get::<Tape>()
        .filter(|tape| tape.describes(&bytes))
    {
        return Content::Json(tape.clone());
    }
    match Tape::parse(bytes, limits) {
        Ok(tape) => {
            parts.extensions.insert(tape.clone());
            Content::Json(tape)
        }
        Err(error) => Content::Unread(RejectionKind::InvalidBody, error.kind().as_str()),
    }
}
