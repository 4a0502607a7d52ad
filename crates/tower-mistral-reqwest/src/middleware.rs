//! A tower layer inside reqwest-middleware.

use std::{fmt, mem};

use http::Extensions;
use reqwest_middleware::{Middleware, Next};
use tower_layer::Layer;

use crate::{
    convert,
    next::{NextService, SharedExtensions},
    stack::Stack,
};

/// A reqwest-middleware that is a tower layer, or a whole stack of them.
///
/// ```no_run
/// use reqwest_middleware::ClientBuilder;
/// use tower::ServiceBuilder;
/// use tower_mistral_reqwest::{TowerMiddleware, client_builder};
///
/// # fn main() -> Result<(), reqwest::Error> {
/// let stack = ServiceBuilder::new().map_request(|mut request: http::Request<reqwest::Body>| {
///     request.headers_mut().insert("x-team", http::HeaderValue::from_static("search"));
///     request
/// });
/// let client = ClientBuilder::new(client_builder().build()?)
///     .with(TowerMiddleware::new(stack))
///     .build();
/// # Ok(())
/// # }
/// ```
///
/// # Order
///
/// As ever in reqwest-middleware, the first `with` is the outermost. A retrying middleware given
/// **before** this one repeats the layer's work, each attempt passing through it; given **after**
/// it, the layer sees one call, and the attempts below it need a request body that can be cloned.
/// The [crate's page](crate) says which can, and what the order means for logs and keys.
///
/// # Extensions
///
/// What the caller attached with `RequestBuilder::with_extension`, the layer finds in the request's
/// extensions; of two of a type the request's own wins. The middlewares below get the caller's
/// extensions too, in each attempt those that the last attempt left, and what they leave there the
/// middlewares above see. What the layer puts into the request's extensions stays with the request.
///
/// # Errors
///
/// An error that is a [`reqwest_middleware::Error`] or a [`reqwest::Error`], boxed or not, comes
/// out as it is; all others as [`Middleware`](reqwest_middleware::Error::Middleware).
///
/// # Which layers fit
///
/// The layer is applied anew for each request, to a service that borrows the chain. So
///
/// - state must live in the layer and be shared by the services it makes. The limits of tower
///   (`ConcurrencyLimitLayer`, `RateLimitLayer`) keep theirs in the service and **would limit
///   nothing**; use `GlobalConcurrencyLimitLayer`;
/// - `layer_fn` needs a function whose argument is written as `NextService<'_>`; a generic one is
///   taken for one lifetime only, and that is too few;
/// - layers that need a `'static` service, such as `BufferLayer` and the boxing ones, do not
///   compile here. Put these into a stack over a [`ReqwestService`](crate::ReqwestService).
#[derive(Clone)]
#[must_use = "a middleware does nothing unless it is given to a client"]
pub struct TowerMiddleware<L> {
    layer: L,
}

impl<L> TowerMiddleware<L> {
    /// A middleware that passes requests through `layer`.
    pub const fn new(layer: L) -> Self {
        Self { layer }
    }

    /// The layer.
    pub const fn get_ref(&self) -> &L {
        &self.layer
    }

    /// The layer, to change it.
    pub const fn get_mut(&mut self) -> &mut L {
        &mut self.layer
    }

    /// Gives the layer back.
    pub fn into_inner(self) -> L {
        self.layer
    }
}

#[async_trait::async_trait]
impl<L> Middleware for TowerMiddleware<L>
where
    L: for<'a> Layer<NextService<'a>> + Send + Sync + 'static,
    for<'a> <L as Layer<NextService<'a>>>::Service: Stack,
{
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        // Cloned, not taken: if this future is dropped, the caller keeps what it had.
        let shared = SharedExtensions::new(extensions.clone());
        let asked = request.url().clone();
        let request = with_extensions(request.try_into()?, extensions);

        let stack = self.layer.layer(NextService::new(next, shared.clone()));
        let reply = stack.run(request).await;
        *extensions = shared.take();
        Ok(convert::into_reqwest_response(reply?, asked))
    }
}

impl<L> fmt::Debug for TowerMiddleware<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerMiddleware").finish_non_exhaustive()
    }
}

/// The request with the chain's extensions beneath its own.
fn with_extensions(
    mut request: http::Request<reqwest::Body>,
    chain: &Extensions,
) -> http::Request<reqwest::Body> {
    let mut merged = chain.clone();
    merged.extend(mem::take(request.extensions_mut()));
    *request.extensions_mut() = merged;
    request
}
