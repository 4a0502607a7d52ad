//! The socket.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::error::ApiError;
use crate::record::Received;
use crate::service::Service;

/// Larger bodies get 413.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Serves until `stopped` fires or its sender is gone.
pub(crate) async fn start(
    addr: SocketAddr,
    service: Arc<Service>,
    stopped: oneshot::Receiver<()>,
) -> io::Result<(SocketAddr, JoinHandle<io::Result<()>>)> {
    let listener = TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    // Without it an event waits for the acknowledgement of the one before. Best effort.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    // No routes: the paths have to be seen as they came.
    let app = Router::new().fallback(handle).with_state(service);
    let server = axum::serve(listener, app).with_graceful_shutdown(async {
        // An error means that the sender is gone, and then it is time as well.
        let _ = stopped.await;
    });
    Ok((addr, tokio::spawn(async { server.await })))
}

async fn handle(State(service): State<Arc<Service>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match to_bytes(body, MAX_BODY).await {
        Ok(body) => service.answer(Received::new(&parts, body)).await,
        Err(_) => service.refuse(&ApiError::too_large()).await,
    }
}
