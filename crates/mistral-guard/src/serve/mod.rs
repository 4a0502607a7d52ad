//! `mistral-guard serve`: the stack as a server.
//!
//! ```text
//! caller -> gate (method, Host, Origin, token) -> headers -> the four layers -> client -> API
//! caller <- headers (hop-by-hop, cookies, CORS) <- the four layers <- client <- API
//! ```

mod admin;
mod auth;
mod checkups;
mod current;
mod front;
mod gate;
mod harden;
mod headers;
mod hosts;
mod running;
mod server;
mod signals;
mod upstream;

use std::{error::Error, fmt, io, net::SocketAddr, sync::Arc};

use mistral_emulator::{Emulator, Reply};
use tokio::{net::TcpListener, sync::watch};
use tower_mistral::key_rotation::{Keys, source::SourcesError};

use self::{admin::Admin, current::Common};
pub use self::{
    auth::TokenError,
    harden::harden,
    running::Running,
    signals::{Asked, Signals},
};
use crate::{
    audit_log::{self, AuditError},
    config::{Config, ConfigError},
    metrics::Metrics,
};

/// A server that is still to be started.
#[derive(Debug)]
#[must_use = "a server does nothing until it is started"]
pub struct Server {
    config: Config,
    keys: Option<Keys>,
    token: Option<String>,
}

impl Server {
    /// A server by this configuration; keys come from its sources, the token from the environment.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            keys: None,
            token: None,
        }
    }

    /// Lends these keys, whatever the environment says.
    pub fn keys(mut self, keys: Keys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Lets callers in who show this token, whatever the environment says.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Binds and serves, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// The configuration does not fit together, the keys are missing, the token is too weak, the audit
    /// trail cannot be opened, or an address cannot be bound. Shows neither key nor token.
    pub async fn start(self) -> Result<Running, StartError> {
        let Self {
            mut config,
            keys,
            token,
        } = self;
        let emulator = match config.upstream.demo {
            true => Some(start_emulator(&mut config).await?),
            false => None,
        };
        let keys = match (&emulator, keys) {
            (_, Some(keys)) => Some(keys),
            (Some(_), None) => Some(Keys::new([Emulator::DEFAULT_KEY])),
            (None, None) => None,
        };
        let mut common = Common {
            keys,
            token,
            made: None,
            metrics: config.server.admin_listen.map(|_| Metrics::new()),
            trail: audit_log::open(&config.audit_log)?,
            generation: Arc::default(),
            emulator: emulator.as_ref().map(|_| config.upstream.url.clone()),
        };
        let (listener, addr) = bind(config.server.listen).await?;
        let first = common.make(&config, addr, None).await?;
        let (token, is_made) = (first.callers.shown(), first.callers.is_made());
        common.made = token.clone().filter(|_| is_made);

        let (current, receiver) = watch::channel(first);
        let (stop, stopped) = watch::channel(false);
        let admin = Admin::new(receiver.clone());
        let health_addr = match config.server.health_listen {
            Some(address) => Some(open(address, admin.clone(), &stopped).await?),
            None => None,
        };
        let admin_addr = match (config.server.admin_listen, &common.metrics) {
            (Some(door), Some(metrics)) => {
                Some(open(door.0, admin.tells(metrics), &stopped).await?)
            }
            _ => None,
        };
        if let (Some(metrics), Some(trail)) = (&common.metrics, &common.trail) {
            metrics.watch(trail);
        }
        let server = config.server.clone();
        let serving = tokio::spawn(server::serve(listener, receiver, server, stopped));
        Ok(Running {
            config,
            addr,
            health_addr,
            admin_addr,
            token,
            is_made,
            common,
            current,
            emulator,
            stop,
            serving,
        })
    }
}

/// Starts the stand-in, with an answer that gives redaction something to do.
async fn start_emulator(config: &mut Config) -> Result<Emulator, StartError> {
    let bind = |error| StartError::Bind(SocketAddr::from(([127, 0, 0, 1], 0)), error);
    let emulator = Emulator::start().await.map_err(bind)?;
    emulator.reply_always(Reply::text(
        "This is the built-in emulator: nobody has thought about your question. \
         For a second opinion, write to jane.doe@example.com.",
    ));
    let url = emulator.base_url().parse();
    config.upstream.url = url.expect("the emulator's address is an origin");
    Ok(emulator)
}

/// Opens a door for those who look after the process.
async fn open(
    address: SocketAddr,
    admin: Admin,
    stopped: &watch::Receiver<bool>,
) -> Result<SocketAddr, StartError> {
    let (listener, address) = bind(address).await?;
    tokio::spawn(admin::serve(listener, admin, stopped.clone()));
    Ok(address)
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let error = |error| StartError::Bind(address, error);
    let listener = TcpListener::bind(address).await.map_err(error)?;
    let address = listener.local_addr().map_err(error)?;
    Ok((listener, address))
}

/// Why a server did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration, or the keys it names.
    Config(ConfigError),
    /// The sources of keys.
    Keys(SourcesError),
    /// The token of callers.
    Token(TokenError),
    /// The audit trail.
    Audit(AuditError),
    /// The address cannot be bound.
    Bind(SocketAddr, io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Keys(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
            Self::Audit(error) => error.fmt(f),
            Self::Bind(address, error) => write!(f, "cannot listen on {address}: {error}"),
        }
    }
}

impl Error for StartError {}

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<AuditError> for StartError {
    fn from(error: AuditError) -> Self {
        Self::Audit(error)
    }
}

impl From<SourcesError> for StartError {
    fn from(error: SourcesError) -> Self {
        Self::Keys(error)
    }
}

impl From<TokenError> for StartError {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}
