//! Our refusals, told from the API's.

use tower_mistral_wire::Rejection;

/// Tells a reply that a layer made from one of the API's.
///
/// A 403 may be the API's, or say that a prompt was blocked here. Which of them it is stands in the
/// response's extensions, where nobody outside the process can write. This finds it, on
///
/// - `http::Response` with any body: a tower stack's, hyper's, axum's;
/// - `reqwest::Response` (feature `reqwest`): what a reqwest-middleware client returns, what
///   `send_through` does, and what `reqwest::Response::from` makes of an `http::Response`.
///
#[cfg_attr(feature = "reqwest", doc = "```no_run")]
#[cfg_attr(not(feature = "reqwest"), doc = "```text")]
/// use tower_mistral::GuardRejection;
///
/// # async fn call(client: reqwest::Client) -> Result<(), reqwest::Error> {
/// let reply = client.get("https://api.mistral.ai/v1/models").send().await?;
/// match reply.guard_rejection() {
///     Some(refused) if refused.is_retryable() => { /* later */ }
///     Some(refused) => eprintln!("{}, request {}", refused.kind().as_str(), refused.request_id()),
///     None => { /* the API's answer, whatever its status */ }
/// }
/// # Ok(())
/// # }
/// ```
///
/// What breaks a stream after its head has gone out is the error of its body:
/// [`Rejection::find`] finds it there, through the errors of hyper and reqwest.
///
/// # With reqwest-retry
///
/// A retrying middleware outside the stack sees our refusals as replies. The default strategy of
/// `reqwest-retry` repeats every 5xx: [`Overloaded`] and [`NoKey`], as it should, and in vain also
/// our 502s that the next attempt would end with as well. This one repeats what may succeed:
///
#[cfg_attr(feature = "reqwest", doc = "```")]
#[cfg_attr(not(feature = "reqwest"), doc = "```text")]
/// use reqwest_retry::{DefaultRetryableStrategy, Retryable, RetryableStrategy};
/// use tower_mistral::GuardRejection;
///
/// struct NotWhatWeRefuse;
///
/// impl RetryableStrategy for NotWhatWeRefuse {
///     fn handle(
///         &self,
///         result: &Result<reqwest::Response, reqwest_middleware::Error>,
///     ) -> Option<Retryable> {
///         let refused = result.as_ref().ok().and_then(GuardRejection::guard_rejection);
///         if refused.is_some_and(|refused| !refused.is_retryable()) {
///             return Some(Retryable::Fatal);
///         }
///         DefaultRetryableStrategy.handle(result)
///     }
/// }
/// // RetryTransientMiddleware::new_with_policy_and_strategy(policy, NotWhatWeRefuse)
/// # let refused = http::Response::builder().status(502).body("").unwrap();
/// # assert!(matches!(NotWhatWeRefuse.handle(&Ok(refused.into())), Some(Retryable::Transient)));
/// ```
///
/// [`Overloaded`]: tower_mistral_wire::RejectionKind::Overloaded
/// [`NoKey`]: tower_mistral_wire::RejectionKind::NoKey
pub trait GuardRejection: sealed::Sealed {
    /// Why a layer refused the call; none if the reply is the API's.
    fn guard_rejection(&self) -> Option<&Rejection>;
}

impl<B> GuardRejection for http::Response<B> {
    fn guard_rejection(&self) -> Option<&Rejection> {
        self.extensions().get()
    }
}

#[cfg(feature = "reqwest")]
impl GuardRejection for reqwest::Response {
    fn guard_rejection(&self) -> Option<&Rejection> {
        self.extensions().get()
    }
}

mod sealed {
    pub trait Sealed {}
    impl<B> Sealed for http::Response<B> {}
    #[cfg(feature = "reqwest")]
    impl Sealed for reqwest::Response {}
}
