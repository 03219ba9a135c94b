//! What a connection does, as far as it decides how long the connection may stay.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

/// Shared by a connection, its stream and its requests.
pub(crate) struct Activity {
    state: Mutex<State>,
    evicted: Notify,
}

struct State {
    /// Requests that have no answer yet.
    unanswered: usize,
    /// Those of them whose body has not ended.
    receiving: usize,
    /// When the last request began or was answered; until then, when the connection was accepted.
    since: Instant,
    requested: bool,
    /// Bytes that may be read until the next request begins or more of a body has come.
    credit: usize,
}

/// Since when a connection waits for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// It has not sent the head of a request yet.
    New(Instant),
    /// Every request is answered. The client may still have to read the answer.
    Idle(Instant),
    /// It does not wait: a request has no answer yet.
    No,
}

/// A request without an answer, until it is dropped.
pub(crate) struct Unanswered(Arc<Activity>);

/// A body that has not ended, until it is dropped.
pub(crate) struct Receiving(Arc<Activity>);

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                unanswered: 0,
                receiving: 0,
                since: Instant::now(),
                requested: false,
                credit: CREDIT,
            }),
            evicted: Notify::new(),
        })
    }

    pub(crate) fn begin(self: &Arc<Self>) -> (Unanswered, Receiving) {
        let mut state = self.state();
        state.unanswered = state.unanswered.saturating_add(1);
        state.receiving = state.receiving.saturating_add(1);
        state.since = Instant::now();
        state.requested = true;
        state.credit = CREDIT;
        (Unanswered(self.clone()), Receiving(self.clone()))
    }

    pub(crate) fn waiting(&self) -> Waiting {
        let state = self.state();
        match (state.unanswered, state.requested) {
            (0, true) => Waiting::Idle(state.since),
            (0, false) => Waiting::New(state.since),
            _ => Waiting::No,
        }
    }

    /// Since when the connection has waited for its client. `None` while a handler may run, which
    /// closing the connection would interrupt.
    pub(crate) fn evictable_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.unanswered <= state.receiving).then_some(state.since)
    }

    /// Has the connection closed at once.
    pub(crate) fn evict(&self) {
        self.evicted.notify_one();
    }

    /// Waits for `evict`.
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Counts bytes read from the socket. Returns false when they exceed the credit.
    pub(crate) fn spend(&self, read: usize) -> bool {
        let mut state = self.state();
        let left = state.credit.checked_sub(read);
        state.credit = left.unwrap_or_default();
        left.is_some()
    }

    fn earn(&self, body: usize) {
        let mut state = self.state();
        let earned = body.saturating_mul(PER_BODY_BYTE);
        state.credit = state.credit.saturating_add(earned).min(CREDIT);
    }

    /// Nothing panics while the state is locked.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receiving {
    /// Counts bytes of the body, which justify what was read for them.
    pub(crate) fn received(&self, bytes: usize) {
        self.0.earn(bytes);
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.unanswered = state.unanswered.saturating_sub(1);
        state.since = Instant::now();
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.receiving = state.receiving.saturating_sub(1);
    }
}

/// What may be read without use: the head of a request (128 KiB), bodies that are sent but never
/// read because their request was refused (a window of HTTP/2, 256 KiB), and as much again for
/// framing.
const CREDIT: usize = 512 * 1024;
/// A chunk of five bytes is framed by five more. Bodies in smaller chunks than that live on the credit.
const PER_BODY_BYTE: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_can_be_evicted_unless_a_whole_request_waits_for_its_answer() {
        let activity = Activity::new();
        assert!(activity.evictable_since().is_some(), "new");
        let (first, first_body) = activity.begin();
        assert!(activity.evictable_since().is_some(), "receiving");
        drop(first_body);
        assert!(activity.evictable_since().is_none(), "handling");
        let (second, second_body) = activity.begin();
        assert!(activity.evictable_since().is_none(), "handling one of two");
        drop(first);
        assert!(activity.evictable_since().is_some(), "receiving the other");
        drop((second, second_body));
        assert!(matches!(activity.waiting(), Waiting::Idle(_)));
    }

    #[tokio::test]
    async fn bytes_are_read_as_long_as_something_comes_of_them() {
        let activity = Activity::new();
        let (_unanswered, body) = activity.begin();
        for _ in 0..1000 {
            assert!(activity.spend(8192), "as much framing as body");
            body.received(4096);
        }
        assert!(activity.spend(CREDIT));
        assert!(!activity.spend(1));
        body.received(1);
        assert!(activity.spend(2) && !activity.spend(1));
        let _other = activity.begin();
        assert!(activity.spend(CREDIT) && !activity.spend(1));
    }
}
