use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use webhook_core::RejectionKind;

use crate::deadline::Deadline;

pin_project! {
    /// A future whose panics end here and not in the connection, under a time limit or without.
    pub struct Guarded<F> {
        #[pin]
        guarded: Option<F>,
        deadline: Option<Deadline>,
    }
}

impl<F> Guarded<F> {
    /// Without a time limit.
    pub fn new(guarded: F) -> Self {
        Self {
            guarded: Some(guarded),
            deadline: None,
        }
    }

    /// Under a time limit.
    pub fn within(guarded: F, timeout: Duration) -> Self {
        Self {
            guarded: Some(guarded),
            deadline: Some(Deadline::new(timeout)),
        }
    }

    /// Drops what is guarded, which may panic as well.
    pub(crate) fn end(self: Pin<&mut Self>, ended: Ended) -> Ended {
        end(self.project().guarded, ended)
    }

    /// What is guarded, until it has ended.
    pub(crate) fn get_pin_mut(self: Pin<&mut Self>) -> Option<Pin<&mut F>> {
        self.project().guarded.as_pin_mut()
    }
}

impl<F: Future> Future for Guarded<F> {
    type Output = Result<F::Output, Ended>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // What waited too long for its turn must not begin, and what is guarded may be where the wait is.
        if this.deadline.as_ref().is_some_and(Deadline::is_over) {
            return Poll::Ready(Err(end(this.guarded, Ended::TimedOut)));
        }
        // What panicked is dropped and never polled again, so nothing it left half-done is seen.
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let Some(guarded) = this.guarded.as_mut().as_pin_mut() else {
                return Poll::Pending;
            };
            let output = ready!(guarded.poll(cx));
            // Dropped in here: a destructor may panic too.
            this.guarded.set(None);
            Poll::Ready(output)
        }));
        let ended = match polled {
            Ok(Poll::Ready(output)) => return Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => match this.deadline {
                Some(deadline) => {
                    ready!(deadline.poll(cx));
                    Ended::TimedOut
                }
                None => return Poll::Pending,
            },
            Err(_) => Ended::Panicked,
        };
        Poll::Ready(Err(end(this.guarded, ended)))
    }
}

/// Drops what is guarded, which may panic as well.
fn end<F>(mut guarded: Pin<&mut Option<F>>, ended: Ended) -> Ended {
    let _ = catch_unwind(AssertUnwindSafe(|| guarded.set(None)));
    ended
}

/// How a guarded future ended without its output.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums, reason = "not part of the public API")]
pub enum Ended {
    /// It panicked.
    Panicked,
    /// Its time was over.
    TimedOut,
}

impl From<Ended> for RejectionKind {
    /// For handlers.
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Panicked => Self::HandlerPanicked,
            Ended::TimedOut => Self::HandlerTimeout,
        }
    }
}
