//! Clocks that are wrong or jump. The table tells the time, and the worker only how much of it
//! passes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_core::{Clock, Endpoint, UnixTime};
use webhook_inbox::{Inbox, JobState, MemoryInbox, Retention};
use webhook_worker::{Consumed, RetryPolicy, Worker};

use crate::bench::{
    SECOND, SECRET, START, Seen, durable, jobs, keys, only, send, until, until_all,
};
use crate::misfortunes::{YEAR, is_done};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A clock of the table that jumps, over the time of the runtime.
#[derive(Clone)]
struct Jumps {
    start: Instant,
    /// Seconds since 1970 at the start.
    from: Arc<AtomicU64>,
}

impl Jumps {
    fn from(time: UnixTime) -> Self {
        Self {
            start: Instant::now(),
            from: Arc::new(AtomicU64::new(time.as_secs())),
        }
    }

    fn jump(&self, by: Duration) {
        self.from.fetch_add(by.as_secs(), Relaxed);
    }
}

impl Clock for Jumps {
    fn now(&self) -> Option<UnixTime> {
        let from = UnixTime::from_secs(self.from.load(Relaxed));
        Some(from.saturating_add(self.start.elapsed()))
    }
}

impl fmt::Debug for Jumps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jumps")
    }
}

/// The table tells the time. So its worker may believe whatever it likes.
#[tokio::test(start_paused = true)]
async fn nothing_dies_or_is_pruned_early_if_the_clock_of_the_worker_is_a_year_off() {
    let now = UnixTime::now();
    let behind = UnixTime::from_secs(now.as_secs() - YEAR.as_secs());
    for of_table in [behind, now, now.saturating_add(YEAR)] {
        let inbox = Inbox::new(MemoryInbox::with_clock(Jumps::from(of_table)), keys());
        let endpoint = durable(Endpoint::stripe(SECRET), inbox.clone());
        let seen = Seen::default();
        let consumer = seen.consumer(&endpoint, |stored| async move {
            match stored.delivery().attempt() {
                1 | 2 => Consumed::failed("status 500"),
                _ => Consumed::Done,
            }
        });
        let worker = Worker::new(inbox.clone())
            .consumer(consumer)
            .retry(RetryPolicy::default().max_age(HOUR))
            .retention(Some(Retention::new(HOUR * 3, HOUR * 30)))
            .spawn()
            .unwrap();
        send(&endpoint, "evt_1", "invoice.paid").await;
        until_all(inbox.table(), JobState::Done).await;
        assert_eq!(seen.len(), 3);
        sleep(HOUR * 2).await;
        assert!(only(inbox.table()).await.body.is_some(), "pruned early");
        sleep(HOUR * 2).await;
        assert!(only(inbox.table()).await.body.is_none(), "never pruned");
        worker.drain(SECOND).await;
    }
}

/// The time of a database may be set: leases end early, and nothing is lost by that.
#[tokio::test(start_paused = true)]
async fn what_runs_while_the_clock_of_the_table_jumps_is_done_in_the_end() {
    let clock = Jumps::from(START);
    let inbox = Inbox::new(MemoryInbox::with_clock(clock.clone()), keys());
    let endpoint = durable(Endpoint::stripe(SECRET), inbox.clone());
    let seen = Seen::default();
    let consumer = seen.consumer(&endpoint, |stored| async move {
        sleep(SECOND * 5).await;
        match stored.delivery().id() {
            Some("evt_dead") => Consumed::GivenUp {
                kind: "status 410".into(),
            },
            _ => Consumed::Done,
        }
    });
    let spawn = |consumer| {
        Worker::new(inbox.clone())
            .consumer(consumer)
            .spawn()
            .unwrap()
    };
    let worker = spawn(consumer);
    send(&endpoint, "evt_dead", "invoice.paid").await;
    send(&endpoint, "evt_1", "invoice.paid").await;
    until(async || seen.len() == 2).await;
    clock.jump(YEAR);
    let ended = [JobState::Done, JobState::Dead];
    until(async || {
        jobs(inbox.table())
            .await
            .iter()
            .all(|job| ended.contains(&job.state))
    })
    .await;
    send(&endpoint, "evt_2", "invoice.paid").await;
    until(async || is_done(&inbox, 2).await).await;
    // A year later by its clock, the one that a person has to look at is still there.
    clock.jump(YEAR);
    sleep(SECOND * 120).await;
    let left = only(inbox.table()).await;
    assert_eq!(left.info.state, JobState::Dead);
    assert!(left.body.is_some());
    worker.drain(SECOND).await;
}
