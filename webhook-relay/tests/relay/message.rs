//! What travels, and what does not.

use webhook_core::testing::{TestPayload, TestSender};
use webhook_core::{Endpoint, Identity, providers};
use webhook_inbox::JobState;
use webhook_relay::{Message, Relay, RelayError};

use crate::bench::{
    NOW, Recorder, SECRET, done, event, inbox, settled, store, store_event, stripe, stripe_sender,
    work, worker,
};

fn header_names(message: &Message) -> Vec<&str> {
    let mut names: Vec<_> = message.headers().map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn the_body_travels_as_it_was_verified_with_what_is_known_about_it() {
    let (inbox, endpoint) = stripe();
    let body =
        "{ \"id\":\"evt_1\",\n\"type\": \"invoice.paid\", \"livemode\": true, \"n\": 1.50 }\n";
    store(&endpoint, &stripe_sender(), body).await;
    let recorder = Recorder::new();
    let _worker = work(&inbox, Relay::to(recorder.clone()).build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let message = recorder.only();
    assert_eq!(message.body(), body);
    assert_eq!(message.content_type(), Some("application/json"));
    assert!(message.reference().is_none());
    let received_at = message.stored().head().received_at().to_string();
    for (name, value) in [
        ("webhook-id", message.key()),
        ("x-delivery-provider", "stripe"),
        ("x-delivery-type", "invoice.paid"),
        ("x-delivery-event-id", "evt_1"),
        ("x-delivery-mode", "live"),
        ("x-delivery-attempt", "1"),
        ("x-delivery-received-at", &received_at),
    ] {
        assert_eq!(message.header(name), Some(value), "{name}");
    }
    assert_eq!(header_names(&message).len(), 7);
}

#[tokio::test]
async fn the_key_is_that_of_the_event_in_all_attempts() {
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let recorder = Recorder::failing(2);
    let _worker = work(&inbox, Relay::to(recorder.clone()).build(endpoint));
    assert_eq!(settled(&inbox).await[0].0, JobState::Done);
    let messages = recorder.all();
    let attempts: Vec<_> = messages
        .iter()
        .map(|it| it.header("x-delivery-attempt"))
        .collect();
    assert_eq!(attempts, [Some("1"), Some("2"), Some("3")]);
    let replay_key = messages[0]
        .stored()
        .delivery()
        .replay_key()
        .copied()
        .unwrap();
    let hex: String = replay_key
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(messages.iter().all(|message| message.key() == hex));
    assert!(messages.iter().all(|message| message.dedup_key() == hex));
}

#[tokio::test]
async fn no_signature_and_no_token_travels_unless_it_is_asked_for() {
    for asks in [false, true] {
        let (inbox, endpoint) = stripe();
        let payload = TestPayload::from(event("evt_1", "a"))
            .header("authorization", "Bearer hidden")
            .header("cookie", "hidden")
            .header("user-agent", "Stripe/1.0");
        store(&endpoint, &stripe_sender(), payload).await;
        let recorder = Recorder::new();
        let mut relay = Relay::to(recorder.clone());
        if asks {
            relay = relay.pass_header("Stripe-Signature").unwrap();
            relay = relay.pass_header("authorization").unwrap();
        }
        let _worker = work(&inbox, relay.build(endpoint));
        assert_eq!(settled(&inbox).await, [done()]);
        let message = recorder.only();
        assert_eq!(message.header("stripe-signature").is_some(), asks);
        let values: Vec<_> = message.headers().map(|(_, value)| value).collect();
        assert!(values.iter().all(|value| !value.contains("hidden")));
        assert!(!values.contains(&"Stripe/1.0"));
    }
}

#[tokio::test]
async fn a_token_in_a_header_does_not_travel() {
    let inbox = inbox();
    let gitlab: TestSender = TestSender::new(providers::GITLAB_TOKEN, SECRET);
    let endpoint = gitlab.endpoint().durable(inbox.clone()).build().unwrap();
    let payload = TestPayload::from("{}").event_type("Push Hook");
    store(&endpoint, &gitlab, payload).await;
    let recorder = Recorder::new();
    let relay = Relay::to(recorder.clone()).pass_header("x-gitlab-token");
    let _worker = work(&inbox, relay.unwrap().build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let message = recorder.only();
    assert!(message.headers().all(|(_, value)| !value.contains(SECRET)));
}

#[tokio::test]
async fn what_is_not_signed_has_a_name_that_says_so() {
    let inbox = inbox();
    let github: TestSender = TestSender::new(providers::GITHUB, SECRET);
    let endpoint = github.endpoint().durable(inbox.clone()).build().unwrap();
    let payload = TestPayload::from(r#"{"action":"opened"}"#)
        .id("72d3162e-cc78-11e3-81ab-4c9367dc0958")
        .event_type("issues");
    store(&endpoint, &github, payload).await;
    let recorder = Recorder::new();
    let _worker = work(&inbox, Relay::to(recorder.clone()).build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let message = recorder.only();
    assert_eq!(message.header("x-delivery-unsigned-type"), Some("issues"));
    assert!(message.header("x-delivery-unsigned-event-id").is_some());
    assert_eq!(message.header("x-delivery-type"), None);
    assert_eq!(message.header("x-delivery-event-id"), None);
    assert_eq!(message.header("x-delivery-unsigned-body"), None);
}

#[tokio::test]
async fn two_relays_of_one_event_have_two_keys_for_an_engine_that_removes_duplicates() {
    let inbox = inbox().for_consumers(["audit", "ledger"]).unwrap();
    let endpoint = Endpoint::stripe(SECRET).clock(NOW).durable(inbox.clone());
    let endpoint = endpoint.build().unwrap();
    store_event(&endpoint, "evt_1", "a").await;
    let (audit, ledger) = (Recorder::new(), Recorder::new());
    let worker = worker(&inbox)
        .named("audit", Relay::to(audit.clone()).build(endpoint.clone()))
        .named("ledger", Relay::to(ledger.clone()).build(endpoint));
    let _worker = worker.spawn().unwrap();
    assert_eq!(settled(&inbox).await, [done(), done()]);
    let (audit, ledger) = (audit.only(), ledger.only());
    assert_eq!(audit.key(), ledger.key());
    assert_eq!(audit.dedup_key(), format!("{}.audit", audit.key()));
    assert_eq!(ledger.dedup_key(), format!("{}.ledger", ledger.key()));
    assert_eq!(audit.header("x-delivery-consumer"), Some("audit"));
}

#[tokio::test]
async fn events_that_nothing_tells_apart_have_two_keys() {
    let inbox = inbox();
    // Two of its notifications may have equal bodies.
    let dropbox: TestSender = TestSender::made_up(providers::DROPBOX);
    assert_eq!(dropbox.provider().identity(), Identity::Indistinct);
    let endpoint = dropbox.endpoint().durable(inbox.clone()).build().unwrap();
    store(&endpoint, &dropbox, "{}").await;
    store(&endpoint, &dropbox, "{}").await;
    let recorder = Recorder::failing(1);
    let relay = Relay::to(recorder.clone()).build(endpoint);
    let worker = worker(&inbox).slots(1).per_lane(1).consumer(relay);
    let _worker = worker.spawn().unwrap();
    let ends = settled(&inbox).await;
    assert!(ends.iter().all(|(state, _)| *state == JobState::Done));
    // One of the two had a second attempt, with its key.
    let mut keys: Vec<_> = recorder
        .all()
        .iter()
        .map(|it| it.key().to_owned())
        .collect();
    assert_eq!(keys.len(), 3);
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 2);
}

#[tokio::test]
async fn a_value_that_a_header_cannot_have_is_left_out() {
    let (inbox, endpoint) = stripe();
    let body = event("evt_1", "pay\\u00e9");
    store(&endpoint, &stripe_sender(), body).await;
    let recorder = Recorder::new();
    let _worker = work(&inbox, Relay::to(recorder.clone()).build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let message = recorder.only();
    assert_eq!(message.header("x-delivery-type"), None);
    assert_eq!(message.header("x-delivery-event-id"), Some("evt_1"));
}

#[test]
fn a_header_that_an_engine_obeys_cannot_be_passed_on() {
    for name in [
        "nats-msg-id",
        "Nats-Rollup",
        "webhook-id",
        "x-delivery-tenant",
        "ce-id",
    ] {
        let error = Relay::to(Recorder::new()).pass_header(name).unwrap_err();
        assert!(matches!(error, RelayError::ReservedHeader { .. }), "{name}");
    }
}

#[tokio::test]
async fn debug_shows_no_payload_and_no_secret() {
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_hidden", "type_hidden").await;
    let recorder = Recorder::new();
    let _worker = work(&inbox, Relay::to(recorder.clone()).build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let shown = format!("{:?}", recorder.only());
    assert!(!shown.contains("hidden"), "{shown}");
}
