//! Requests that reqwest built, sent through a tower stack.

use std::future::{Future, poll_fn};

use bytes::Bytes;
use http_body::Body;
use reqwest::{Request, RequestBuilder, Response};
use tower_service::Service;

use crate::{BoxError, body, convert};

/// Sends what reqwest's own builder built through a tower stack, in the place of
/// [`send`](RequestBuilder::send).
///
/// ```no_run
/// use tower::ServiceBuilder;
/// use tower_mistral_reqwest::{ReqwestService, SendThrough, client_builder};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), reqwest::Error> {
/// let client = client_builder().build()?;
/// let stack = ServiceBuilder::new()
///     // .layer(..): the layers, the outermost first
///     .service(ReqwestService::new(client.clone()));
///
/// let reply = client
///     .get("https://api.mistral.ai/v1/models")
///     .send_through(stack.clone())
///     .await?
///     .error_for_status()?;
/// println!("{}", reply.text().await?);
/// # Ok(())
/// # }
/// ```
///
/// The reply is reqwest's own, with the address that answered, or that was asked if a layer of the
/// stack answered itself. It is the client at the bottom of the stack that sends; of the one that
/// the request was built with nothing is used, neither its time limits nor its default headers.
///
/// # This, or a middleware
///
/// - Code that may be changed where it sends, and stacks with layers that need a `'static` service
///   or keep state of their own (`BufferLayer`, `ConcurrencyLimitLayer`): this.
/// - Code that is given a `ClientWithMiddleware`, or a stack among other middlewares: the
///   `TowerMiddleware` of the feature `middleware`, which changes nothing where requests are sent.
///
/// A `reqwest_middleware::RequestBuilder` has no such method: its middlewares would be left out.
/// Let the stack stand on the client with its middlewares, and build with a plain
/// [`reqwest::Client`].
pub trait SendThrough: sealed::Sealed {
    /// Sends the request through `stack`, once the stack is ready.
    ///
    /// # Errors
    ///
    /// Those of the stack; and if the request could not be built, reqwest's, turned into one of
    /// the stack's.
    fn send_through<S, R>(
        self,
        stack: S,
    ) -> impl Future<Output = Result<Response, S::Error>> + Send
    where
        S: Service<http::Request<reqwest::Body>, Response = http::Response<R>> + Send,
        S::Future: Send,
        S::Error: From<reqwest::Error>,
        R: Body<Data = Bytes> + Send + 'static,
        R::Error: Into<BoxError>;
}

impl SendThrough for Request {
    async fn send_through<S, R>(self, mut stack: S) -> Result<Response, S::Error>
    where
        S: Service<http::Request<reqwest::Body>, Response = http::Response<R>> + Send,
        S::Future: Send,
        S::Error: From<reqwest::Error>,
        R: Body<Data = Bytes> + Send + 'static,
        R::Error: Into<BoxError>,
    {
        let asked = self.url().clone();
        let request = self.try_into()?;
        poll_fn(|cx| stack.poll_ready(cx)).await?;
        let reply = stack.call(request).await?;
        let reply = reply.map(body::reply_into_reqwest);
        Ok(convert::into_reqwest_response(reply, asked))
    }
}

impl SendThrough for RequestBuilder {
    async fn send_through<S, R>(self, stack: S) -> Result<Response, S::Error>
    where
        S: Service<http::Request<reqwest::Body>, Response = http::Response<R>> + Send,
        S::Future: Send,
        S::Error: From<reqwest::Error>,
        R: Body<Data = Bytes> + Send + 'static,
        R::Error: Into<BoxError>,
    {
        self.build()?.send_through(stack).await
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for reqwest::Request {}
    impl Sealed for reqwest::RequestBuilder {}
}
