use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

/// A call of the inner service that has not begun: the service, and the request for it.
pub trait InnerCall {
    /// What the service answers.
    type Response;
    /// What it fails with.
    type Error;
    /// The call once it has begun.
    type Future: Future<Output = Result<Self::Response, Self::Error>>;

    /// Whether the service is ready for the request.
    ///
    /// # Errors
    ///
    /// When it never will be.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>>;

    /// Calls the service. It is called once, after [`poll_ready`](Self::poll_ready) was ready.
    fn begin(&mut self) -> Self::Future;
}

/// Makes a call without a guard and without a time limit: for a request that the same endpoint
/// verified further out, where both are in place.
///
/// # Errors
///
/// Those of the inner service.
pub async fn call_unguarded<C: InnerCall>(mut call: C) -> Result<C::Response, C::Error> {
    poll_fn(|cx| call.poll_ready(cx)).await?;
    call.begin().await
}

pin_project! {
    /// A call that waits until the service is ready, and then begins.
    #[project = CallProjection]
    pub(crate) enum Call<C: InnerCall> {
        Waiting { call: C },
        Begun { #[pin] future: C::Future },
    }
}

impl<C: InnerCall> Call<C> {
    /// The call, until it has begun.
    pub(crate) fn waiting(self: Pin<&mut Self>) -> Option<&mut C> {
        match self.project() {
            CallProjection::Waiting { call } => Some(call),
            CallProjection::Begun { .. } => None,
        }
    }

    pub(crate) fn has_begun(&self) -> bool {
        matches!(self, Self::Begun { .. })
    }
}

impl<C: InnerCall> Future for Call<C> {
    type Output = Result<C::Response, C::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match self.as_mut().project() {
                CallProjection::Waiting { call } => {
                    ready!(call.poll_ready(cx))?;
                    let future = call.begin();
                    self.set(Self::Begun { future });
                }
                CallProjection::Begun { future } => return future.poll(cx),
            }
        }
    }
}
