//! A client that leaves the decisions to the stack above it.

use reqwest::{Client, ClientBuilder, redirect::Policy};

/// Begins a client that does nothing behind the back of the layers above it.
///
/// What reqwest does by itself, layers neither see nor can prevent. So this turns off:
///
/// - **Redirects.** reqwest would repeat a request, body and key included, at an address that no
///   layer approved. The API does not redirect; a 3xx is handed to the caller as it is.
/// - **Proxies from the environment** (`HTTPS_PROXY` and its kin), which would decide where prompts
///   travel. To go through a proxy, name it: `client_builder().proxy(..)`.
/// - **Decompression.** With the features `gzip`, `brotli`, `zstd` or `deflate` of reqwest on, even
///   if by another crate's wish, the client would ask for compressed replies by itself and unpack
///   them without a limit. Which encodings are asked for is then the business of the layers.
///
/// All else is reqwest's default. Mind that
///
/// - there is **no time limit**; [`read_timeout`](ClientBuilder::read_timeout) suits streams, which
///   may be long, better than [`timeout`](ClientBuilder::timeout), which ends them;
/// - reqwest still repeats a request that the server says it never began to process, and one that
///   a kept connection closed on before anything was sent;
/// - each option can be turned on again, as this is an ordinary builder.
///
/// With the feature `ring`, ring becomes the process's provider for rustls if it has none: reqwest's
/// `rustls-no-provider`, which other crates may turn on, asks for one.
///
/// ```
/// let client = tower_mistral_reqwest::client_builder()
///     .connect_timeout(std::time::Duration::from_secs(5))
///     .build()?;
/// # Ok::<(), reqwest::Error>(())
/// ```
pub fn client_builder() -> ClientBuilder {
    // An error means that the process has chosen a provider already.
    #[cfg(feature = "ring")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The `no_*` methods exist whatever features are on, so feature unification changes nothing.
    Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
}
