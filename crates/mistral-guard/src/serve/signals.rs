//! The signals that ask the process to stop, or to read its configuration again.

use std::io;

/// SIGINT, SIGTERM and SIGHUP; Ctrl-C where there are no signals. Make it before the first call can come:
/// from then on the process ends when the program says so.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Asked {
    /// To stop: SIGINT, SIGTERM, Ctrl-C.
    Stop,
    /// To read the configuration again: SIGHUP.
    Reload,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// The system does not let us.
    pub fn new() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let interrupt = signal(SignalKind::interrupt())?;
            Ok(Self {
                interrupt,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the next one.
    pub async fn recv(&mut self) -> Asked {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.hang_up.recv() => Asked::Reload,
        }
        #[cfg(not(unix))]
        {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            Asked::Stop
        }
    }
}
