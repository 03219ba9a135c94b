//! What an inbox makes of deliveries.

mod json;

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use webhook_core::replay::Owner;
use webhook_core::testing::{Plain, TestClock, TestSender};
use webhook_core::{Answer, Begun, Claimed, Endpoint, Finished, Head, SignedRequest, providers};
use webhook_inbox::{
    Ending, Failure, Inbox, InboxTable as _, Job, KeyRing, MemoryInbox, SealKeys, TakeRequest,
};

use crate::common::now;

fn inbox() -> Inbox<MemoryInbox> {
    let ring = KeyRing::new([("a", [7; 32])]).unwrap();
    Inbox::new(MemoryInbox::new(), SealKeys::new(&ring))
}

fn sender() -> TestSender<Plain> {
    TestSender::made_up(providers::STRIPE).clock(TestClock::new())
}

/// What an adapter does.
fn deliver(endpoint: &Endpoint, request: &SignedRequest) -> Claimed {
    let head = Head::new(request.method, &request.path_and_query, &request.headers);
    let Begun::Read(mut intake) = endpoint.begin(&head) else {
        panic!("the head is refused");
    };
    intake.push(request.body.clone()).unwrap();
    let Ok(Finished::Event(checked)) = intake.finish() else {
        panic!("the delivery is refused");
    };
    now(checked.claim()).unwrap()
}

fn take(inbox: &Inbox<MemoryInbox>) -> Vec<Job> {
    let request = TakeRequest::new(Owner::from_bits(1), 10, Duration::from_secs(60));
    now(inbox.table().take(&request)).unwrap().jobs
}

fn settle(inbox: &Inbox<MemoryInbox>, job: &Job, ending: &Ending) {
    now(inbox.table().settle(&job.lease, ending)).unwrap();
}

#[test]
fn each_consumer_gets_a_job_and_a_copy_gets_none() {
    let inbox = inbox().for_consumers(["mail", "ledger"]).unwrap();
    let sender = sender();
    let endpoint = sender.endpoint().durable(inbox.clone()).build().unwrap();
    let event = sender.event("invoice.paid", ());
    for request in sender.duplicate(&event) {
        let claimed = deliver(&endpoint, &request);
        let is_stored = matches!(claimed, Claimed::Stored(_) | Claimed::Duplicate(_));
        assert!(is_stored, "{claimed:?}");
    }
    let jobs = take(&inbox);
    let consumers: Vec<_> = jobs.iter().map(|job| &*job.lane.consumer).collect();
    assert_eq!(consumers, ["ledger", "mail"]);
    for job in &jobs {
        let opened = inbox.open(&endpoint, job).unwrap();
        assert_eq!(opened.delivery.event_type(), Some("invoice.paid"));
        assert_eq!(&*job.provider, "stripe");
    }
    assert_eq!(endpoint.counts().stored, 1);
}

#[test]
fn a_stored_delivery_is_answered_as_the_endpoint_says() {
    let sender = sender();
    let builder = || sender.endpoint().durable(inbox());
    let told = builder().answer_stored(|delivery| {
        let kind = delivery.event_type().unwrap();
        Answer::ok().with_text(kind.to_owned())
    });
    let panics = builder().answer_stored(|_| panic!("on purpose"));
    for (endpoint, body) in [(builder(), ""), (told, "invoice.paid"), (panics, "")] {
        let endpoint = endpoint.build().unwrap();
        let request = sender.signed(sender.event("invoice.paid", ()));
        let Claimed::Stored(answer) = deliver(&endpoint, &request) else {
            panic!("it is not stored");
        };
        assert_eq!(
            (answer.status(), &answer.body()[..]),
            (200, body.as_bytes())
        );
        let Claimed::Duplicate(answer) = deliver(&endpoint, &request) else {
            panic!("it is stored twice");
        };
        assert!(answer.body().is_empty(), "that of duplicates");
    }
}

#[test]
fn without_names_the_lane_is_that_of_the_endpoint() {
    let (inbox, sender) = (inbox(), sender());
    let endpoint = sender.endpoint().consumer("billing");
    let endpoint = endpoint.durable(inbox.clone()).build().unwrap();
    deliver(&endpoint, &sender.signed(sender.event("invoice.paid", ())));
    assert_eq!(&*take(&inbox)[0].lane.consumer, "billing");
}

#[test]
fn events_of_one_object_run_one_after_the_other() {
    let inbox = inbox().ordered_by(|delivery| {
        let is_ordered = delivery.event_type() != Some("ping");
        is_ordered.then_some("invoice/1")
    });
    let sender = sender();
    let endpoint = sender.endpoint().durable(inbox.clone()).build().unwrap();
    for name in ["created", "ping", "paid"] {
        deliver(&endpoint, &sender.signed(sender.event(name, ())));
    }
    let types = |jobs: &[Job]| -> Vec<String> {
        let opened = jobs.iter().map(|job| inbox.open(&endpoint, job).unwrap());
        let types = opened.map(|opened| opened.delivery.event_type().unwrap().to_owned());
        types.collect()
    };
    let first = take(&inbox);
    assert_eq!(types(&first), ["created", "ping"]);
    assert!(take(&inbox).is_empty(), "the other one waits");
    let failure = Failure::new("poison", Duration::ZERO);
    settle(&inbox, &first[0], &Ending::Dead { failure });
    assert_eq!(types(&take(&inbox)), ["paid"]);
}

#[test]
fn a_worker_hears_of_what_is_stored_and_not_of_copies() {
    let (inbox, sender) = (inbox(), sender());
    let endpoint = sender.endpoint().durable(inbox.clone()).build().unwrap();
    let mut cx = Context::from_waker(Waker::noop());
    let mut rung = pin!(inbox.rung());
    assert!(rung.as_mut().poll(&mut cx).is_pending());
    let event = sender.event("invoice.paid", ());
    let [first, copy] = [(); 2].map(|()| sender.signed(&event));
    deliver(&endpoint, &first);
    assert!(rung.as_mut().poll(&mut cx).is_ready());
    let mut rung = pin!(inbox.rung());
    deliver(&endpoint, &copy);
    assert!(rung.as_mut().poll(&mut cx).is_pending());
}

/// The defaults of a table: it has no transactions and tells nothing.
#[test]
fn a_table_without_transactions_says_so() {
    let (inbox, sender) = (inbox(), sender());
    let endpoint = sender.endpoint().durable(inbox.clone()).build().unwrap();
    deliver(&endpoint, &sender.signed(sender.event("invoice.paid", ())));
    let lease = take(&inbox)[0].lease;
    assert!(now(inbox.table().begin(&lease)).unwrap().is_none());
    let slot = webhook_core::replay::TransactionSlot::new(());
    let error = now(inbox.table().commit(&lease, &slot)).unwrap_err();
    assert_eq!(error.kind(), webhook_core::StoreErrorKind::Misconfigured);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(inbox.table().stored()).poll(&mut cx).is_pending());
}
