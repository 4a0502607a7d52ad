//! The socket that callers come in by.

use std::{io, pin::pin, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};

use super::current::Current;
use crate::config::ServerConfig;

/// Serves until `stopped` says so or its sender is gone; then calls under way have their time.
pub(crate) async fn serve(
    listener: TcpListener,
    current: watch::Receiver<Current>,
    config: ServerConfig,
    mut stopped: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    let patience = Some(config.header_timeout.0).filter(|time| *time != Duration::MAX);
    http.timer(TokioTimer::new()).header_read_timeout(patience);
    let slots = Arc::new(Semaphore::new(
        config.max_connections.min(Semaphore::MAX_PERMITS),
    ));
    let mut connections = JoinSet::new();
    loop {
        let slot = Arc::clone(&slots).acquire_owned();
        let (slot, stream) = tokio::select! {
            next = async { (slot.await, accept(&listener).await) } => next,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let connection = connection(http.clone(), stream, current.clone(), stopped.clone());
        connections.spawn(async move {
            connection.await;
            drop(slot);
        });
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(config.shutdown_timeout.0, all)
        .await
        .is_err()
    {
        tracing::warn!(target: "mistral_guard", "calls under way were broken off");
    }
}

/// The next connection. An error is that of one which is gone already, or a shortage (of files,
/// say) that passes.
pub(super) async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Without it an event waits for the acknowledgement of the one before.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(target: "mistral_guard", %error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(
    http: http1::Builder,
    stream: TcpStream,
    current: watch::Receiver<Current>,
    mut stopped: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| {
        let front = current.borrow().front.clone();
        front.answer(request)
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = stopped.wait_for(|stopped| *stopped) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // The kind only: what a body's error says is the report's business.
        let body = error.is_user();
        tracing::debug!(target: "mistral_guard", body, "a connection broke");
    }
}
