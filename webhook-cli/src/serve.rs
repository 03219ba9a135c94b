//! The server: listen, accept, serve, end gracefully.

use std::io::{self, Write as _};
use std::thread;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use webhook_axum::WebhookLayer;

use crate::config::Config;
use crate::connection::Protocol;
use crate::connections::Connections;
use crate::router::router;
use crate::seldom::Seldom;

/// Serves until SIGTERM or SIGINT; a second one does not wait for what is under way.
pub(crate) async fn serve(config: Config, listen: &str) -> io::Result<()> {
    let (router, layers) = router(config.routes, &config.server.unverified());
    let mut signals = Signals::new()?;
    let listener = TcpListener::bind(listen).await?;
    announce(&listener)?;

    let server = Server {
        protocol: Protocol::new(router, config.server.idle_timeout),
        connections: Connections::new(config.server.max_connections),
        failures: Seldom::new(),
        ending: watch::Sender::new(()),
    };
    tokio::select! {
        () = server.accept(&listener) => {}
        () = signals.next() => {}
    }
    // Others may bind the address from here on.
    drop(listener);
    tracing::info!("shutting down");
    tokio::select! {
        () = server.end(layers) => {}
        () = signals.next() => tracing::warn!("shut down at once"),
    }
    Ok(())
}

/// Says where the server listens, and what becomes of events.
fn announce(listener: &TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening");
    tracing::warn!(
        "this release does not forward events: it answers 200 and keeps a log line of each, and nothing else"
    );
    // The one line on stdout: with port 0 in `--listen`, nothing else tells the port. A thread
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
    /// Connections that could not be accepted.
    failures: Seldom,
    /// Changed when the server ends, and closed when the last connection has.
    ending: watch::Sender<()>,
}

impl Server {
    /// Accepts for ever. An error, such as no file descriptor being left, concerns one connection and passes.
    async fn accept(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => self.start(stream).await,
                Err(error) => {
                    if let Some(total) = self.failures.count() {
                        tracing::warn!(total, %error, "connection not accepted");
                    }
                    self.connections.evict();
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn start(&self, stream: TcpStream) {
        let place = self.connections.place().await;
        let ending = self.ending.subscribe();
        tokio::spawn(self.protocol.clone().serve(stream, place, ending));
    }

    /// Connections first: each finishes the request it is at and takes no other. The layers refuse whatever is not read to
    /// its end when they begin to drain, and what is left for them then are handlers whose client has gone.
    async fn end(self, layers: Vec<WebhookLayer>) {
        self.ending.send_replace(());
        if timeout(CLOSE, self.ending.closed()).await.is_err() {
            tracing::warn!("connections cut off");
        }
        let drains: JoinSet<usize> = layers.iter().map(|layer| layer.drain(DRAIN)).collect();
        let running: usize = drains.join_all().await.into_iter().sum();
        if running > 0 {
            tracing::warn!(running, "deliveries cut off");
        }
    }
}

/// SIGTERM and SIGINT.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Ctrl-C, where there are no signals.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Until file descriptors may be free again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// For requests under way to be read and answered.
const CLOSE: Duration = Duration::from_secs(25);
/// For what is left after that: both together are below the 30 s that supervisors commonly wait before they kill.
const DRAIN: Duration = Duration::from_secs(3);
