//! A gate that admits one future per name at a time, in any runtime.
//!
//! It is not a mutex of async-lock or tokio per name: senders choose the names, so the mutexes would
//! need a map with an end, and a lock around it. This is that lock, with a list of the few names
//! that are being fetched.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The holder of a name keeps others with that name out until its [`Turn`] is dropped.
#[derive(Default)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Default)]
struct State {
    taken: Vec<Box<str>>,
    waiting: Vec<Waker>,
}

impl Gate {
    /// Enters, or registers to be woken when the name may be free.
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

/// A place inside the gate.
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
