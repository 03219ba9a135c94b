//! Workers that cannot start.

use webhook_core::Endpoint;
use webhook_worker::{Worker, WorkerError};

use crate::bench::{SECOND, SECRET, Seen, done, stripe};

#[tokio::test]
async fn a_worker_that_would_do_nothing_does_not_start() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let worker = || Worker::new(inbox.clone());
    let with = || worker().consumer(done(&seen, &endpoint));
    assert_eq!(worker().spawn().unwrap_err(), WorkerError::NoConsumer);
    assert_eq!(with().slots(0).spawn().unwrap_err(), WorkerError::NoSlot);
    assert_eq!(with().per_lane(0).spawn().unwrap_err(), WorkerError::NoSlot);
    let short = with().lease(SECOND / 2).spawn().unwrap_err();
    assert_eq!(short, WorkerError::LeaseTooShort { at_least: SECOND });
}

#[tokio::test]
async fn two_consumers_of_the_same_deliveries_are_an_error() {
    let (inbox, endpoint) = stripe();
    let seen = Seen::default();
    let twice = Worker::new(inbox.clone())
        .consumer(done(&seen, &endpoint))
        .consumer(done(&seen, &endpoint));
    let error = twice.spawn().unwrap_err();
    let (name, provider) = ("".into(), "stripe");
    assert_eq!(error, WorkerError::SameConsumer { name, provider });
    // Of another provider, or with another name, they are two.
    let github = Endpoint::github(SECRET).build().unwrap();
    let worker = Worker::new(inbox)
        .consumer(done(&seen, &endpoint))
        .consumer(done(&seen, &github))
        .named("mail", done(&seen, &endpoint));
    drop(worker.spawn().unwrap());
}

#[test]
fn a_worker_needs_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (inbox, endpoint) = runtime.block_on(async { stripe() });
    let worker = Worker::new(inbox).consumer(done(&Seen::default(), &endpoint));
    assert_eq!(worker.spawn().unwrap_err(), WorkerError::NoRuntime);
}
