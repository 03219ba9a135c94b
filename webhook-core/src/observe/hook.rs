//! Code of the application that the engine calls: a panic in it ends here, and changes no answer.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::observe;

/// What an application may give an endpoint to call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hook {
    OnReject,
    OnDuplicate,
    AnswerDuplicates,
    OnOfferedSecret,
    Clock,
    KeySource,
}

impl Hook {
    /// How many there are.
    pub(crate) const COUNT: usize = 6;

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OnReject => "on_reject",
            Self::OnDuplicate => "on_duplicate",
            Self::AnswerDuplicates => "answer_duplicates",
            Self::OnOfferedSecret => "on_offered_secret",
            Self::Clock => "clock",
            Self::KeySource => "keys",
        }
    }
}

/// Calls a hook. `None` if it panicked, which is logged.
pub(crate) fn call<R>(hook: Hook, provider: &str, run: impl FnOnce() -> R) -> Option<R> {
    // What a hook left half-done is its own, and the engine shares nothing with it.
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
