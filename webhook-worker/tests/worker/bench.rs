//! What the tests have in common: a sender, an inbox, and a consumer that records.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use webhook_core::secret_store::KeyRing;
use webhook_core::testing::TestSender;
use webhook_core::{Claimed, Clock, Endpoint, EndpointBuilder, Finished, Head, SealKeys, UnixTime};
use webhook_inbox::{Inbox, InboxTable, JobFilter, JobInfo, JobState, MemoryInbox, StoredJob};
use webhook_worker::{Consumed, Consumer, Stored, consumer_fn};

pub(crate) const SECRET: &str = "whsec_0123456789abcdef";
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// When each test begins. Endpoints stay there: freshness is not what is tested.
pub(crate) const START: UnixTime = UnixTime::from_secs(1_800_000_000);

/// The time of the runtime, which a test may pause.
#[derive(Clone)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    fn now(&self) -> Option<UnixTime> {
        Some(START.saturating_add(self.0.elapsed()))
    }
}

impl fmt::Debug for RuntimeClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RuntimeClock")
    }
}

pub(crate) fn keys() -> SealKeys {
    SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("1").unwrap()).unwrap())
}

pub(crate) fn memory() -> MemoryInbox {
    MemoryInbox::with_clock(RuntimeClock(Instant::now()))
}

/// An inbox in memory, and the endpoint of Stripe that stores in it.
pub(crate) fn stripe() -> (Inbox<MemoryInbox>, Endpoint) {
    let inbox = Inbox::new(memory(), keys());
    let endpoint = durable(Endpoint::stripe(SECRET), inbox.clone());
    (inbox, endpoint)
}

pub(crate) fn durable<T: InboxTable>(endpoint: EndpointBuilder, inbox: Inbox<T>) -> Endpoint {
    endpoint.clock(START).durable(inbox).build().unwrap()
}

/// Sends a delivery of an event with this id and type.
pub(crate) async fn send(endpoint: &Endpoint, id: &str, kind: &str) {
    let stripe: TestSender = TestSender::stripe(SECRET).clock(START);
    let signed = stripe.signed(format!(r#"{{"id":"{id}","type":"{kind}"}}"#));
    let head = Head::new("POST", "/hooks", &signed.headers);
    let mut intake = endpoint.begin(&head).intake().unwrap();
    intake.push(signed.body.clone()).unwrap();
    let Finished::Event(checked) = intake.finish().unwrap() else {
        panic!("no event")
    };
    assert!(matches!(checked.claim().await, Ok(Claimed::Stored(_))));
}

/// What a consumer has seen: for each run, the event's id and the attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<(String, u32)>>>);

impl Seen {
    pub(crate) fn all(&self) -> Vec<(String, u32)> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    fn push(&self, stored: &Stored) {
        let id = stored.delivery().id().unwrap_or_default().to_owned();
        self.0
            .lock()
            .unwrap()
            .push((id, stored.delivery().attempt()));
    }

    /// A consumer that records, and then ends like this.
    pub(crate) fn consumer<F, Fut>(
        &self,
        endpoint: &Endpoint,
        ends: F,
    ) -> impl Consumer + use<F, Fut>
    where
        F: Fn(Stored) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Consumed> + Send + 'static,
    {
        let seen = self.clone();
        consumer_fn(endpoint.clone(), move |stored: Stored| {
            seen.push(&stored);
            ends(stored)
        })
    }
}

/// A consumer that succeeds.
pub(crate) fn done(seen: &Seen, endpoint: &Endpoint) -> impl Consumer + use<> {
    seen.consumer(endpoint, |_| async { Consumed::Done })
}

/// All jobs of a table.
pub(crate) async fn jobs<T: InboxTable>(table: &T) -> Vec<JobInfo> {
    table
        .list(&JobFilter::default(), None, 1000)
        .await
        .unwrap()
        .jobs
}

/// The only job of a table.
pub(crate) async fn only<T: InboxTable>(table: &T) -> StoredJob {
    let jobs = jobs(table).await;
    assert_eq!(jobs.len(), 1);
    table.find(jobs[0].id).await.unwrap().unwrap()
}

/// Lets time pass until a condition holds.
pub(crate) async fn until<Fut: Future<Output = bool>>(holds: impl Fn() -> Fut) {
    for _ in 0..100_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never holds");
}

/// Lets time pass until all jobs of a table are in this state.
pub(crate) async fn until_all<T: InboxTable>(table: &T, state: JobState) {
    until(async || jobs(table).await.iter().all(|job| job.state == state)).await;
}
