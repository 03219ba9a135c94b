//! Endpoints that store deliveries instead of running a handler.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use webhook_core::replay::Owner;
use webhook_core::testing::{Plain, TestClock, TestSender};
use webhook_core::{
    Delivery, EndpointBuilder, OnStoreError, Provider, Questions, RejectionKind, StoreError,
    StoreErrorKind, providers,
};
use webhook_inbox::{
    Accepted, Acceptor, Inbox, InboxTable as _, KeyRing, MemoryInbox, SealKeys, StoredHead,
    TakeRequest,
};

use crate::doors::{Door, PATH, Ran, Tower};
use crate::{Report, events, played};

fn inbox() -> Inbox<MemoryInbox> {
    let ring = KeyRing::new([("a", [7; 32])]).unwrap();
    Inbox::new(MemoryInbox::new(), SealKeys::new(&ring))
}

fn sender<D: Door>(provider: &Provider) -> TestSender<D::Framework> {
    let sender = TestSender::made_up(*provider).path(PATH);
    sender.clock(TestClock::new())
}

pub(crate) async fn a_durable_endpoint_stores_what_it_would_have_run<D: Door>() {
    let mut report = Report::default();
    for provider in played() {
        // Those run at once.
        if provider.questions() != Questions::None {
            continue;
        }
        let (sender, inbox, ran) = (sender::<D>(provider), inbox(), Ran::default());
        let endpoint = sender.endpoint().durable(inbox.clone()).build().unwrap();
        let door = D::open(endpoint.clone(), ran.clone()).await;
        let event = sender.event(events::a_type(provider), ());
        for request in sender.duplicate(&event) {
            let status = door.send(request).await;
            report.check::<D, _>(provider, "answer", status, 200);
        }
        let forged = door.send(sender.forged(&event)).await;
        report.check::<D, _>(provider, "forged", forged, 401);
        report.check::<D, _>(provider, "runs", ran.take().len(), 0);

        let request = TakeRequest::new(Owner::from_bits(1), 9, Duration::from_secs(60));
        let jobs = inbox.table().take(&request).await.unwrap().jobs;
        let expected = if sender.knows_duplicates() { 1 } else { 2 };
        report.check::<D, _>(provider, "jobs", jobs.len(), expected);
        for job in &jobs {
            let opened = inbox.open(&endpoint, job).unwrap();
            let text = |label: Option<&str>| label.map(str::to_owned);
            let delivery = &opened.delivery;
            let labels = (text(delivery.id()), text(delivery.event_type()));
            let (found, expected) = (events::present(&labels), events::labels(provider));
            report.check::<D, _>(provider, "labels", found, expected);
            let target = opened.head.path_and_query().starts_with(PATH);
            report.check::<D, _>(provider, "target", target, true);
        }
        let counts = endpoint.counts();
        report.check::<D, _>(provider, "stored", counts.stored, jobs.len() as u64);
        report.check::<D, _>(provider, "done", counts.done, 0);
    }
}

/// An inbox that always answers this.
#[derive(Debug)]
struct Always(fn() -> Result<Accepted, StoreError>);

impl Acceptor for Always {
    async fn accept(&self, _: &Delivery, _: &StoredHead) -> Result<Accepted, StoreError> {
        (self.0)()
    }
}

pub(crate) async fn an_inbox_that_fails_or_is_busy_is_answered_503_and_nothing_runs<D: Door>() {
    let retry_after = Duration::from_secs(3);
    let busy = || {
        Ok(Accepted::BeingStored {
            retry_after: Duration::from_secs(3),
        })
    };
    assert_eq!(busy().unwrap(), Accepted::BeingStored { retry_after });
    for (answer, kind) in [
        (Always(busy), RejectionKind::InFlight),
        (
            Always(|| Err(StoreErrorKind::Full.into())),
            RejectionKind::StoreUnavailable,
        ),
    ] {
        let sender = sender::<D>(&providers::STRIPE);
        // Not even then: nothing would remember what ran.
        let endpoint = sender
            .endpoint()
            .on_store_error(OnStoreError::RunUnprotected);
        let endpoint = endpoint.durable(answer).build().unwrap();
        let ran = Ran::default();
        let door = D::open(endpoint.clone(), ran.clone()).await;
        let event = sender.event("invoice.paid", ());
        assert_eq!(door.send(sender.signed(&event)).await, 503, "{}", D::NAME);
        assert!(ran.take().is_empty(), "{}", D::NAME);
        let counts = endpoint.counts();
        assert_eq!((counts.rejected(kind), counts.stored), (1, 0));
    }
}

/// An inbox that stores when it is told to.
#[derive(Debug)]
struct Slow {
    inbox: Inbox<MemoryInbox>,
    told: Arc<Notify>,
}

impl Acceptor for Slow {
    async fn accept(&self, delivery: &Delivery, head: &StoredHead) -> Result<Accepted, StoreError> {
        self.told.notified().await;
        self.inbox.accept(delivery, head).await
    }
}

/// The sender is told to come again, and then it is known what became of its first try.
#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_stored_too_late_is_answered_503_and_its_copy_200() {
    let sender = sender::<Tower>(&providers::STRIPE);
    let (inbox, told) = (inbox(), Arc::new(Notify::new()));
    let slow = Slow {
        inbox: inbox.clone(),
        told: told.clone(),
    };
    let endpoint = sender.endpoint().durable(slow).build().unwrap();
    let ran = Ran::default();
    let door = Tower::open(endpoint.clone(), ran.clone()).await;
    let [first, copy] = sender.duplicate(sender.event("invoice.paid", ()));
    assert_eq!(door.send(first).await, 503);
    assert_eq!(inbox.table().stats().await.unwrap().due, 0);
    // The first one's call goes on, and so does that of its copy.
    told.notify_one();
    tokio::task::yield_now().await;
    assert_eq!(inbox.table().stats().await.unwrap().due, 1);
    told.notify_one();
    assert_eq!(door.send(copy).await, 200);
    assert_eq!(inbox.table().stats().await.unwrap().due, 1);
    assert!(ran.take().is_empty());
    assert_eq!(endpoint.counts().duplicates, 1);
}

/// A copy that is not known as one would be stored again and again.
#[test]
fn a_durable_endpoint_without_replay_protection_is_refused() {
    let sender: TestSender<Plain> = TestSender::made_up(providers::STRIPE);
    let builder: EndpointBuilder = sender.endpoint().durable(inbox());
    let refused = builder.without_replay_protection().build().unwrap_err();
    let text = refused.to_string();
    assert!(text.contains("replay protection"), "{text}");
}
