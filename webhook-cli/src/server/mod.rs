//! The server: listens, accepts, serves and shuts down gracefully.

mod signals;

use std::io::{self, Write as _};
use std::thread;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use webhook_axum::WebhookLayer;

use crate::config::{Route, ServerSettings};
use crate::connection::{Connections, Protocol};
use crate::log::LimitedCount;
use crate::routes::router;
use signals::Signals;

/// Serves until SIGTERM or SIGINT. A second signal ends the server at once.
pub(crate) async fn serve(
    settings: &ServerSettings,
    routes: Vec<Route>,
    listen: &str,
) -> io::Result<()> {
    let (router, layers) = router(routes, &settings.unverified_limit());
    let mut signals = Signals::new()?;
    let listener = TcpListener::bind(listen).await?;
    announce(&listener)?;

    let server = Server {
        protocol: Protocol::new(router, settings.idle_timeout),
        connections: Connections::new(settings.max_connections),
        accept_errors: LimitedCount::default(),
        shutdown: watch::Sender::new(()),
    };
    tokio::select! {
        () = server.accept(&listener) => {}
        () = signals.next() => {}
    }
    // From here on, another process can bind the address.
    drop(listener);
    tracing::info!("shutting down");
    tokio::select! {
        () = server.shut_down(layers) => {}
        () = signals.next() => tracing::warn!("second signal: shutting down at once"),
    }
    Ok(())
}

/// Tells the address, and that this release does not forward events.
fn announce(listener: &TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening");
    tracing::warn!(
        "this release does not forward events: it answers 200 and logs one line for each event"
    );
    // The only line on stdout. With port 0 in `--listen`, programs read the port from it. A thread
    // writes it, because an unread stdout blocks.
    thread::Builder::new()
        .name("stdout".to_owned())
        .spawn(move || {
            let _ = writeln!(io::stdout(), "listening on http://{address}");
        })?;
    Ok(())
}

struct Server {
    protocol: Protocol,
    connections: Connections,
    accept_errors: LimitedCount,
    /// Changes when the server shuts down. It closes when the last connection has ended.
    shutdown: watch::Sender<()>,
}

impl Server {
    /// Accepts connections forever. An error concerns one connection, or passes: the process may
    /// have no free file descriptor.
    async fn accept(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => self.start(stream).await,
                Err(error) => {
                    if let Some(total) = self.accept_errors.count() {
                        tracing::warn!(total, %error, "cannot accept a connection");
                    }
                    self.connections.evict();
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn start(&self, stream: TcpStream) {
        let connection = self.connections.admit().await;
        let shutdown = self.shutdown.subscribe();
        tokio::spawn(self.protocol.clone().serve(stream, connection, shutdown));
    }

    /// Closes the connections, then drains the layers.
    ///
    /// Each connection finishes its requests first: a draining layer refuses a body that is still
    /// arriving. The drain then waits for handlers whose client has left.
    async fn shut_down(self, layers: Vec<WebhookLayer>) {
        self.shutdown.send_replace(());
        if timeout(CLOSE_TIMEOUT, self.shutdown.closed())
            .await
            .is_err()
        {
            tracing::warn!("shutdown timed out: closing the connections that are still open");
        }
        let drains: JoinSet<usize> = layers
            .iter()
            .map(|layer| layer.drain(DRAIN_TIMEOUT))
            .collect();
        let running: usize = drains.join_all().await.into_iter().sum();
        if running > 0 {
            tracing::warn!(
                running,
                "shutdown timed out: stopping handlers that still run"
            );
        }
    }
}

/// Pause after an accept error. File descriptors may become free meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Time for connections to finish their requests.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(25);
/// Time for handlers after that. Both stay below the 30 s that supervisors commonly wait before
/// they kill a process.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(3);
