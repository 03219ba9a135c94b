//! The server: listens, accepts, serves, reloads and shuts down gracefully.

mod reload;
mod signals;

use std::io::{self, Write as _};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::config::Route;
use crate::connection::{Connections, Protocol};
use crate::health::Readiness;
use crate::log::LimitedCount;
use crate::metrics::Metrics;
use crate::routes::{Loaded, Routes, Shared};
pub(crate) use reload::Reload;
pub(crate) use signals::Hangups;
use signals::Signals;

/// Where the server listens.
#[derive(Debug, clap::Args)]
pub(crate) struct Addresses {
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Address and port that serve metrics for Prometheus at `/metrics`. Off by default.
    #[arg(long, value_name = "ADDR:PORT")]
    metrics: Option<String>,
}

/// An address cannot be used.
pub(crate) struct ListenError {
    pub(crate) address: String,
    pub(crate) error: io::Error,
}

/// Serves until SIGTERM or SIGINT. A second signal ends the server at once. SIGHUP reloads the
/// routes.
pub(crate) async fn serve(
    addresses: &Addresses,
    routes: Vec<Route>,
    reload: Reload,
    hangups: Hangups,
) -> Result<(), ListenError> {
    let shared = Arc::new(Shared {
        observer: Arc::default(),
        readiness: Readiness::new(reload.stores.all().map(|(_, store)| store)),
        unverified: reload.settings.unverified_limit(),
        inbox: reload.inbox.clone(),
    });
    let worker = reload.settings.worker.clone();
    let routes = Routes::new(Loaded { routes, worker }, &shared);
    let connections = Connections::new(reload.settings.max_connections);
    let protocol = Protocol::new(routes.clone(), reload.settings.idle_timeout);
    let server = Server::new(protocol, connections.clone());

    let failed = |error| ListenError {
        address: addresses.listen.clone(),
        error,
    };
    let mut signals = Signals::new().map_err(failed)?;
    let mut background = JoinSet::new();
    if let Some(address) = &addresses.metrics {
        let metrics = Metrics {
            routes: routes.clone(),
            shared: shared.clone(),
            connections,
        };
        background.spawn(serve_metrics(address, metrics).await?);
    }
    let listener = TcpListener::bind(&addresses.listen).await.map_err(failed)?;
    announce(&listener).map_err(failed)?;
    routes.start(&shared);
    background.spawn(reload_on(hangups, reload, routes.clone(), shared.clone()));

    tokio::select! {
        () = server.accept(&listener) => {}
        () = signals.next() => {}
    }
    // From here on, another process can bind the address.
    drop(listener);
    shared.readiness.shut_down();
    tracing::info!("shutting down");
    tokio::select! {
        () = server.shut_down(&routes) => {}
        () = signals.next() => tracing::warn!("second signal: shutting down at once"),
    }
    Ok(())
}

/// Reloads the routes after each signal.
async fn reload_on(mut hangups: Hangups, reload: Reload, routes: Routes, shared: Arc<Shared>) {
    loop {
        hangups.next().await;
        reload.run(&routes, &shared).await;
    }
}

/// Listens for requests for metrics. The future serves them.
async fn serve_metrics(
    address: &str,
    metrics: Metrics,
) -> Result<impl Future<Output = ()> + use<>, ListenError> {
    let failed = |error| ListenError {
        address: address.to_owned(),
        error,
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    tracing::info!(%address, "serving metrics");
    let protocol = Protocol::new(Routes::fixed(metrics.router()), METRICS_IDLE_TIMEOUT);
    let server = Server::new(protocol, Connections::new(METRICS_CONNECTIONS));
    Ok(async move { server.accept(&listener).await })
}

/// Tells the address.
fn announce(listener: &TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening");
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
    fn new(protocol: Protocol, connections: Connections) -> Self {
        Self {
            protocol,
            connections,
            accept_errors: LimitedCount::default(),
            shutdown: watch::Sender::new(()),
        }
    }

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

    /// Closes the connections, then drains the layers. Meanwhile, what is stored and runs comes to
    /// its end.
    async fn shut_down(self, routes: &Routes) {
        let (given_back, ()) = tokio::join!(
            routes.drain_workers(WORKER_TIMEOUT),
            self.close_connections(routes),
        );
        if given_back > 0 {
            tracing::warn!(
                given_back,
                "shutdown timed out: stored events that still ran are handled after the next start"
            );
        }
    }

    /// Each connection finishes its requests first: a draining layer refuses a body that is still
    /// arriving. The drain then waits for handlers whose client has left.
    async fn close_connections(self, routes: &Routes) {
        self.shutdown.send_replace(());
        if timeout(CLOSE_TIMEOUT, self.shutdown.closed())
            .await
            .is_err()
        {
            tracing::warn!("shutdown timed out: closing the connections that are still open");
        }
        let drains: JoinSet<usize> = routes
            .layers()
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
/// Time for stored events that run. Giving back the rest takes up to 5 s more.
const WORKER_TIMEOUT: Duration = Duration::from_secs(22);
/// Time for handlers after that. All of it stays below the 30 s that supervisors commonly wait
/// before they kill a process.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(3);
/// Connections for metrics. A scraper needs one.
const METRICS_CONNECTIONS: usize = 16;
/// How long a connection for metrics stays open without a request: above the usual interval of
/// scrapes.
const METRICS_IDLE_TIMEOUT: Duration = Duration::from_secs(75);
