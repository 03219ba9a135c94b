//! One at a time: a gate that futures wait at, of any runtime.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Whoever is let in keeps others out until its [`Turn`] is dropped.
#[derive(Default)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Default)]
struct State {
    taken: bool,
    waiting: Vec<Waker>,
}

impl Gate {
    /// Lets in, or wakes when there may be room.
    pub(crate) fn poll_enter(&self, cx: &Context<'_>) -> Poll<Turn<'_>> {
        let mut state = self.state();
        if state.taken {
            state.waiting.push(cx.waker().clone());
            return Poll::Pending;
        }
        state.taken = true;
        Poll::Ready(Turn(self))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Being inside.
pub(crate) struct Turn<'g>(&'g Gate);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.0.state();
            state.taken = false;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}
