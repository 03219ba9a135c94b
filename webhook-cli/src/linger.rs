//! A close that lets the other side read the answer.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// A stream whose shutdown goes on reading for a while.
///
/// An answer such as 401 or 413 is sent while the client is still sending its body. A socket that is closed with bytes
/// unread makes the kernel send a reset, and a reset makes the client's kernel throw away the answer it already has
/// (RFC 9112 §9.6). So the writing half is shut first, and what still comes is read and thrown away: until the client has
/// ended, but for no longer than [`LINGER`] and for no more than [`MOST`], so that nobody is held by a client who never ends.
pub(crate) struct Linger<T> {
    io: T,
    state: State,
}

enum State {
    Open,
    Discarding {
        deadline: Pin<Box<Sleep>>,
        left: usize,
    },
    Closed,
}

impl<T> Linger<T> {
    pub(crate) const fn new(io: T) -> Self {
        Self {
            io,
            state: State::Open,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Linger<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Linger<T> {
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

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { io, state } = self.get_mut();
        loop {
            *state = match state {
                State::Open => {
                    ready!(Pin::new(&mut *io).poll_shutdown(cx))?;
                    State::Discarding {
                        deadline: Box::pin(tokio::time::sleep(LINGER)),
                        left: MOST,
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

/// Reads and throws away until the end, an error, or `left` bytes. It cannot keep the thread to itself, because tokio's
/// streams are pending once their turn is over.
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

/// How long a client may go on sending after its answer.
const LINGER: Duration = Duration::from_secs(5);
/// How much it may go on sending.
const MOST: usize = 512 * 1024 * 1024;
/// How much is read at a time.
const CHUNK: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex, repeat};
    use tokio::time::Instant;

    use super::*;

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

    fn pair() -> (Linger<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(64);
        (Linger::new(ours), theirs)
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
