//! One connection, from its first byte to its end.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::activity::{Activity, Waiting};
use crate::connections::Place;
use crate::linger::Linger;
use crate::metered::Metered;
use crate::requests::Requests;

/// What all connections have in common.
#[derive(Clone)]
pub(crate) struct Protocol {
    builder: auto::Builder<TokioExecutor>,
    router: Router,
    idle_timeout: Duration,
}

/// The times of one connection.
struct Life {
    accepted: Instant,
    idle_timeout: Duration,
    /// When the client was told that the connection takes no further request.
    closing: Option<Instant>,
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// Nothing to do before this time.
    Stay(Instant),
    /// To take no further request.
    Close,
    /// To end at once.
    Cut,
}

impl Protocol {
    pub(crate) fn new(router: Router, idle_timeout: Duration) -> Self {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        // Its timeout would count from the last answer on. `Life` tells a new connection from an idle one.
        builder.http1().header_read_timeout(None).max_buf_size(HEAD);
        builder
            .http2()
            .max_concurrent_streams(STREAMS)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_header_list_size(HEADERS)
            .max_send_buf_size(SEND_BUFFER);
        Self {
            builder,
            router,
            idle_timeout,
        }
    }

    /// Serves a connection until it ends. After `ending` changes it takes no further request.
    pub(crate) async fn serve(
        self,
        stream: TcpStream,
        place: Place,
        mut ending: watch::Receiver<()>,
    ) {
        // Answers are small and whole; to wait for more to send only delays them.
        let _ = stream.set_nodelay(true);
        let activity: &Arc<Activity> = place.activity();
        let stream = Metered::new(Linger::new(stream), activity.clone());
        let requests = Requests::new(self.router, activity.clone());
        let connection = self
            .builder
            .serve_connection(TokioIo::new(stream), requests);
        let mut connection = pin!(connection);
        let mut life = Life {
            accepted: Instant::now(),
            idle_timeout: self.idle_timeout,
            closing: None,
        };
        let mut look = life.accepted;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        // The sender's doing, mostly: a reset, a head that is none.
                        tracing::debug!(error, "connection ended");
                    }
                    return;
                }
                () = activity.evicted() => return,
                _ = ending.changed(), if life.closing.is_none() => {
                    look = life.close(Instant::now());
                    connection.as_mut().graceful_shutdown();
                }
                () = sleep_until(look) => {
                    let now = Instant::now();
                    match life.verdict(activity.waiting(), now) {
                        Verdict::Stay(until) => look = until,
                        Verdict::Close => {
                            look = life.close(now);
                            connection.as_mut().graceful_shutdown();
                        }
                        Verdict::Cut => return,
                    }
                }
            }
        }
    }
}

impl Life {
    /// Notes that the connection takes no further request, and gives the time of the next verdict.
    fn close(&mut self, now: Instant) -> Instant {
        self.closing = Some(now);
        now + FAREWELL
    }

    fn verdict(&self, waiting: Waiting, now: Instant) -> Verdict {
        let (end, verdict) = match (self.closing, waiting) {
            (None, Waiting::New(since)) => (since + FIRST_HEAD, Verdict::Close),
            (None, Waiting::Idle(since)) => (since + self.idle_timeout, Verdict::Close),
            (None, Waiting::No) => (self.accepted + AGE, Verdict::Close),
            (Some(closing), Waiting::New(since) | Waiting::Idle(since)) => {
                (since.max(closing) + FAREWELL, Verdict::Cut)
            }
            (Some(closing), Waiting::No) => (closing + LAST_ANSWER, Verdict::Cut),
        };
        // Whether it waits may have changed by the time of the next look, but not in favour of an
        // earlier end than this.
        let end = match self.closing {
            None => end.min(self.accepted + AGE),
            Some(closing) => end.min(closing + LAST_ANSWER),
        };
        if now >= end {
            return verdict;
        }
        match self.closing {
            None => Verdict::Stay(end.min(now + self.idle_timeout)),
            Some(_) => Verdict::Stay(end.min(now + FAREWELL)),
        }
    }
}

/// For the head of the first request.
const FIRST_HEAD: Duration = Duration::from_secs(10);
/// For a connection that takes no further request to be ended by its client, from its last answer on.
const FAREWELL: Duration = Duration::from_secs(2);
/// For a connection that takes no further request to give its answers: longer than any request may take.
const LAST_ANSWER: Duration = Duration::from_secs(75);
/// After this age a connection takes no further request, so that a client has to connect again now and then.
const AGE: Duration = Duration::from_secs(3600);
/// The head of a request of HTTP/1, and what is read at most before it is looked at.
const HEAD: usize = 128 * 1024;
/// The headers of a request of HTTP/2.
const HEADERS: u32 = 16 * 1024;
/// Requests of one connection at a time, in HTTP/2.
const STREAMS: u32 = 32;
/// What a client may send before it is read, in HTTP/2: for one request, and for all of a connection.
const WINDOW: u32 = 256 * 1024;
/// Answers that a connection of HTTP/2 keeps until they are taken.
const SEND_BUFFER: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The second of the verdict, and the verdict, of a connection that is looked at whenever it asks for it.
    fn end(life: &Life, waiting: Waiting) -> (u64, Verdict) {
        let mut now = life.closing.unwrap_or(life.accepted);
        loop {
            match life.verdict(waiting, now) {
                Verdict::Stay(until) => {
                    assert!(until > now, "time stands still");
                    now = until;
                }
                verdict => return ((now - life.accepted).as_secs(), verdict),
            }
        }
    }

    #[test]
    fn a_connection_ends_when_its_client_says_nothing_or_it_is_old() {
        let accepted = Instant::now();
        let life = |closing| Life {
            accepted,
            idle_timeout: 75 * SECOND,
            closing,
        };
        let at = |second: u32| accepted + second * SECOND;
        assert_eq!(end(&life(None), Waiting::New(at(0))), (10, Verdict::Close));
        assert_eq!(end(&life(None), Waiting::Idle(at(7))), (82, Verdict::Close));
        assert_eq!(end(&life(None), Waiting::No), (3600, Verdict::Close));
        let late = Waiting::Idle(at(3590));
        assert_eq!(end(&life(None), late), (3600, Verdict::Close));
        let closing = life(Some(at(100)));
        assert_eq!(end(&closing, Waiting::New(at(95))), (102, Verdict::Cut));
        assert_eq!(end(&closing, Waiting::Idle(at(110))), (112, Verdict::Cut));
        assert_eq!(end(&closing, Waiting::No), (175, Verdict::Cut));
    }
}
