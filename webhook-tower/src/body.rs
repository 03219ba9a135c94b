use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

/// The body that the inner service gets: the bytes that were verified, in one piece.
#[derive(Clone, Debug, Default)]
pub struct RequestBody {
    bytes: Bytes,
}

impl RequestBody {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { bytes }
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

pin_project! {
    /// The body of a response: that of the inner service, or that of an answer of the layer.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<B> {
        Inner { #[pin] body: B },
        Answer { #[pin] body: RequestBody },
        Begun { read: Bytes, rest: Pin<Box<B>> },
    }
}

impl<B> ResponseBody<B> {
    pub(crate) fn inner(body: B) -> Self {
        Self {
            kind: Kind::Inner { body },
        }
    }

    pub(crate) fn answer(bytes: Bytes) -> Self {
        Self {
            kind: Kind::Answer {
                body: RequestBody::new(bytes),
            },
        }
    }

    /// The body of the inner service's response, of which `read` was read.
    pub(crate) fn begun(read: Bytes, rest: Pin<Box<B>>) -> Self {
        Self {
            kind: Kind::Begun { read, rest },
        }
    }

    /// The body of the inner service's response.
    ///
    /// # Errors
    ///
    /// [`NotInner`] if the layer made or read the body.
    pub fn into_inner(self) -> Result<B, NotInner<B>> {
        match self.kind {
            Kind::Inner { body } => Ok(body),
            Kind::Answer { body } => Err(NotInner::Bytes(body.into_bytes())),
            Kind::Begun { .. } => Err(NotInner::Begun(self)),
        }
    }
}

/// A body that is not that of the inner service as it was.
#[derive(Debug)]
#[allow(
    clippy::exhaustive_enums,
    reason = "whoever takes a body apart has to send each of them"
)]
pub enum NotInner<B> {
    /// The bytes of an answer of the layer, or of a response that it remembers.
    Bytes(Bytes),
    /// A response whose beginning the layer has read.
    Begun(ResponseBody<B>),
}

/// For layers further out that answer with an empty body, such as a timeout.
impl<B: Default> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::inner(B::default())
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProjection::Inner { body } => body.poll_frame(cx),
            KindProjection::Answer { body } => body
                .poll_frame(cx)
                .map(|frame| frame.map(|frame| frame.map_err(|never| match never {}))),
            KindProjection::Begun { read, rest } => match std::mem::take(read) {
                read if read.is_empty() => rest.as_mut().poll_frame(cx),
                read => Poll::Ready(Some(Ok(Frame::data(read)))),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Inner { body } => body.is_end_stream(),
            Kind::Answer { body } => body.is_end_stream(),
            Kind::Begun { read, rest } => read.is_empty() && rest.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Inner { body } => body.size_hint(),
            Kind::Answer { body } => body.size_hint(),
            Kind::Begun { read, rest } => {
                let (read, rest) = (read.len() as u64, rest.size_hint());
                let mut hint = SizeHint::new();
                if let Some(upper) = rest.upper() {
                    hint.set_upper(upper.saturating_add(read));
                }
                hint.set_lower(rest.lower().saturating_add(read));
                hint
            }
        }
    }
}
