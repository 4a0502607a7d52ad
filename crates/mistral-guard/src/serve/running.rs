//! A server that runs.

use std::{
    fmt::{self, Write},
    net::SocketAddr,
};

use mistral_emulator::Emulator;
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::watch, task::JoinHandle};
use tower_mistral::key_rotation::source::LiveKeys;

use super::{
    Asked, Signals, StartError,
    current::{Common, Current},
};
use crate::config::{Config, ConfigError};

/// A running server. Dropping it stops it.
#[must_use = "dropping it stops the server"]
pub struct Running {
    pub(super) config: Config,
    pub(super) addr: SocketAddr,
    pub(super) health_addr: Option<SocketAddr>,
    pub(super) admin_addr: Option<SocketAddr>,
    pub(super) token: Option<SecretString>,
    pub(super) is_made: bool,
    pub(super) common: Common,
    pub(super) current: watch::Sender<Current>,
    pub(super) emulator: Option<Emulator>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) serving: JoinHandle<()>,
}

impl Running {
    /// The address that callers use.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address of `/healthz` and `/readyz`, if there is one.
    pub fn health_addr(&self) -> Option<SocketAddr> {
        self.health_addr
    }

    /// The address of `/metrics` and `/status`, if there is one.
    pub fn admin_addr(&self) -> Option<SocketAddr> {
        self.admin_addr
    }

    /// The token of callers; none if they need none.
    pub fn token(&self) -> Option<&SecretString> {
        self.token.as_ref()
    }

    /// The built-in emulator, if it is the upstream.
    pub fn emulator(&self) -> Option<&Emulator> {
        self.emulator.as_ref()
    }

    /// What is to be said at the start. Holds the token if it was made for this start.
    pub fn banner(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_banner(&mut out);
        out
    }

    fn write_banner(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "mistral-guard listens on http://{}", self.addr)?;
        match &self.emulator {
            Some(_) => writeln!(out, "  upstream  the built-in emulator, with its own key")?,
            None => {
                let (keys, sources) = self.keys();
                let url = &self.config.upstream.url;
                let plural = if keys == 1 { "" } else { "s" };
                writeln!(out, "  upstream  {url}, {keys} key{plural} from {sources}")?;
            }
        }
        if let Some(address) = self.health_addr {
            writeln!(out, "  health    http://{address}/healthz and /readyz")?;
        }
        if let Some(address) = self.admin_addr {
            writeln!(out, "  metrics   http://{address}/metrics and /status")?;
            if !address.ip().is_loopback() {
                writeln!(
                    out,
                    "  NOTE      other machines can read them, without a token"
                )?;
            }
        }
        if self.addr.ip().is_unspecified() && self.config.server.allowed_hosts.is_empty() {
            writeln!(
                out,
                "  NOTE      other machines need a name in server.allowed_hosts"
            )?;
        }
        let env = &self.config.server.token_env;
        match &self.token {
            Some(token) if self.is_made => {
                writeln!(out, "  token     {}", token.expose_secret())?;
                writeln!(
                    out,
                    "            callers use it as their key; set {env} to keep one"
                )?;
            }
            Some(_) => writeln!(out, "  token     that of {env}")?,
            None => writeln!(
                out,
                "  WARNING   no token is asked for: anyone here spends your key"
            )?,
        }
        Ok(())
    }

    /// How many keys there are, and where they come from.
    fn keys(&self) -> (usize, String) {
        let current = self.current.borrow();
        let sources = current.live.as_ref().map(LiveKeys::sources);
        let names: Vec<_> = sources
            .iter()
            .flatten()
            .map(|it| it.name.as_str())
            .collect();
        let names = match names.as_slice() {
            [] => "the program".to_owned(),
            names => names.join(", "),
        };
        (current.guard.ring().keys().len(), names)
    }

    /// Answers new calls by this configuration; calls under way end by the one they began with.
    /// Keys are fetched anew; those that there were before keep their health, counts and age. Addresses, numbers of
    /// connections, times of `[server]`, the logs and the choice of the emulator stay as they are until
    /// the process is started again.
    ///
    /// # Errors
    ///
    /// What [`Server::start`](super::Server::start) would say. Nothing has changed then.
    pub async fn reload(&self, config: Config) -> Result<(), StartError> {
        let config = self.with_what_stays(config);
        let before = self.current.borrow().clone();
        let current = self.common.make(&config, self.addr, Some(&before)).await?;
        self.current.send_replace(current);
        let (keys, sources) = self.keys();
        tracing::info!(target: "mistral_guard", keys, sources, "the configuration was read again");
        Ok(())
    }

    async fn try_reload(&self, config: Result<Config, ConfigError>) {
        let reloaded = match config {
            Ok(config) => self.reload(config).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = reloaded {
            let what = "the configuration of before stays in force";
            tracing::error!(target: "mistral_guard", %error, "{what}");
        }
    }

    fn with_what_stays(&self, mut config: Config) -> Config {
        let (ours, theirs) = (&self.config, config.clone());
        config.server.listen = ours.server.listen;
        config.server.health_listen = ours.server.health_listen;
        config.server.admin_listen = ours.server.admin_listen;
        config.server.max_connections = ours.server.max_connections;
        config.server.header_timeout = ours.server.header_timeout;
        config.server.shutdown_timeout = ours.server.shutdown_timeout;
        config.upstream.demo = ours.upstream.demo;
        config.log = ours.log.clone();
        config.audit_log = ours.audit_log.clone();
        if config != theirs {
            let what = "some of [server], [log], [audit_log] and upstream.demo take a new start";
            tracing::warn!(target: "mistral_guard", "{what}");
        }
        config
    }

    /// Takes no more calls and waits until those under way have ended, but not longer than
    /// `server.shutdown_timeout`.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        // A task that has ended in whatever way needs no more waiting for.
        let _ = self.serving.await;
    }

    /// Serves until a signal asks to stop, then as [`shutdown`](Self::shutdown); a second such signal
    /// ends it at once. When one asks for it, [reloads](Self::reload) what `read` gives.
    pub async fn until(self, mut signals: Signals, read: impl Fn() -> Result<Config, ConfigError>) {
        let mut asked = signals.recv().await;
        while asked == Asked::Reload {
            // Sources may take their time; whoever wants to stop need not wait for them.
            asked = tokio::select! {
                () = self.try_reload(read()) => signals.recv().await,
                next = signals.recv() => next,
            };
        }
        tracing::info!(target: "mistral_guard", "stopping: calls under way may finish");
        let again = async { while signals.recv().await != Asked::Stop {} };
        tokio::select! {
            () = self.shutdown() => {}
            () = again => {}
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("addr", &self.addr)
            .field("health_addr", &self.health_addr)
            .field("admin_addr", &self.admin_addr)
            .finish_non_exhaustive()
    }
}
