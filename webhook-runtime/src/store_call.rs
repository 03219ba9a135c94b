use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A call of a store.
///
/// Awaited, it boxes what has to wait, so that the future of an adapter stays small where nothing
/// waits. An adapter that polls boxes [`Waiting`](Self::Waiting) itself.
#[must_use = "a store has to be waited for"]
#[allow(
    clippy::exhaustive_enums,
    reason = "answered or not: there is no third"
)]
pub enum StoreCall<F: Future> {
    /// The store answered at once.
    Answered(F::Output),
    /// The answer is to be waited for.
    Waiting(F),
}

impl<F: Future> IntoFuture for StoreCall<F> {
    type Output = F::Output;
    type IntoFuture = StoreAnswer<F>;

    fn into_future(self) -> StoreAnswer<F> {
        StoreAnswer(match self {
            Self::Answered(answer) => State::Answered(Some(answer)),
            Self::Waiting(call) => State::Waiting(Box::pin(call)),
        })
    }
}

impl<F: Future> fmt::Debug for StoreCall<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answered(_) => "Answered",
            Self::Waiting(_) => "Waiting",
        })
    }
}

/// The answer to a [`StoreCall`], as a future.
#[must_use = "futures do nothing unless they are awaited"]
pub struct StoreAnswer<F: Future>(State<F>);

enum State<F: Future> {
    Answered(Option<F::Output>),
    Waiting(Pin<Box<F>>),
}

impl<F: Future> Future for StoreAnswer<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match &mut self.0 {
            State::Answered(answer) => Poll::Ready(answer.take().expect("polled after completion")),
            State::Waiting(call) => call.as_mut().poll(cx),
        }
    }
}

/// Nothing in it is pinned in place.
impl<F: Future> Unpin for StoreAnswer<F> {}

impl<F: Future> fmt::Debug for StoreAnswer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreAnswer").finish_non_exhaustive()
    }
}
