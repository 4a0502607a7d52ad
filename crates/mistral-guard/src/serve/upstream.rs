//! The connections to the API.

use std::{sync::Arc, time::Duration};

use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tower_mistral::wire::body::RequestBody;

use crate::config::{Origin, UpstreamConfig};

/// The body of a request once each of the four layers has had it in its hands.
pub(crate) type Upload = RequestBody<RequestBody<RequestBody<RequestBody<Incoming>>>>;

pub(crate) type Client = legacy::Client<HttpsConnector<HttpConnector>, Upload>;

/// The API, as calls reach it.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    pub(crate) origin: Origin,
    pub(crate) client: Client,
    pub(crate) reply_timeout: Duration,
}

impl Upstream {
    pub(crate) fn new(config: &UpstreamConfig) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(config.connect_timeout.0));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        // Named, so that another crate's choice of features cannot make it ambiguous.
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(provider)
            .expect("ring has what the default versions of TLS need")
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        let (origin, reply_timeout) = (config.url.clone(), config.reply_timeout.0);
        Self {
            origin,
            client,
            reply_timeout,
        }
    }
}
