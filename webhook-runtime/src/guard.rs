use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

pin_project! {
    /// A future whose panics end here and not in the connection: those of its polls, and those of
    /// its destructor.
    pub(crate) struct Guarded<F> {
        #[pin]
        guarded: Option<F>,
    }

    impl<F> PinnedDrop for Guarded<F> {
        fn drop(this: Pin<&mut Self>) {
            this.clear();
        }
    }
}

/// The guarded future panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

impl<F> Guarded<F> {
    pub(crate) fn new(guarded: F) -> Self {
        Self {
            guarded: Some(guarded),
        }
    }

    /// The guarded future, until it has ended.
    pub(crate) fn get_pin_mut(self: Pin<&mut Self>) -> Option<Pin<&mut F>> {
        self.project().guarded.as_pin_mut()
    }

    /// Drops the guarded future.
    pub(crate) fn clear(self: Pin<&mut Self>) {
        let mut guarded = self.project().guarded;
        let _ = catch_unwind(AssertUnwindSafe(|| guarded.set(None)));
    }
}

impl<F: Future> Future for Guarded<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut guarded = self.as_mut().project().guarded;
        // A future that panicked is dropped and never polled again, so nothing that it left
        // half-done is seen.
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let Some(future) = guarded.as_mut().as_pin_mut() else {
                return Poll::Pending;
            };
            let output = ready!(future.poll(cx));
            // Dropped in here: a destructor may panic too.
            guarded.set(None);
            Poll::Ready(output)
        }));
        polled.map_or_else(
            |_| {
                self.clear();
                Poll::Ready(Err(Panicked))
            },
            |polled| polled.map(Ok),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a destructor panics as told");
        }
    }

    async fn with(_bomb: Bomb, ends: bool) {
        if !ends {
            std::future::pending::<()>().await;
        }
    }

    #[tokio::test]
    async fn a_panic_ends_the_future_and_not_its_task() {
        let panics = Guarded::new(async { panic!("a future panics as told") });
        assert_eq!(panics.await, Err::<(), _>(Panicked));
        assert_eq!(Guarded::new(async { 7 }).await, Ok(7));
    }

    #[tokio::test]
    async fn a_destructor_that_panics_at_the_end_counts_as_a_panic() {
        assert_eq!(Guarded::new(with(Bomb, true)).await, Err(Panicked));
    }

    #[test]
    fn a_destructor_that_panics_does_not_reach_who_drops_the_future() {
        drop(Guarded::new(with(Bomb, false)));
        let mut begun = pin!(Guarded::new(with(Bomb, false)));
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(begun.as_mut().poll(&mut cx).is_pending());
        begun.clear();
    }
}
