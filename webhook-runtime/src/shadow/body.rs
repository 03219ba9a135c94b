use std::fmt;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};

/// The body of an observed request: what the shadow read of it, and what is left to read.
///
/// The application gets the chunks first. After them comes the rest of the framework's body, unless
/// the shadow has reached its end.
pub struct ObservedBody<E> {
    /// The chunks that were read, in order.
    pub read: Vec<Bytes>,
    /// What follows them.
    pub rest: BodyRest<E>,
}

/// What follows the part of a body that was read.
#[derive(Debug)]
#[allow(
    clippy::exhaustive_enums,
    reason = "an adapter has to hand on each of them"
)]
pub enum BodyRest<E> {
    /// More of the framework's body: its head was refused, it is longer than the limit, or it
    /// arrives too slowly.
    Unread,
    /// Nothing: the body was read to its end.
    Ended,
    /// This error of the framework's body. Without it, half a body would pass for a whole one.
    Failed(E),
}

impl<E> ObservedBody<E> {
    pub(super) fn new() -> Self {
        Self {
            read: Vec::new(),
            rest: BodyRest::Unread,
        }
    }

    /// Polls for the next chunk, and keeps it.
    pub(super) fn poll_next<D: Buf>(
        &mut self,
        cx: &mut Context<'_>,
        mut next: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<Option<D>, E>>>,
    ) -> Poll<Option<Result<Option<Bytes>, Failed>>> {
        Poll::Ready(match ready!(next(cx)) {
            Some(Ok(Some(mut chunk))) => {
                let chunk = chunk.copy_to_bytes(chunk.remaining());
                self.read.push(chunk.clone());
                Some(Ok(Some(chunk)))
            }
            Some(Ok(None)) => Some(Ok(None)),
            Some(Err(error)) => {
                self.rest = BodyRest::Failed(error);
                Some(Err(Failed))
            }
            None => {
                self.rest = BodyRest::Ended;
                None
            }
        })
    }
}

/// The framework's body failed. The error itself is kept for the application.
pub(super) struct Failed;

impl<E> fmt::Debug for ObservedBody<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let read: usize = self.read.iter().map(Bytes::len).sum();
        f.debug_struct("ObservedBody")
            .field("read", &read)
            .finish_non_exhaustive()
    }
}
