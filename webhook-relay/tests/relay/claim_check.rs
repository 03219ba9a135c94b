//! Bodies that are too long for a message.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use webhook_inbox::JobState;
use webhook_relay::{BodyStore, CloudEvents, Reference, ReferenceError, Relay};

use crate::bench::{
    Recorder, done, event, settled, store, store_event, stripe, stripe_sender, work,
};

/// An event of Stripe whose body has this many bytes.
fn long(size: usize) -> String {
    let mut body = event("evt_1", "a");
    body.insert_str(1, &" ".repeat(size - body.len()));
    body
}

#[tokio::test]
async fn only_a_body_above_the_limit_is_replaced_by_a_reference() {
    for (limit, size, is_replaced) in [
        (None, 256 * 1024, false),
        (None, 256 * 1024 + 1, true),
        (Some(100), 100, false),
        (Some(100), 101, true),
        (Some(0), 100, true),
    ] {
        let (inbox, endpoint) = stripe();
        store(&endpoint, &stripe_sender(), long(size)).await;
        let recorder = Recorder::new();
        let mut relay = Relay::to(recorder.clone());
        if let Some(limit) = limit {
            relay = relay.claim_check_above(limit);
        }
        let _worker = work(&inbox, relay.build(endpoint));
        assert_eq!(settled(&inbox).await, [done()]);
        let message = recorder.only();
        assert_eq!(
            message.reference().is_some(),
            is_replaced,
            "{limit:?} {size}"
        );
        assert_eq!(message.body().len() == size, !is_replaced);
    }
}

#[tokio::test]
async fn a_receiver_finds_the_body_in_the_inbox_and_checks_it() {
    let (inbox, endpoint) = stripe();
    let body = long(2000);
    store(&endpoint, &stripe_sender(), body.clone()).await;
    let recorder = Recorder::new();
    let relay = Relay::to(recorder.clone()).claim_check_above(1000);
    let _worker = work(&inbox, relay.build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let message = recorder.only();
    assert_eq!(message.content_type(), Some(Reference::CONTENT_TYPE));

    // What the receiver does.
    let reference = Reference::parse(message.body()).unwrap();
    assert_eq!(reference.key(), message.key());
    assert_eq!(reference.size(), 2000);
    assert_eq!(reference.content_type(), Some("application/json"));
    assert_eq!(reference.location(), None);
    assert_eq!(reference.find_in(inbox.table()).await.unwrap(), body);
    assert!(reference.check(body.as_bytes()).is_ok());
    for other in [
        body.replacen(' ', "\t", 1),
        body[1..].to_owned(),
        String::new(),
    ] {
        let error = reference.check(other.as_bytes()).unwrap_err();
        assert!(matches!(error, ReferenceError::OtherBody));
    }
}

#[tokio::test]
async fn a_reference_to_a_body_that_is_gone_or_another_one_is_an_error() {
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let recorder = Recorder::new();
    let relay = Relay::to(recorder.clone()).claim_check_above(0);
    let _worker = work(&inbox, relay.build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let reference = Reference::parse(recorder.only().body()).unwrap();

    let (empty, _) = stripe();
    let error = reference.find_in(empty.table()).await.unwrap_err();
    assert!(matches!(error, ReferenceError::Pruned));
    // Another table has another body under this number.
    let (other, endpoint) = stripe();
    store_event(&endpoint, "evt_2", "a").await;
    let error = reference.find_in(other.table()).await.unwrap_err();
    assert!(matches!(error, ReferenceError::OtherBody));
    let error = Reference::parse(b"{\"key\":1}").unwrap_err();
    assert!(matches!(error, ReferenceError::Format(_)));
}

/// Bodies by the keys of their events. It fails as long as it is told.
#[derive(Clone, Default)]
struct Bucket {
    bodies: Arc<Mutex<HashMap<String, Bytes>>>,
    failures: Arc<Mutex<usize>>,
}

impl BodyStore for Bucket {
    async fn put(
        &self,
        reference: &Reference,
        body: &Bytes,
    ) -> Result<String, Box<dyn Error + Send + Sync>> {
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err("the bucket is away".into());
        }
        let key = reference.key().to_owned();
        let location = format!("bucket:{key}");
        self.bodies.lock().unwrap().insert(key, body.clone());
        Ok(location)
    }
}

#[tokio::test]
async fn a_store_of_the_application_keeps_the_body_before_the_message_is_sent() {
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let (recorder, bucket) = (Recorder::new(), Bucket::default());
    *bucket.failures.lock().unwrap() = 1;
    let relay = Relay::to(recorder.clone())
        .claim_check_above(0)
        .body_store(bucket.clone());
    let _worker = work(&inbox, relay.build(endpoint));
    let failed = (JobState::Done, Some("body store".to_owned()));
    assert_eq!(settled(&inbox).await, [failed]);
    // Nothing was sent by the attempt that could not keep the body.
    let message = recorder.only();
    let reference = Reference::parse(message.body()).unwrap();
    let location = format!("bucket:{}", message.key());
    assert_eq!(reference.location(), Some(&*location));
    let bodies = bucket.bodies.lock().unwrap();
    assert!(reference.check(&bodies[message.key()]).is_ok());
}

#[tokio::test]
async fn an_envelope_names_the_location_of_the_body() {
    for envelope in [CloudEvents::structured(), CloudEvents::binary()] {
        let (inbox, endpoint) = stripe();
        store_event(&endpoint, "evt_1", "a").await;
        let recorder = Recorder::new();
        let relay = Relay::to(recorder.clone())
            .claim_check_above(0)
            .body_store(Bucket::default())
            .cloud_events(envelope.clone());
        let _worker = work(&inbox, relay.build(endpoint));
        assert_eq!(settled(&inbox).await, [done()]);
        let message = recorder.only();
        let location = format!("bucket:{}", message.key());
        let reference = match message.header("ce-dataref") {
            Some(dataref) => {
                assert_eq!(dataref, location);
                message.body().to_vec()
            }
            None => {
                let event: serde_json::Value = serde_json::from_slice(message.body()).unwrap();
                assert_eq!(event["dataref"], location);
                assert_eq!(event["datacontenttype"], Reference::CONTENT_TYPE);
                event["data"].to_string().into_bytes()
            }
        };
        let reference = Reference::parse(&reference).unwrap();
        assert_eq!(reference.key(), message.key());
    }
}
