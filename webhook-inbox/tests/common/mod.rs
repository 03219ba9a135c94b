//! What the tests share.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use webhook_core::UnixTime;
use webhook_inbox::{InboxTable, MemoryInbox, conformance};

/// A clock that is moved by hand, in milliseconds.
#[derive(Clone)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Hand {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_800_000_000_000)))
    }

    pub(crate) fn table(&self) -> MemoryInbox {
        let time = self.0.clone();
        MemoryInbox::with_clock(move || Some(UnixTime::from_millis(time.load(Relaxed))))
    }

    pub(crate) fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.0.fetch_add(millis, Relaxed);
    }
}

/// Polls once: nothing in memory waits.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    let mut cx = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut cx) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a table in memory waits"),
    }
}

pub(crate) fn keep_promise<T: InboxTable + Clone>(name: &str, make: impl Fn(MemoryInbox) -> T) {
    let hand = Hand::new();
    let table = make(hand.table());
    let sleep = async |time| hand.pass(time);
    now(conformance::promise(name, &table.clone(), &table, sleep));
}
