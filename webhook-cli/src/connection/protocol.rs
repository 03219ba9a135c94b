//! HTTP over one connection, from its first byte to its last.

use std::pin::{Pin, pin};
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::activity::Activity;
use super::connections::OpenConnection;
use super::deadlines::{Deadlines, Verdict};
use super::requests::Requests;
use super::stream::ClientStream;
use crate::routes::Routes;

/// HTTP/1 and HTTP/2 with the limits that all connections share.
#[derive(Clone)]
pub(crate) struct Protocol {
    builder: auto::Builder<TokioExecutor>,
    routes: Routes,
    idle_timeout: Duration,
}

type Connection<'a> =
    auto::Connection<'a, TokioIo<ClientStream<TcpStream>>, Requests, TokioExecutor>;

impl Protocol {
    pub(crate) fn new(routes: Routes, idle_timeout: Duration) -> Self {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            // hyper would start this timeout at the last answer. `Deadlines` tells a new connection
            // from an idle one.
            .header_read_timeout(None)
            .max_buf_size(HTTP1_HEAD);
        builder
            .http2()
            .max_concurrent_streams(HTTP2_STREAMS)
            .initial_stream_window_size(HTTP2_WINDOW)
            .initial_connection_window_size(HTTP2_WINDOW)
            .max_header_list_size(HTTP2_HEADERS)
            .max_send_buf_size(HTTP2_SEND_BUFFER);
        Self {
            builder,
            routes,
            idle_timeout,
        }
    }

    /// Serves a connection until it ends. It accepts no further request once `shutdown` changes.
    pub(crate) async fn serve(
        self,
        stream: TcpStream,
        open: OpenConnection,
        shutdown: watch::Receiver<()>,
    ) {
        // Each answer is one small write: waiting for more data would only delay it.
        let _ = stream.set_nodelay(true);
        let activity = open.activity();
        let stream = ClientStream::new(stream, activity.clone());
        let requests = Requests::new(self.routes, activity.clone());
        let connection = self
            .builder
            .serve_connection(TokioIo::new(stream), requests);
        let deadlines = Deadlines::new(self.idle_timeout);
        run(pin!(connection), activity, deadlines, shutdown).await;
    }
}

/// Runs a connection until it ends, the server evicts it, or its last deadline passes.
async fn run(
    mut connection: Pin<&mut Connection<'_>>,
    activity: &Activity,
    mut deadlines: Deadlines,
    mut shutdown: watch::Receiver<()>,
) {
    let mut next_check = Instant::now();
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    // Mostly the sender's doing: a reset, or bytes that are not HTTP.
                    tracing::debug!(error, "connection ended with an error");
                }
                return;
            }
            () = activity.evicted() => return,
            _ = shutdown.changed(), if !deadlines.is_closing() => {
                next_check = deadlines.close(Instant::now());
                connection.as_mut().graceful_shutdown();
            }
            () = sleep_until(next_check) => {
                let now = Instant::now();
                match deadlines.verdict(activity.waiting(), now) {
                    Verdict::Stay(until) => next_check = until,
                    Verdict::Close => {
                        next_check = deadlines.close(now);
                        connection.as_mut().graceful_shutdown();
                    }
                    Verdict::Cut => return,
                }
            }
        }
    }
}

/// Bytes of the head of an HTTP/1 request, and of the buffer that hyper reads into.
const HTTP1_HEAD: usize = 128 * 1024;
/// Bytes of the headers of an HTTP/2 request.
const HTTP2_HEADERS: u32 = 16 * 1024;
/// Concurrent requests of one HTTP/2 connection.
const HTTP2_STREAMS: u32 = 32;
/// Bytes that an HTTP/2 client can send before the server reads them, for each request and for the
/// whole connection.
const HTTP2_WINDOW: u32 = 256 * 1024;
/// Bytes of answers that an HTTP/2 connection buffers until the client reads them.
const HTTP2_SEND_BUFFER: usize = 64 * 1024;
