//! What a layer makes of the rest of a chain.

use std::future::{Future, poll_fn};

use bytes::Bytes;
use http_body::Body;
use reqwest_middleware::Error;
use tower_service::Service;

use crate::{BoxError, body};

type Request = http::Request<reqwest::Body>;
type Reply = http::Response<reqwest::Body>;

/// A service that a [`TowerMiddleware`](crate::TowerMiddleware) can run.
///
/// It is every `Service<http::Request<reqwest::Body>>` whose reply bodies are `Send` bodies of
/// `Bytes`, whose errors can be boxed, and which is `Send` together with its futures; there is
/// nothing to implement.
// A trait of its own, as the compiler cannot infer the type of the reply bodies behind
// `for<'a> Layer<NextService<'a>>`: a parameter for it on the middleware made `layer_fn` fail.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run inside reqwest-middleware",
    note = "it must be a `Send` `Service<http::Request<reqwest::Body>>` with `Send` futures, reply \
            bodies that are `Send`, and errors that are `Into<Box<dyn Error + Send + Sync>>`"
)]
pub trait Stack: Send {
    #[doc(hidden)]
    fn run(self, request: Request) -> impl Future<Output = Result<Reply, Error>> + Send;
}

impl<S, R> Stack for S
where
    S: Service<Request, Response = http::Response<R>> + Send,
    S::Future: Send,
    S::Error: Into<BoxError>,
    R: Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    async fn run(mut self, request: Request) -> Result<Reply, Error> {
        // Boxed at once: the error of a service need not be `Send`.
        let ready = poll_fn(|cx| self.poll_ready(cx).map_err(into_error)).await;
        ready?;
        let reply = self.call(request).await.map_err(into_error)?;
        Ok(reply.map(body::reply_into_reqwest))
    }
}

/// The error as it was before layers boxed it.
fn into_error(error: impl Into<BoxError>) -> Error {
    let error = match error.into().downcast::<Error>() {
        Ok(error) => return *error,
        Err(error) => error,
    };
    match error.downcast::<reqwest::Error>() {
        Ok(error) => Error::Reqwest(*error),
        Err(error) => Error::Middleware(anyhow::Error::from_boxed(error)),
    }
}
