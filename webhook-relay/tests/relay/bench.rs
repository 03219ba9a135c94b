//! What the tests have in common: senders, an inbox, a worker, and an engine that records.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use webhook_core::secret_store::KeyRing;
use webhook_core::testing::{Plain, TestPayload, TestSender};
use webhook_core::{Claimed, Endpoint, Finished, Head, SealKeys, SignedRequest, UnixTime};
use webhook_inbox::{Inbox, InboxTable, JobFilter, JobInfo, JobState, MemoryInbox};
use webhook_relay::{BinaryMode, Engine, Message};
use webhook_worker::{Consumed, Consumer, RestPolicy, RetryPolicy, RunningWorker, Worker};

pub(crate) const SECRET: &str = "whsec_0123456789abcdef";
/// 2027-01-15T08:00:00Z.
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// An inbox in memory.
pub(crate) fn inbox() -> Inbox<MemoryInbox> {
    let ring = KeyRing::parse(&KeyRing::fresh_entry("1").unwrap()).unwrap();
    Inbox::new(MemoryInbox::new(), SealKeys::new(&ring))
}

/// An inbox in memory, and the endpoint of Stripe that stores in it.
pub(crate) fn stripe() -> (Inbox<MemoryInbox>, Endpoint) {
    let inbox = inbox();
    let endpoint = Endpoint::stripe(SECRET).clock(NOW).durable(inbox.clone());
    (inbox, endpoint.build().unwrap())
}

pub(crate) fn stripe_sender() -> TestSender {
    TestSender::stripe(SECRET).clock(NOW)
}

/// An event of Stripe with this id and type.
pub(crate) fn event(id: &str, kind: &str) -> String {
    format!(r#"{{"id":"{id}","type":"{kind}","livemode":false}}"#)
}

/// Stores what a sender signs.
pub(crate) async fn store(
    endpoint: &Endpoint,
    sender: &TestSender<Plain>,
    payload: impl Into<TestPayload>,
) {
    let signed: SignedRequest = sender.signed(payload);
    let head = Head::new(signed.method, &signed.path_and_query, &signed.headers);
    let mut intake = endpoint.begin(&head).intake().unwrap();
    intake.push(signed.body.clone()).unwrap();
    let Finished::Event(checked) = intake.finish().unwrap() else {
        panic!("no event")
    };
    assert!(matches!(checked.claim().await, Ok(Claimed::Stored(_))));
}

/// Stores an event of Stripe.
pub(crate) async fn store_event(endpoint: &Endpoint, id: &str, kind: &str) {
    store(endpoint, &stripe_sender(), event(id, kind)).await;
}

/// A worker with this consumer that retries at once.
pub(crate) fn work(inbox: &Inbox<MemoryInbox>, consumer: impl Consumer) -> RunningWorker {
    let worker = worker(inbox).consumer(consumer);
    worker.spawn().unwrap()
}

/// A worker that retries at once, and never gives up.
pub(crate) fn worker(inbox: &Inbox<MemoryInbox>) -> Worker<MemoryInbox> {
    let soon = Duration::from_millis(1);
    let retry = RetryPolicy::default()
        .waits(soon, soon)
        .max_attempts(u32::MAX);
    Worker::new(inbox.clone())
        .retry(retry)
        .rest(RestPolicy::new(u32::MAX, soon, soon))
        .poll_interval(Duration::from_millis(5))
}

/// All jobs of a table.
pub(crate) async fn jobs(inbox: &Inbox<MemoryInbox>) -> Vec<JobInfo> {
    let filter = JobFilter::default();
    inbox.table().list(&filter, None, 1000).await.unwrap().jobs
}

/// Waits until no job is due or running, and returns the states and the last failures.
pub(crate) async fn settled(inbox: &Inbox<MemoryInbox>) -> Vec<(JobState, Option<String>)> {
    loop {
        let jobs = jobs(inbox).await;
        let is_open = |job: &JobInfo| matches!(job.state, JobState::Due | JobState::Running);
        if !jobs.iter().any(is_open) {
            let end = |job: JobInfo| (job.state, job.error.map(Into::into));
            return jobs.into_iter().map(end).collect();
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Waits until a job has failed in this way.
pub(crate) async fn failed_with(inbox: &Inbox<MemoryInbox>, kind: &str) {
    let has_failed = |job: &JobInfo| job.error.as_deref() == Some(kind);
    while !jobs(inbox).await.iter().any(has_failed) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Waits until an attempt of a job has failed, in whatever way.
pub(crate) async fn failed(inbox: &Inbox<MemoryInbox>) {
    while !jobs(inbox).await.iter().any(|job| job.error.is_some()) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub(crate) fn done() -> (JobState, Option<String>) {
    (JobState::Done, None)
}

pub(crate) fn parked(kind: &str) -> (JobState, Option<String>) {
    (JobState::Parked, Some(kind.to_owned()))
}

/// A name that no other run has.
pub(crate) fn unique(name: &str) -> String {
    let entry = KeyRing::fresh_entry(name).unwrap();
    let random: String = entry.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("relaytest-{}", &random[..24])
}

/// An engine that records messages, and fails as often as it is told.
#[derive(Clone)]
pub(crate) struct Recorder {
    messages: Arc<Mutex<Vec<Message>>>,
    failures: usize,
    mode: BinaryMode,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self {
            messages: Arc::default(),
            failures: 0,
            mode: BinaryMode::HTTP,
        }
    }

    pub(crate) fn failing(failures: usize) -> Self {
        let recorder = Self::new();
        Self {
            failures,
            ..recorder
        }
    }

    pub(crate) fn of_mode(mode: BinaryMode) -> Self {
        let recorder = Self::new();
        Self { mode, ..recorder }
    }

    pub(crate) fn all(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }

    pub(crate) fn only(&self) -> Message {
        let [message] = &*self.all() else {
            panic!("there are several messages, or none")
        };
        message.clone()
    }
}

impl Engine for Recorder {
    fn binary_mode(&self) -> BinaryMode {
        self.mode
    }

    async fn publish(&self, message: &Message) -> Consumed {
        let mut messages = self.messages.lock().unwrap();
        messages.push(message.clone());
        match messages.len() <= self.failures {
            true => Consumed::failed("not yet"),
            false => Consumed::Done,
        }
    }
}
