//! A close that gives the client time to read the answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Closes a stream, but reads on for a while.
///
/// The server can answer, for example with 401 or 413, while the client still sends its body. If
/// the server then closes the socket with bytes unread, its kernel sends a reset. The reset makes
/// the client's kernel discard the answer (RFC 9112 §9.6). So the server first shuts down the
/// writing half. Then it reads and discards until the client ends, for [`TIMEOUT`] and [`LIMIT`] at
/// most: a client that never ends holds nothing for long.
pub(super) struct LingeringClose(State);

enum State {
    Open,
    Discarding {
        deadline: Pin<Box<Sleep>>,
        left: usize,
    },
    Closed,
}

impl LingeringClose {
    pub(super) const fn new() -> Self {
        Self(State::Open)
    }

    /// Shuts down the writing half of `io`, then discards what the client still sends.
    pub(super) fn poll_close(
        &mut self,
        io: &mut (impl AsyncRead + AsyncWrite + Unpin),
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            self.0 = match &mut self.0 {
                State::Open => {
                    ready!(Pin::new(&mut *io).poll_shutdown(cx))?;
                    State::Discarding {
                        deadline: Box::pin(tokio::time::sleep(TIMEOUT)),
                        left: LIMIT,
                    }
                }
                State::Discarding { deadline, left } => {
                    if deadline.as_mut().poll(cx).is_pending() {
                        ready!(poll_discard(io, left, cx));
                    }
                    State::Closed
                }
                State::Closed => return Poll::Ready(Ok(())),
            };
        }
    }
}

/// Reads and discards until the end, an error, or `left` bytes.
///
/// This cannot occupy the thread: tokio's streams become pending once their budget is spent.
fn poll_discard(
    io: &mut (impl AsyncRead + Unpin),
    left: &mut usize,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let mut bytes = [0; CHUNK];
    while *left > 0 {
        let mut buf = ReadBuf::new(&mut bytes);
        let read = ready!(Pin::new(&mut *io).poll_read(cx, &mut buf));
        if read.is_err() || buf.filled().is_empty() {
            break;
        }
        *left = left.saturating_sub(buf.filled().len());
    }
    Poll::Ready(())
}

/// How long a client can send after its answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How many bytes a client can send after its answer.
const LIMIT: usize = 512 * 1024 * 1024;
/// Bytes of one read.
const CHUNK: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex, repeat};
    use tokio::time::Instant;

    use super::*;
    use crate::connection::activity::Activity;
    use crate::connection::stream::ClientStream;

    /// Reads without end, and counts.
    struct Endless(usize);

    impl AsyncRead for Endless {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.0 += buf.remaining();
            buf.advance(buf.remaining());
            Poll::Ready(Ok(()))
        }
    }

    fn pair() -> (ClientStream<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(64);
        (ClientStream::new(ours, Activity::new()), theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_is_still_sending_can_finish_and_read_the_answer() {
        let (mut ours, mut theirs) = pair();
        let server = tokio::spawn(async move {
            ours.write_all(b"401").await.unwrap();
            ours.shutdown().await.unwrap();
        });
        tokio::io::copy(&mut repeat(b'x').take(1_000_000), &mut theirs)
            .await
            .unwrap();
        let mut answer = String::new();
        theirs.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "401");
        drop(theirs);
        server.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_has_ended_is_not_waited_for() {
        let (mut ours, theirs) = pair();
        drop(theirs);
        let began = Instant::now();
        ours.shutdown().await.unwrap();
        assert_eq!(began.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_ends_is_left_after_five_seconds() {
        let (mut ours, mut theirs) = pair();
        let began = Instant::now();
        let sender = tokio::spawn(async move {
            while theirs.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        });
        ours.shutdown().await.unwrap();
        assert!((5..6).contains(&began.elapsed().as_secs()));
        drop(ours);
        sender.await.unwrap();
    }

    #[tokio::test]
    async fn no_more_is_read_than_the_bound() {
        let (mut endless, mut left) = (Endless(0), 100_000);
        std::future::poll_fn(|cx| poll_discard(&mut endless, &mut left, cx)).await;
        assert!((100_000..100_000 + CHUNK).contains(&endless.0));
    }
}
