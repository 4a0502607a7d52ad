//! Requests and replies, carried over with all that belongs to them.

use bytes::Bytes;
use http::{Extensions, HeaderValue, header};
use http_body::Body;
use reqwest::{ResponseBuilderExt, Url};

use crate::{BoxError, body};

/// The request as reqwest's own; fails if the URI is not absolute.
pub(crate) fn into_reqwest_request<B>(
    request: http::Request<B>,
) -> Result<reqwest::Request, reqwest::Error>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    let body = body::into_reqwest(body);
    let request = http::Request::from_parts(parts, reqwest::Body::default());
    let mut request = reqwest::Request::try_from(request)?;
    *request.body_mut() = body;
    make_room_for_trailers(&mut request);
    Ok(request)
}

/// Has a body that may end with trailers sent in chunks.
///
/// HTTP/1 has no room for trailers behind a body of known length, and sends those only that the
/// header `Trailer` announces. Bodies that were read on the way are of known length, whatever they
/// were before.
fn make_room_for_trailers(request: &mut reqwest::Request) {
    let streams = request.body().is_some_and(|body| body.as_bytes().is_none());
    if !streams || !request.headers().contains_key(header::TRAILER) {
        return;
    }
    let headers = request.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    // HTTP/2 has room always, and hyper leaves this header out there.
    headers.insert(
        header::TRANSFER_ENCODING,
        HeaderValue::from_static("chunked"),
    );
}

/// The reply as a plain one, with its address in the extensions.
///
/// reqwest's conversion drops the address, and the way back would invent one.
pub(crate) fn into_http_response(reply: reqwest::Response) -> http::Response<reqwest::Body> {
    let address = with_address(reply.url().clone());
    let mut reply = http::Response::from(reply);
    reply.extensions_mut().extend(address);
    reply
}

/// The reply as reqwest's own; its address is `asked` if it has none.
///
/// A reply that a layer made itself has none.
pub(crate) fn into_reqwest_response(
    reply: http::Response<reqwest::Body>,
    asked: Url,
) -> reqwest::Response {
    let (mut parts, body) = reply.into_parts();
    let mut extensions = with_address(asked);
    extensions.extend(parts.extensions);
    parts.extensions = extensions;
    http::Response::from_parts(parts, body).into()
}

/// Extensions with the address in the form that reqwest looks for, which only its builder can make.
fn with_address(url: Url) -> Extensions {
    let built = http::Response::builder().url(url).body(());
    let (parts, ()) = built.expect("no part of it can be wrong").into_parts();
    parts.extensions
}
