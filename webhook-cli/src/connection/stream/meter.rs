//! Reads that come in small turns and within a budget.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

use crate::connection::activity::Activity;

/// Bounds the work that one connection can cause in the HTTP parser.
///
/// hyper reads the size of a chunk byte by byte, at about 30 ns each, and accepts any number of
/// leading zeros. HTTP/2 frames without a request, such as pings, cost as much. A connection that
/// sends these without end keeps a thread busy for seconds at a time. So a connection reads
/// [`TURN`] bytes, then yields to the others. It fails after half a mebibyte without a request or a
/// part of a body.
pub(super) struct Meter {
    activity: Arc<Activity>,
    /// Bytes read in this turn.
    turn: usize,
}

impl Meter {
    pub(super) const fn new(activity: Arc<Activity>) -> Self {
        Self { activity, turn: 0 }
    }

    /// Reads from `io` what the turn and the budget allow.
    pub(super) fn poll_read(
        &mut self,
        io: &mut (impl AsyncRead + Unpin),
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.turn >= TURN {
            self.turn = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let length = buf.remaining().min(TURN.saturating_sub(self.turn));
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(length));
        let polled = Pin::new(io).poll_read(cx, &mut part);
        let read = part.filled().len();
        match polled {
            Poll::Ready(Ok(())) if !self.activity.spend(read) => {
                return Poll::Ready(Err(io::Error::other(
                    "the client sent 512 KiB without a request or a body",
                )));
            }
            Poll::Ready(_) => self.turn = self.turn.saturating_add(read),
            Poll::Pending => self.turn = 0,
        }
        buf.advance(read);
        polled
    }
}

/// Bytes that a connection reads before it yields to the others.
const TURN: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::AsyncReadExt as _;

    use super::*;
    use crate::connection::stream::ClientStream;

    /// Reads without end and without a pause.
    struct Zeros;

    impl AsyncRead for Zeros {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            buf.initialize_unfilled().fill(b'0');
            buf.advance(buf.remaining());
            Poll::Ready(Ok(()))
        }
    }

    /// Bytes that the stream reads until it yields.
    async fn turn(stream: &mut ClientStream<Zeros>, length: usize) -> usize {
        let mut read = 0;
        poll_fn(|cx| {
            loop {
                let mut bytes = vec![0; length];
                let mut buf = ReadBuf::new(&mut bytes);
                match Pin::new(&mut *stream).poll_read(cx, &mut buf) {
                    Poll::Ready(polled) => polled.unwrap(),
                    Poll::Pending => return Poll::Ready(()),
                }
                assert!(buf.filled().iter().all(|byte| *byte == b'0'));
                read += buf.filled().len();
            }
        })
        .await;
        read
    }

    #[tokio::test]
    async fn a_turn_is_eight_kibibytes_however_they_are_read() {
        for length in [1, 1000, TURN, 400_000] {
            let mut stream = ClientStream::new(Zeros, Activity::new());
            for _ in 0..3 {
                assert_eq!(turn(&mut stream, length).await, TURN, "{length}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_of_no_use_is_read_up_to_half_a_mebibyte() {
        let mut stream = ClientStream::new(Zeros, Activity::new());
        let mut read = Vec::new();
        assert!(stream.read_to_end(&mut read).await.is_err());
        assert_eq!(read.len(), 512 * 1024);
    }
}
