//! One at a time for a name: a gate that futures wait at, of any runtime.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Whoever is let in under a name keeps others of that name out until its [`Turn`] is dropped.
#[derive(Default)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Default)]
struct State {
    taken: Vec<Box<str>>,
    waiting: Vec<Waker>,
}

impl Gate {
    /// Lets in, or wakes when there may be room.
    pub(crate) fn poll_enter<'g>(&'g self, name: &str, cx: &Context<'_>) -> Poll<Turn<'g>> {
        let mut state = self.state();
        if state.taken.iter().any(|taken| **taken == *name) {
            state.waiting.push(cx.waker().clone());
            return Poll::Pending;
        }
        let name: Box<str> = name.into();
        state.taken.push(name.clone());
        Poll::Ready(Turn { gate: self, name })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Being inside.
pub(crate) struct Turn<'g> {
    gate: &'g Gate,
    name: Box<str>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.gate.state();
            state.taken.retain(|taken| *taken != self.name);
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}
