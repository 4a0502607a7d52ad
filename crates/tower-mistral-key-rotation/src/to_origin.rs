//! What makes a request that a server received one for the API.

use std::task::{Context, Poll};

use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Uri, Version,
    header::{CONNECTION, COOKIE, HOST, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE},
    uri::{Authority, PathAndQuery, Scheme},
};
use tower_layer::Layer;
use tower_service::Service;

use crate::{OriginError, origin::Origin};

/// Sends every request to one origin, whatever host its caller named: for a proxy, outside of the
/// layers that look at where a request goes.
///
/// A server sees the path alone (`/v1/chat/completions`), a client needs the whole address. Scheme
/// and authority become the origin's, the path stays byte for byte. What was said to this server
/// alone does not go on: `Host`, cookies, `Proxy-Authorization`, the HTTP version, and `Connection`
/// with the fields that it names (RFC 9110, section 7.6.1). `Authorization` stays: whether the
/// caller's key is used is for [`KeyRotationLayer`](crate::KeyRotationLayer) to say; and so do
/// `Upgrade`, which the layers refuse, and `TE: trailers`, since trailers do pass.
///
/// ```
/// use http::{Request, Response};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
/// use tower_mistral_key_rotation::ToOriginLayer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let proxy = ServiceBuilder::new()
///     .layer(ToOriginLayer::new("https://api.eu.mistral.ai")?)
///     .service(service_fn(async |request: Request<()>| {
///         Ok::<_, std::convert::Infallible>(Response::new(request.uri().to_string()))
///     }));
/// let reply = proxy.oneshot(Request::get("/v1/models?x=1").body(())?).await?;
/// assert_eq!(reply.body(), "https://api.eu.mistral.ai/v1/models?x=1");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct ToOriginLayer {
    scheme: Scheme,
    authority: Authority,
}

impl ToOriginLayer {
    /// To `https://api.mistral.ai`.
    pub fn mistral() -> Self {
        Self {
            scheme: Scheme::HTTPS,
            authority: Authority::from_static("api.mistral.ai"),
        }
    }

    /// To this origin, `scheme://host` or `scheme://host:port`.
    ///
    /// # Errors
    ///
    /// As those of [`KeyRotationLayer::origin`](crate::KeyRotationLayer::origin): it is not an
    /// origin, or it is plain `http` and the host is not a loopback address in digits.
    pub fn new(origin: impl AsRef<str>) -> Result<Self, OriginError> {
        Self::checked(origin.as_ref(), false)
    }

    /// As [`new`](Self::new), but plain `http` may go anywhere: whoever listens on the way can read
    /// prompts and replies.
    ///
    /// # Errors
    ///
    /// It is not an origin.
    pub fn dangerous_plain_http(origin: impl AsRef<str>) -> Result<Self, OriginError> {
        Self::checked(origin.as_ref(), true)
    }

    fn checked(origin: &str, allow_plain: bool) -> Result<Self, OriginError> {
        let (scheme, authority) = Origin::checked(origin, allow_plain)?.place()?;
        Ok(Self { scheme, authority })
    }

    fn address(&self, uri: &Uri) -> Uri {
        let path = uri.path_and_query().cloned();
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path.unwrap_or(PathAndQuery::from_static("/")));
        Uri::from_parts(parts).expect("invariant: scheme, authority and path make a URI")
    }
}

impl<S> Layer<S> for ToOriginLayer {
    type Service = ToOrigin<S>;

    fn layer(&self, inner: S) -> ToOrigin<S> {
        ToOrigin {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service of [`ToOriginLayer`].
#[derive(Clone, Debug)]
pub struct ToOrigin<S> {
    inner: S,
    layer: ToOriginLayer,
}

impl<S> ToOrigin<S> {
    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for ToOrigin<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        *request.uri_mut() = self.layer.address(request.uri());
        // The client's own choice: a request that came as HTTP/2 fails on a connection of HTTP/1.
        *request.version_mut() = Version::default();
        leave_behind(request.headers_mut());
        self.inner.call(request)
    }
}

/// Removes what is for the server that received the request.
fn leave_behind(headers: &mut HeaderMap) {
    let passes_trailers = has_token(headers, &TE, "trailers");
    let named = headers.get_all(CONNECTION).iter();
    let named: Vec<HeaderName> = named
        .flat_map(|list| list.as_bytes().split(|byte| *byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        // What frames the body, says who calls or asks for another protocol, no list takes away.
        .filter(|name| !KEPT.contains(name))
        .collect();
    for name in named.iter().chain(&LEFT_BEHIND) {
        headers.remove(name);
    }
    if passes_trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
}

const KEPT: [HeaderName; 4] = [
    http::header::AUTHORIZATION,
    http::header::CONTENT_LENGTH,
    http::header::CONTENT_ENCODING,
    UPGRADE,
];

const LEFT_BEHIND: [HeaderName; 8] = [
    CONNECTION,
    COOKIE,
    HOST,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHORIZATION,
    TE,
    TRANSFER_ENCODING,
];

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let lists = headers.get_all(name).iter();
    lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split([',', ';']))
        .any(|item| item.trim().eq_ignore_ascii_case(token))
}
