//! A server that ends what has begun before it stops.
//!
//! axum's own server stops where it is told to. What is left to every application is to be told, by
//! Ctrl-C in a terminal and by SIGTERM from whatever runs it, and to wait for handlers whose client
//! has left, and for workers. That is here.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use http::Extensions;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::WebhookLayer;
#[cfg(feature = "inbox")]
use crate::inbox::RunningWorker;

/// Serves an application until the process is told to stop.
///
/// Then it accepts no more connections, and waits for requests that have begun, for deliveries of
/// its [layers](Self::drains) whose client has left, and for its [workers](Self::worker). All of it
/// together may take [30 seconds](Self::patience). What is not ended then runs again: the sender
/// retries it, or a worker takes it after the next start.
///
/// ```
/// use axum::{Router, http::StatusCode, routing::post};
/// use webhook_axum::WebhookLayer;
/// use webhook_axum::serve::Server;
///
/// # async fn paid() -> StatusCode { StatusCode::OK }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let layer = WebhookLayer::stripe("whsec_0123456789abcdef");
/// let app = Router::new().route("/webhooks/stripe", post(paid).layer(layer.clone()));
/// # let port = 0;
/// let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
/// let server = Server::new(listener, app).drains(&layer);
/// # let server = server.stops_at(async {});
/// server.run().await
/// # }
/// ```
///
/// Requests have the address of their connection in axum's [`ConnectInfo`]: see [`peer`].
#[must_use = "it serves when it is run"]
pub struct Server {
    listener: TcpListener,
    app: Router,
    layers: Vec<WebhookLayer>,
    #[cfg(feature = "inbox")]
    workers: Vec<RunningWorker>,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
    patience: Duration,
}

impl Server {
    /// A server of this application.
    pub fn new(listener: TcpListener, app: Router) -> Self {
        Self {
            listener,
            app,
            layers: Vec::new(),
            #[cfg(feature = "inbox")]
            workers: Vec::new(),
            stop: Box::pin(told_to_stop()),
            patience: Duration::from_secs(30),
        }
    }

    /// Waits for the deliveries of this layer: see [`WebhookLayer::drain`].
    pub fn drains(mut self, layer: &WebhookLayer) -> Self {
        self.layers.push(layer.clone());
        self
    }

    /// Drains this worker after the requests have ended.
    #[cfg(feature = "inbox")]
    pub fn worker(mut self, worker: RunningWorker) -> Self {
        self.workers.push(worker);
        self
    }

    /// How long ending may take: as long as whatever stops the process waits before it kills it.
    /// The default is 30 seconds, as that of Kubernetes.
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Stops when this is done. The default is Ctrl-C, or SIGTERM where there are signals.
    pub fn stops_at(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Box::pin(stop);
        self
    }

    /// Serves, and ends what has begun.
    ///
    /// # Errors
    ///
    /// Those of [`axum::serve()`].
    pub async fn run(self) -> io::Result<()> {
        let (stops, stopped) = watch::channel(None);
        let stop = async move {
            self.stop.await;
            stops.send_replace(Some(Instant::now() + self.patience));
        };
        let app = self.app.into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(self.listener, app).with_graceful_shutdown(stop);
        let mut told = stopped.clone();
        let overdue = async {
            let end = told.wait_for(Option::is_some).await.map(|end| *end);
            match end {
                Ok(Some(end)) => sleep_until(end).await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            served = serving.into_future() => served?,
            () = overdue => tracing::warn!(target: "webhook", "connections are cut off"),
        }
        let end = stopped.borrow().unwrap_or_else(Instant::now);
        let mut unfinished = 0;
        for layer in &self.layers {
            unfinished += layer.drain(left(end)).await;
        }
        #[cfg(feature = "inbox")]
        for worker in self.workers {
            unfinished += worker.drain(left(end)).await;
        }
        if unfinished > 0 {
            tracing::warn!(target: "webhook", unfinished, "deliveries run again");
        }
        Ok(())
    }
}

fn left(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now())
}

/// The address of the other end of a request's connection, for an
/// [`AccessLayer`](crate::access::AccessLayer). `None`: whoever serves the request does not tell.
#[must_use]
pub fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let ConnectInfo(address) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(address.ip())
}

/// Where a signal cannot be heard, the others are.
async fn told_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    let heard = match signal(SignalKind::terminate()) {
        Ok(mut signal) => signal.recv().await,
        Err(_) => None,
    };
    if heard.is_none() {
        std::future::pending::<()>().await;
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("layers", &self.layers)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}
