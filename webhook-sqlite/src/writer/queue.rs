//! What the callers, the writer and the timer share.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::job::{Job, Waiting};
use crate::failure::Failure;

/// The operations that wait for the writer.
pub(super) struct Queue {
    state: Mutex<State>,
    /// The writer sleeps here.
    for_writer: Condvar,
    /// The timer sleeps here.
    for_timer: Condvar,
}

struct State {
    jobs: VecDeque<Box<dyn Job>>,
    /// Answers that are due, the earliest first.
    waiting: VecDeque<Waiting>,
    is_closed: bool,
    has_ended: bool,
    timer_sleeps: bool,
}

/// What the writer finds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Jobs,
    /// Nothing in time.
    Nothing,
    /// Nothing, and there will be nothing more.
    Closed,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                jobs: VecDeque::new(),
                waiting: VecDeque::new(),
                is_closed: false,
                has_ended: false,
                timer_sleeps: false,
            }),
            for_writer: Condvar::new(),
            for_timer: Condvar::new(),
        }
    }

    /// Queues an operation, unless `at_most` wait already.
    pub(super) fn push(
        &self,
        job: Box<dyn Job>,
        waiting: Waiting,
        at_most: usize,
    ) -> Result<(), Failure> {
        let mut state = self.lock();
        let refusal = match &*state {
            state if state.has_ended => Some("the writer has ended: open the store again"),
            state if state.is_closed => Some("the store is closed"),
            state if state.jobs.len() >= at_most => Some("too many operations wait for SQLite"),
            _ => None,
        };
        if let Some(refusal) = refusal {
            drop(state);
            return Err(Failure::unavailable(refusal));
        }
        state.drop_answered();
        state.jobs.push_back(job);
        state.waiting.push_back(waiting);
        self.for_writer.notify_one();
        if state.timer_sleeps {
            state.timer_sleeps = false;
            self.for_timer.notify_one();
        }
        Ok(())
    }

    /// Moves at most `at_most` operations to `batch`. Waits for one until the time has come, or for
    /// ever.
    pub(super) fn take(
        &self,
        batch: &mut Vec<Box<dyn Job>>,
        at_most: usize,
        until: Option<Instant>,
    ) -> Taken {
        let mut state = self.lock();
        loop {
            if !state.jobs.is_empty() {
                let count = state.jobs.len().min(at_most);
                batch.extend(state.jobs.drain(..count));
                return Taken::Jobs;
            }
            if state.is_closed {
                return Taken::Closed;
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => return Taken::Nothing,
                Some(left) => {
                    let slept = self.for_writer.wait_timeout(state, left);
                    slept.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let slept = self.for_writer.wait(state);
                    slept.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }

    /// Takes no further operations. Those that wait still run.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.for_writer.notify_one();
    }

    /// The writer has ended. Operations that wait are answered with an error.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.has_ended = true;
        let jobs = std::mem::take(&mut state.jobs);
        drop(state);
        self.for_timer.notify_one();
        drop(jobs);
    }

    /// Answers what is due, and sleeps. Returns when the writer has ended.
    pub(super) fn expire(&self, every: Duration) {
        let mut state = self.lock();
        while !state.has_ended {
            state.drop_answered();
            let now = Instant::now();
            let is_due = |waiting: &Waiting| waiting.deadline <= now;
            if state.waiting.front().is_some_and(is_due)
                && let Some(waiting) = state.waiting.pop_front()
            {
                // Answered outside the lock, because it runs the caller's waker.
                drop(state);
                // The waker may panic, and others wait for the timer.
                let _panic = catch_unwind(AssertUnwindSafe(|| waiting.expire()));
                state = self.lock();
            } else if state.waiting.is_empty() {
                state.timer_sleeps = true;
                let slept = self.for_timer.wait(state);
                state = slept.unwrap_or_else(PoisonError::into_inner);
            } else {
                let slept = self.for_timer.wait_timeout(state, every);
                state = slept.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The writer answers in the order of the queue, so those in front were answered first.
    fn drop_answered(&mut self) {
        while self.waiting.front().is_some_and(Waiting::is_answered) {
            self.waiting.pop_front();
        }
    }
}
