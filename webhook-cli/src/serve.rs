//! The server: listen, accept, serve, end gracefully.

use std::io::{self, Write as _};
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use webhook_axum::WebhookLayer;

use crate::config::Config;
use crate::linger::Linger;
use crate::router::router;

/// Serves until SIGTERM or SIGINT; a second one does not wait for what is under way.
pub(crate) async fn serve(config: Config, listen: &str) -> io::Result<()> {
    let (router, layers) = router(config.routes);
    let mut signals = Signals::new()?;
    let listener = TcpListener::bind(listen).await?;
    announce(&listener)?;

    let mut server = Server::new(router);
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

/// The one line on stdout: with port 0 in `--listen`, nothing else tells the port.
fn announce(listener: &TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening");
    // Nobody has to read it.
    let _ = writeln!(io::stdout(), "listening on http://{address}");
    Ok(())
}

struct Server {
    router: Router,
    builder: auto::Builder<TokioExecutor>,
    graceful: GracefulShutdown,
    /// Closed when the server ends, for connections that have not said anything yet.
    ending: watch::Sender<()>,
}

impl Server {
    fn new(router: Router) -> Self {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(HEAD_TIMEOUT);
        Self {
            router,
            builder,
            graceful: GracefulShutdown::new(),
            ending: watch::Sender::new(()),
        }
    }

    /// Accepts for ever. An error, such as no file descriptor being left, concerns one connection and passes.
    async fn accept(&mut self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => self.start(stream),
                Err(error) => {
                    tracing::warn!(%error, "connection not accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn start(&self, stream: TcpStream) {
        let router = self.router.clone();
        let builder = self.builder.clone();
        let mut ending = self.ending.subscribe();
        let watcher = self.graceful.watcher();
        tokio::spawn(async move {
            let begun = tokio::select! {
                begun = timeout(HEAD_TIMEOUT, begin(&stream)) => matches!(begun, Ok(Ok(true))),
                _ = ending.changed() => false,
            };
            if begun {
                connection(builder, stream, router, watcher).await;
            }
        });
    }

    /// Connections first: each finishes the request it is at and takes no other. The layers refuse whatever is not read to
    /// its end when they begin to drain, and what is left for them then are handlers whose client has gone.
    async fn end(self, layers: Vec<WebhookLayer>) {
        drop(self.ending);
        if timeout(CLOSE, self.graceful.shutdown()).await.is_err() {
            tracing::warn!("connections cut off");
        }
        let drains: JoinSet<usize> = layers.iter().map(|layer| layer.drain(DRAIN)).collect();
        let running: usize = drains.join_all().await.into_iter().sum();
        if running > 0 {
            tracing::warn!(running, "deliveries cut off");
        }
    }
}

/// Waits until it is clear whether this is HTTP/1 or HTTP/2, and gives false where the client left instead. The builder
/// would wait for that as well, but without a limit of time.
async fn begin(stream: &TcpStream) -> io::Result<bool> {
    let mut seen = [0; HTTP2_PREFACE.len()];
    loop {
        let length = stream.peek(&mut seen).await?;
        let seen = seen.get(..length).unwrap_or_default();
        if seen.is_empty() {
            return Ok(false);
        }
        if seen == HTTP2_PREFACE || !HTTP2_PREFACE.starts_with(seen) {
            return Ok(true);
        }
        // What was seen stays in the socket, so it is readable all the time: there is nothing to wait for but time.
        sleep(PEEK_PAUSE).await;
    }
}

async fn connection(
    builder: auto::Builder<TokioExecutor>,
    stream: TcpStream,
    router: Router,
    watcher: Watcher,
) {
    // Answers are small and whole; to wait for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Linger::new(stream));
    let service = TowerToHyperService::new(router);
    let connection = builder.serve_connection(io, service);
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        // The sender's doing, mostly: a reset, a head that is none, a head that took too long.
        tracing::debug!(error, "connection ended");
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

/// For the head of a request, and for an idle connection to say something.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Between two signs of life of an HTTP/2 connection.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Until file descriptors may be free again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const PEEK_PAUSE: Duration = Duration::from_millis(20);
/// For requests under way to be read and answered.
const CLOSE: Duration = Duration::from_secs(25);
/// For what is left after that: both together are below the 30 s that supervisors commonly wait before they kill.
const DRAIN: Duration = Duration::from_secs(3);
/// RFC 9113 §3.4.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
