use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use webhook_core::RejectionKind;

use crate::future::Deadline;

pin_project! {
    /// A handler under a time limit, whose panics end here and not in the connection.
    pub(crate) struct Guarded<F> {
        #[pin]
        handler: Option<F>,
        deadline: Deadline,
    }
}

impl<F> Guarded<F> {
    pub(crate) fn new(handler: F, timeout: Duration) -> Self {
        Self {
            handler: Some(handler),
            deadline: Deadline::new(timeout),
        }
    }
}

impl<F: Future> Future for Guarded<F> {
    type Output = Result<F::Output, RejectionKind>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // A handler that panicked is dropped and never polled again, so nothing it left half-done is seen.
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let Some(handler) = this.handler.as_mut().as_pin_mut() else {
                return Poll::Pending;
            };
            let output = std::task::ready!(handler.poll(cx));
            // Dropped in here: a destructor may panic too.
            this.handler.set(None);
            Poll::Ready(output)
        }));
        let ended = match polled {
            Ok(Poll::Ready(output)) => return Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => {
                std::task::ready!(this.deadline.poll(cx));
                RejectionKind::HandlerTimeout
            }
            Err(_) => RejectionKind::HandlerPanicked,
        };
        let _ = catch_unwind(AssertUnwindSafe(|| this.handler.set(None)));
        Poll::Ready(Err(ended))
    }
}
