//! A stream that is read in small turns, and only as long as requests and bodies come of it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::activity::Activity;

/// Bounds what one connection can make the HTTP parser do.
///
/// hyper reads the size of a chunk byte by byte, at some 30 ns each, and takes any number of
/// leading zeros. Frames of HTTP/2 without a request, such as pings, cost as much. A connection
/// that sends these without end kept a thread for seconds at a time. So a connection reads [`TURN`]
/// bytes and lets the others have their turn, and it ends where it has read half a mebibyte of
/// which no request and no body came.
pub(crate) struct Metered<T> {
    io: T,
    activity: Arc<Activity>,
    /// Bytes read in this turn.
    turn: usize,
}

impl<T> Metered<T> {
    pub(crate) const fn new(io: T, activity: Arc<Activity>) -> Self {
        Self {
            io,
            activity,
            turn: 0,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Metered<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
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
        let polled = Pin::new(&mut self.io).poll_read(cx, &mut part);
        let read = part.filled().len();
        match polled {
            Poll::Ready(Ok(())) if !self.activity.spend(read) => {
                return Poll::Ready(Err(io::Error::other("too much framing for what it frames")));
            }
            Poll::Ready(_) => self.turn = self.turn.saturating_add(read),
            Poll::Pending => self.turn = 0,
        }
        buf.advance(read);
        polled
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Metered<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// Bytes that a connection reads before the others have their turn.
const TURN: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::AsyncReadExt as _;

    use super::*;

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

    /// Bytes read until the stream lets the others have their turn.
    async fn turn(stream: &mut Metered<Zeros>, length: usize) -> usize {
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
            let mut stream = Metered::new(Zeros, Activity::new());
            for _ in 0..3 {
                assert_eq!(turn(&mut stream, length).await, TURN, "{length}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_of_no_use_is_read_up_to_half_a_mebibyte() {
        let mut stream = Metered::new(Zeros, Activity::new());
        let mut read = Vec::new();
        assert!(stream.read_to_end(&mut read).await.is_err());
        assert_eq!(read.len(), 512 * 1024);
    }
}
