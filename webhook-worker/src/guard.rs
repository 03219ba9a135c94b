//! Panics of consumers end here, not in the worker.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A boxed future whose panics are results: those of its polls, and those of its destructor.
pub(crate) struct Guarded<'a, T>(Option<Pin<Box<dyn Future<Output = T> + Send + 'a>>>);

/// The future panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

impl<'a, T> Guarded<'a, T> {
    /// `begin` makes the future, and may panic too.
    pub(crate) fn new(
        begin: impl FnOnce() -> Pin<Box<dyn Future<Output = T> + Send + 'a>>,
    ) -> Self {
        Self(catch_unwind(AssertUnwindSafe(begin)).ok())
    }
}

impl<T> Future for Guarded<'_, T> {
    type Output = Result<T, Panicked>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = &mut self.0 else {
            return Poll::Ready(Err(Panicked));
        };
        // A future that panicked is never polled again, so nothing that it left half-done is seen.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    }
}

impl<T> Drop for Guarded<'_, T> {
    fn drop(&mut self) {
        let future = self.0.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(future)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }

    #[tokio::test]
    async fn a_panic_is_a_result_wherever_it_happens() {
        assert_eq!(Guarded::new(|| Box::pin(async { 1 })).await, Ok(1));
        assert_eq!(
            Guarded::<()>::new(|| panic!("at once")).await,
            Err(Panicked)
        );
        let polled = Guarded::<()>::new(|| Box::pin(async { panic!("when polled") }));
        assert_eq!(polled.await, Err(Panicked));
        let dropped = Guarded::new(|| {
            let bomb = Bomb;
            Box::pin(async move {
                std::future::pending::<()>().await;
                drop(bomb);
            })
        });
        drop(dropped);
    }
}
