//! The future of [`ReqwestService`](crate::ReqwestService).

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

use crate::convert;

pin_project! {
    /// Resolves to the reply of a [`ReqwestService`](crate::ReqwestService).
    #[must_use = "futures do nothing unless polled"]
    pub struct ReqwestFuture<F> {
        #[pin]
        kind: Kind<F>,
    }
}

pin_project! {
    #[project = KindProj]
    enum Kind<F> {
        Sent { #[pin] future: F },
        Refused { error: Option<reqwest::Error> },
    }
}

impl<F> ReqwestFuture<F> {
    pub(crate) fn sent(future: F) -> Self {
        Self {
            kind: Kind::Sent { future },
        }
    }

    /// The request could not become one of reqwest's.
    pub(crate) fn refused(error: reqwest::Error) -> Self {
        Self {
            kind: Kind::Refused { error: Some(error) },
        }
    }
}

impl<F, E> Future for ReqwestFuture<F>
where
    F: Future<Output = Result<reqwest::Response, E>>,
    E: From<reqwest::Error>,
{
    type Output = Result<http::Response<reqwest::Body>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().kind.project() {
            KindProj::Sent { future } => {
                Poll::Ready(ready!(future.poll(cx)).map(convert::into_http_response))
            }
            KindProj::Refused { error } => {
                let error = error.take().expect("not polled again after it was ready");
                Poll::Ready(Err(error.into()))
            }
        }
    }
}

impl<F> fmt::Debug for ReqwestFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestFuture").finish_non_exhaustive()
    }
}
