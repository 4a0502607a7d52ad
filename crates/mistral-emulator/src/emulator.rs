//! Starting, steering and stopping an emulator.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::error::ApiError;
use crate::ids::IdSource;
use crate::keys::Keys;
use crate::models::Model;
use crate::record::{Received, Recorder};
use crate::reply::Reply;
use crate::script::Script;
use crate::server;
use crate::service::Service;

/// How long [`Emulator::shutdown`] waits for calls under way.
const GRACE: Duration = Duration::from_secs(5);

/// A running emulator. Dropping it stops it.
#[must_use]
pub struct Emulator {
    addr: SocketAddr,
    service: Arc<Service>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<io::Result<()>>>,
}

impl Emulator {
    /// The key an emulator knows that was told none. It has the form of a real one.
    pub const DEFAULT_KEY: &'static str = "3mu1at0rK3yN0tF0rTh3R3a1S3rv1c3x";

    /// Starts one on a free port of the loopback interface that knows [`DEFAULT_KEY`].
    ///
    /// # Errors
    ///
    /// If no port can be bound.
    ///
    /// [`DEFAULT_KEY`]: Self::DEFAULT_KEY
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// For other keys, another address, reproducible ids.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end and without `/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The keys it accepts.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.service.keys
    }

    /// Puts a reply at the end of the queue. The next POST that passes all checks takes the first
    /// one; a call that is refused (404, 401, 429, 422, 400) takes none, nor do the GETs.
    pub fn reply_with(&self, reply: Reply) {
        self.service.script.push(reply);
    }

    /// What to answer when the queue is empty, instead of [`Reply::default`].
    pub fn reply_always(&self, reply: Reply) {
        self.service.script.set_always(reply);
    }

    /// Answers every call of any method to `path`, one the emulator does not serve itself, with
    /// this reply instead of 404: [`Reply::raw`] for the other endpoints of the API. The path is
    /// compared as it is received, without the query; only the key is checked.
    pub fn reply_at(&self, path: impl Into<String>, reply: Reply) {
        self.service.script.set_at(path.into(), reply);
    }

    /// How many queued replies no call has taken yet.
    #[must_use]
    pub fn replies_left(&self) -> usize {
        self.service.script.waiting()
    }

    /// All requests so far, in order of arrival.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.service.recorder.all()
    }

    /// The requests since the last time; they are forgotten.
    #[must_use]
    pub fn take_received(&self) -> Vec<Received> {
        self.service.recorder.take()
    }

    /// Stops accepting and waits until the calls under way have ended, but not longer than 5 s.
    pub async fn shutdown(mut self) {
        self.signal();
        if let Some(server) = self.server.take() {
            // Whether it ended in time or not, nothing is left to do.
            let _ = tokio::time::timeout(GRACE, server).await;
        }
    }

    fn signal(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A server that is gone already needs no signal.
            let _ = stop.send(());
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.signal();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("addr", &self.addr)
            .finish_non_exhaustive()
    }
}

/// Settings of an [`Emulator`] to be started.
#[must_use]
pub struct Builder {
    addr: SocketAddr,
    keys: Vec<String>,
    models: Vec<String>,
    seed: Option<u64>,
    unauthorized: ApiError,
}

impl Builder {
    /// A key to accept; repeat for more. Without any it is [`Emulator::DEFAULT_KEY`].
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Where to listen, by default 127.0.0.1 and a free port (port 0).
    pub fn addr(mut self, addr: SocketAddr) -> Self {
        self.addr = addr;
        self
    }

    /// A model to serve on all endpoints besides the built-in ones. Others get 400, code 1500.
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.models.push(name.into());
        self
    }

    /// Makes ids, `created`, `p` and header values depend on this number and the order of calls
    /// only.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The answer to a missing or unknown key, by default [`ApiError::invalid_api_key`].
    pub fn unauthorized(mut self, answer: ApiError) -> Self {
        self.unauthorized = answer;
        self
    }

    /// Binds and serves, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound.
    pub async fn start(self) -> io::Result<Emulator> {
        let keys = Keys::default();
        for key in &self.keys {
            keys.allow(key);
        }
        if self.keys.is_empty() {
            keys.allow(Emulator::DEFAULT_KEY);
        }
        let service = Arc::new(Service {
            keys,
            script: Script::default(),
            recorder: Recorder::default(),
            ids: IdSource::new(self.seed),
            models: Model::catalogue(self.models),
            unauthorized: self.unauthorized,
        });
        let (stop, stopped) = oneshot::channel();
        let (addr, server) = server::start(self.addr, Arc::clone(&service), stopped).await?;
        Ok(Emulator {
            addr,
            service,
            stop: Some(stop),
            server: Some(server),
        })
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            keys: Vec::new(),
            models: Vec::new(),
            seed: None,
            unauthorized: ApiError::invalid_api_key(),
        }
    }
}

/// Prints no key.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("addr", &self.addr)
            .field("keys", &self.keys.len())
            .field("models", &self.models)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
