use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use webhook_runtime::shadow::{BodyRest, ObservedBody};

/// The body of a request that a [`ShadowLayer`](crate::ShadowLayer) hands on: the bytes that it
/// read, and the rest of the original body.
pub struct ShadowBody<B: Body> {
    read: VecDeque<Bytes>,
    rest: Rest<B>,
}

enum Rest<B: Body> {
    Body(Pin<Box<B>>),
    /// Nothing follows, or this error.
    Over(Option<B::Error>),
}

impl<B: Body> ShadowBody<B> {
    pub(super) fn new(observed: ObservedBody<B::Error>, body: Pin<Box<B>>) -> Self {
        Self {
            read: observed.read.into(),
            rest: match observed.rest {
                BodyRest::Unread => Rest::Body(body),
                BodyRest::Ended => Rest::Over(None),
                BodyRest::Failed(error) => Rest::Over(Some(error)),
            },
        }
    }
}

impl<B: Body> Body for ShadowBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let Some(chunk) = self.read.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        match &mut self.rest {
            Rest::Body(body) => body
                .as_mut()
                .poll_frame(cx)
                .map_ok(|frame| frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))),
            Rest::Over(error) => Poll::Ready(error.take().map(Err)),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.read.is_empty()
            && match &self.rest {
                Rest::Body(body) => body.is_end_stream(),
                Rest::Over(error) => error.is_none(),
            }
    }

    fn size_hint(&self) -> SizeHint {
        let read = self
            .read
            .iter()
            .map(|chunk| chunk.len() as u64)
            .sum::<u64>();
        let rest = match &self.rest {
            Rest::Body(body) => body.size_hint(),
            Rest::Over(None) => SizeHint::with_exact(0),
            Rest::Over(Some(_)) => SizeHint::default(),
        };
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(read));
        }
        hint.set_lower(rest.lower().saturating_add(read));
        hint
    }
}

/// Nothing in it is pinned in place.
impl<B: Body> Unpin for ShadowBody<B> {}

impl<B: Body> fmt::Debug for ShadowBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShadowBody").finish_non_exhaustive()
    }
}
