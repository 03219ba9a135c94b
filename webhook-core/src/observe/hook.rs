//! Calling the application's code. A panic in it is caught and changes no answer.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::observe;

/// The kinds of code that an application can pass to an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hook {
    OnReject,
    OnDuplicate,
    OnHandled,
    AnswerDuplicates,
    #[cfg(feature = "inbox")]
    AnswerStored,
    OnOfferedSecret,
    Clock,
    KeySource,
    FetchBack,
}

impl Hook {
    /// The number of kinds.
    pub(crate) const COUNT: usize = 9;

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OnReject => "on_reject",
            Self::OnDuplicate => "on_duplicate",
            Self::OnHandled => "on_handled",
            Self::AnswerDuplicates => "answer_duplicates",
            #[cfg(feature = "inbox")]
            Self::AnswerStored => "answer_stored",
            Self::OnOfferedSecret => "on_offered_secret",
            Self::Clock => "clock",
            Self::KeySource => "keys",
            Self::FetchBack => "notifications",
        }
    }
}

/// Calls a hook. `None` if it panicked, which is logged.
pub(crate) fn call<R>(hook: Hook, provider: &str, run: impl FnOnce() -> R) -> Option<R> {
    // A hook's state is its own, so a panic cannot leave the engine inconsistent.
    let called = catch_unwind(AssertUnwindSafe(run));
    if called.is_err() {
        observe::hook_panicked(hook, provider);
    }
    called.ok()
}

/// Awaits a future of a hook. `None` if it panicked, which is logged; it is not polled again.
pub(crate) async fn wait<F: Future>(hook: Hook, provider: &str, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(
        |cx| match call(hook, provider, || future.as_mut().poll(cx)) {
            Some(polled) => polled.map(Some),
            None => Poll::Ready(None),
        },
    )
    .await
}
