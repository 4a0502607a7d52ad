//! A server that runs.

use std::{
    fmt::{self, Write},
    net::SocketAddr,
};

use mistral_emulator::Emulator;
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::watch, task::JoinHandle};

use super::Signals;
use crate::config::Config;

/// A running server. Dropping it stops it.
#[must_use = "dropping it stops the server"]
pub struct Running {
    pub(super) config: Config,
    pub(super) addr: SocketAddr,
    pub(super) health_addr: Option<SocketAddr>,
    pub(super) admin_addr: Option<SocketAddr>,
    pub(super) token: Option<SecretString>,
    pub(super) is_made: bool,
    pub(super) keys: usize,
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
                let (url, env, keys) =
                    (&self.config.upstream.url, &self.config.keys.env, self.keys);
                let plural = if keys == 1 { "" } else { "s" };
                writeln!(out, "  upstream  {url}, {keys} key{plural} from {env}")?;
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

    /// Takes no more calls and waits until those under way have ended, but not longer than
    /// `server.shutdown_timeout`.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        // A task that has ended in whatever way needs no more waiting for.
        let _ = self.serving.await;
    }

    /// Serves until a signal comes, then as [`shutdown`](Self::shutdown); a second signal ends it
    /// at once.
    pub async fn until(self, mut signals: Signals) {
        signals.recv().await;
        tracing::info!(target: "mistral_guard", "stopping: calls under way may finish");
        tokio::select! {
            () = self.shutdown() => {}
            () = signals.recv() => {}
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
