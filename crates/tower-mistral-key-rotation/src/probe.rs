//! Asking the API about the keys that it has rejected.

use std::future::poll_fn;

use http::{
    Method, Request, Response, StatusCode,
    header::{AUTHORIZATION, HOST},
};
use http_body::Body;
use tower_mistral_wire::body::{HeldBody, RequestBody};
use tower_service::Service;

use crate::KeyRotation;

/// What came of [`KeyRotation::check_keys`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkup {
    /// How many keys the API accepts: they are healthy again.
    pub accepted: usize,
    /// How many it rejects: they are quarantined, from now on.
    pub rejected: usize,
    /// Of how many nothing is known: the API could not be reached, or had other troubles.
    pub unknown: usize,
}

impl<S> KeyRotation<S> {
    /// Asks the API about each key that is benched or quarantined, by `GET /v1/models` at the first
    /// of the [origins](crate::KeyRotationLayer::origin), one after the other. To be called now and
    /// then, every minute or so, by a task that has a service of its own; a key that was rejected
    /// by mistake is back then before its time is over, and none is tried by a call that is not.
    ///
    /// Nothing is sent while all keys are healthy.
    ///
    /// # Errors
    ///
    /// The inner service does not become ready.
    pub async fn check_keys<B, R>(&mut self) -> Result<Checkup, S::Error>
    where
        S: Service<Request<RequestBody<B>>, Response = Response<R>>,
        B: Body,
    {
        let mut checkup = Checkup::default();
        let models = self.layer.options.origins.models();
        let (uri, host) =
            models.expect("invariant: there is an origin, and it was read from a URI");
        for suspect in self.layer.ring.suspects() {
            let mut request = Request::new(HeldBody::default());
            *request.method_mut() = Method::GET;
            *request.uri_mut() = uri.clone();
            request.headers_mut().insert(HOST, host.clone());
            poll_fn(|cx| self.inner.poll_ready(cx)).await?;
            let Some(lease) = self.layer.ring.lend_suspect(&suspect) else {
                continue;
            };
            let key = lease.entry.key.header.clone();
            request.headers_mut().insert(AUTHORIZATION, key);
            let status = self.inner.call(request).await.map(|reply| reply.status());
            match status {
                Ok(StatusCode::UNAUTHORIZED) => {
                    self.layer.ring.confirm(&lease);
                    checkup.rejected += 1;
                }
                Ok(status) if status.is_success() => {
                    self.layer.ring.accept(&lease);
                    checkup.accepted += 1;
                }
                _ => checkup.unknown += 1,
            }
        }
        Ok(checkup)
    }
}
