//! Subscriptions that have to be confirmed: which ones, how often, and what happens to a delivery
//! meanwhile.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "../../webhook-test/vectors/loader.rs"]
mod loader;

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use serde_json::Value;
use webhook_core::providers::AWS_SNS;
use webhook_core::{
    Clock, Confirmation, Endpoint, Finished, Head, Intake, KeyError, KeyQuery, KeySource,
    RejectionKind, SecretSet, StaticKeys, UnixTime,
};

use common::block_on;
use loader::Vector;

const KEY: &str = include_str!("../../webhook-test/vectors/keys/rsa.pub.pem");
const SUBSCRIPTION: &str = "confirmation of a subscription";

/// Every vector with a genuine beginning of a subscription, in both versions of the signature.
const GENUINE: [&str; 3] = [
    SUBSCRIPTION,
    "version 1 accepted: confirmation in version 1",
    "version 1 accepted: confirmation in version 2",
];

/// A source that has the key, and confirms as it is told.
#[derive(Clone, Debug, Default)]
struct Source {
    visited: Arc<Mutex<Vec<String>>>,
    fails: Arc<AtomicBool>,
    /// Until it is let go, nothing is confirmed.
    held: Arc<AtomicBool>,
    at_once: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
}

impl Source {
    fn visited(&self) -> usize {
        self.visited.lock().unwrap().len()
    }
}

impl KeySource for Source {
    async fn fetch(&self, _: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        Ok(Some(KEY.into()))
    }

    async fn confirm(&self, confirmation: &Confirmation) -> Result<bool, KeyError> {
        assert_eq!(confirmation.provider(), "aws-sns");
        assert!(!format!("{confirmation:?}").contains("Token"));
        let url = confirmation.url().to_owned();
        self.visited.lock().unwrap().push(url);
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        std::future::poll_fn(|cx| match self.held.load(Ordering::SeqCst) {
            true => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            false => Poll::Ready(()),
        })
        .await;
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        match self.fails.load(Ordering::SeqCst) {
            true => Err(KeyError::unavailable()),
            false => Ok(true),
        }
    }
}

#[derive(Clone, Debug)]
struct Set(Arc<Mutex<UnixTime>>);

impl Clock for Set {
    fn now(&self) -> Option<UnixTime> {
        Some(*self.0.lock().unwrap())
    }
}

fn vector(name: &str) -> Vector {
    loader::named("aws-sns", name)
}

fn clock(vector: &Vector) -> Set {
    let now = UnixTime::from_secs(vector.now);
    Set(Arc::new(Mutex::new(now)))
}

fn endpoint(vector: &Vector, clock: &Set, source: impl KeySource) -> Endpoint {
    let builder = Endpoint::builder(AWS_SNS, SecretSet::fetched()).keys(source);
    let settings = vector.settings.iter();
    let builder = settings.fold(builder, |builder, (name, value)| {
        builder.setting(name, value.as_str())
    });
    builder.clock(clock.clone()).build().unwrap()
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    Answered(u16),
    Event,
    Refused(RejectionKind),
}

/// The delivery of a vector, which needs no headers.
fn whole(endpoint: &Endpoint, vector: &Vector) -> Intake {
    let headers: &[(&str, &str)] = &[];
    let head = Head {
        method: "POST",
        path_and_query: "/",
        headers: &headers.to_vec(),
    };
    let mut intake = endpoint.begin(&head).intake().unwrap();
    intake.push(vector.body().into()).unwrap();
    intake
}

fn receive(endpoint: &Endpoint, vector: &Vector) -> End {
    let finished = match whole(endpoint, vector).finish() {
        Ok(Finished::Pending(pending)) => block_on(pending.resolve()),
        finished => finished,
    };
    match finished {
        Ok(Finished::Answer(answer)) => End::Answered(answer.status()),
        Ok(Finished::Event(_)) => End::Event,
        Ok(_) => unreachable!("it was resolved"),
        Err(rejection) => End::Refused(rejection.kind()),
    }
}

#[test]
fn a_genuine_subscription_to_a_topic_of_ours_is_confirmed_and_no_event() {
    for name in GENUINE {
        let (source, vector) = (Source::default(), vector(name));
        let clock = clock(&vector);
        let endpoint = endpoint(&vector, &clock, source.clone());
        assert_eq!(receive(&endpoint, &vector), End::Answered(200), "{name}");
        let body: Value = serde_json::from_slice(&vector.body()).unwrap();
        let expected = body["SubscribeURL"].as_str().unwrap();
        assert_eq!(*source.visited.lock().unwrap(), [expected], "{name}");
        let counts = endpoint.counts();
        assert_eq!((counts.challenges, counts.verified, counts.done), (1, 1, 0));
    }
}

#[test]
fn copies_within_the_hour_are_answered_without_another_visit() {
    let (source, vector) = (Source::default(), vector(SUBSCRIPTION));
    let clock = clock(&vector);
    let endpoint = endpoint(&vector, &clock, source.clone());
    let start = clock.now().unwrap().as_secs();
    for (after, visits) in [(0, 1), (1, 1), (3599, 1), (3600, 2), (3601, 2)] {
        *clock.0.lock().unwrap() = UnixTime::from_secs(start + after);
        assert_eq!(receive(&endpoint, &vector), End::Answered(200));
        assert_eq!(source.visited(), visits, "{after} s after");
    }
}

#[test]
fn one_that_cannot_be_confirmed_is_503_and_tried_again_with_the_next_copy() {
    let (source, vector) = (Source::default(), vector(SUBSCRIPTION));
    source.fails.store(true, Ordering::SeqCst);
    let endpoint = endpoint(&vector, &clock(&vector), source.clone());
    let unavailable = End::Refused(RejectionKind::KeysUnavailable);
    assert_eq!(receive(&endpoint, &vector), unavailable);
    assert_eq!(endpoint.counts().challenges, 0);
    source.fails.store(false, Ordering::SeqCst);
    assert_eq!(receive(&endpoint, &vector), End::Answered(200));
    assert_eq!(source.visited(), 2);
}

#[test]
fn many_copies_at_once_are_one_visit() {
    let (source, vector) = (Source::default(), vector(SUBSCRIPTION));
    source.held.store(true, Ordering::SeqCst);
    let endpoint = endpoint(&vector, &clock(&vector), source.clone());
    std::thread::scope(|scope| {
        let (endpoint, vector) = (&endpoint, &vector);
        let runs: Vec<_> = (0..16)
            .map(|_| scope.spawn(move || receive(endpoint, vector)))
            .collect();
        while source.visited() == 0 {
            std::thread::yield_now();
        }
        source.held.store(false, Ordering::SeqCst);
        for run in runs {
            assert_eq!(run.join().unwrap(), End::Answered(200));
        }
    });
    assert_eq!(source.visited(), 1);
    assert_eq!(source.most_at_once.load(Ordering::SeqCst), 1);
}

#[test]
fn a_visit_that_is_dropped_is_made_by_the_next() {
    let (source, vector) = (Source::default(), vector(SUBSCRIPTION));
    source.held.store(true, Ordering::SeqCst);
    let endpoint = endpoint(&vector, &clock(&vector), source.clone());
    let Finished::Pending(pending) = whole(&endpoint, &vector).finish().unwrap() else {
        panic!("it has to be asked for");
    };
    {
        let mut resolving = pin!(pending.resolve());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(resolving.as_mut().poll(&mut cx).is_pending());
    }
    source.held.store(false, Ordering::SeqCst);
    assert_eq!(receive(&endpoint, &vector), End::Answered(200));
}

#[test]
fn what_is_forged_for_another_topic_or_no_beginning_leads_nowhere() {
    let mut confirmations = 0;
    for vector in loader::of("aws-sns") {
        let source = Source::default();
        let end = receive(&endpoint(&vector, &clock(&vector), source.clone()), &vector);
        let name = vector.name.as_str();
        if GENUINE.contains(&name) {
            continue;
        }
        confirmations += usize::from(name.starts_with("confirmation"));
        assert_eq!(source.visited(), 0, "{name}");
        assert!(!matches!(end, End::Answered(_)), "{name}: {end:?}");
    }
    assert!(confirmations > 5);
    let end = vector("confirmation of its end");
    let source = Source::default();
    let endpoint = endpoint(&end, &clock(&end), source);
    assert_eq!(receive(&endpoint, &end), End::Event);
}

#[test]
fn without_a_source_that_confirms_it_is_for_the_handler() {
    let vector = vector(SUBSCRIPTION);
    let body: Value = serde_json::from_slice(&vector.body()).unwrap();
    let url = body["SigningCertURL"].as_str().unwrap();
    let keys = StaticKeys::new().with(url, KEY);
    let asking = endpoint(&vector, &clock(&vector), keys);
    assert_eq!(receive(&asking, &vector), End::Event);
    let topics = vector.settings["topic_arn"].as_str();
    let configured = Endpoint::aws_sns(KEY)
        .setting("topic_arn", topics)
        .clock(clock(&vector));
    assert_eq!(receive(&configured.build().unwrap(), &vector), End::Event);
}
