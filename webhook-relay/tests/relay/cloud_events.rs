//! Messages as CloudEvents.

use serde_json::{Value, json};
use webhook_core::providers;
use webhook_core::testing::{TestPayload, TestSender};
use webhook_relay::{BinaryMode, CloudEvents, Message, Relay, RelayError};

use crate::bench::{
    Recorder, SECRET, done, event, inbox, settled, store, stripe, stripe_sender, work,
};

/// The message for a delivery of Stripe.
async fn relayed(
    envelope: CloudEvents,
    mode: BinaryMode,
    payload: impl Into<TestPayload>,
) -> Message {
    let (inbox, endpoint) = stripe();
    store(&endpoint, &stripe_sender(), payload).await;
    let recorder = Recorder::of_mode(mode);
    let relay = Relay::to(recorder.clone()).cloud_events(envelope);
    let _worker = work(&inbox, relay.build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    recorder.only()
}

async fn structured(payload: impl Into<TestPayload>) -> (Message, Value) {
    let message = relayed(CloudEvents::structured(), BinaryMode::HTTP, payload).await;
    let event = serde_json::from_slice(message.body()).unwrap();
    (message, event)
}

#[tokio::test]
async fn a_structured_event_is_one_json_document() {
    let (message, document) = structured(event("evt_1", "invoice.paid")).await;
    assert_eq!(message.content_type(), Some("application/cloudevents+json"));
    let received_at = message.stored().head().received_at().to_string();
    let expected = json!({
        "specversion": "1.0",
        "id": message.key(),
        "source": "/webhooks/stripe",
        "type": "invoice.paid",
        "time": received_at,
        "datacontenttype": "application/json",
        "provider": "stripe",
        "mode": "test",
        "eventid": "evt_1",
        "attempt": 1,
        "data": {"id": "evt_1", "type": "invoice.paid", "livemode": false},
    });
    assert_eq!(document, expected);
}

#[tokio::test]
async fn json_keeps_its_numbers_names_and_order() {
    let inner =
        r#"{"z":1.10,"id":"evt_1","big":12345678901234567890123,"a":[1e2, "\u00e9"],"a":2}"#;
    let (message, _) = structured(format!("\n{inner} ")).await;
    let text = std::str::from_utf8(message.body()).unwrap();
    assert!(text.ends_with(&format!("\"data\":{inner}}}")), "{text}");
}

#[tokio::test]
async fn a_body_that_is_not_json_is_in_base64() {
    // Signed bodies that are no JSON, whatever their content type says.
    for (body, content_type) in [
        ("a=1&b=2", "application/x-www-form-urlencoded"),
        ("{\"id\":", "application/json"),
        ("{}", "text/plain"),
    ] {
        let payload = TestPayload::new(body).content_type(content_type);
        let (message, document) = structured(payload).await;
        assert_eq!(document["datacontenttype"], content_type);
        assert_eq!(document.get("data"), None);
        let encoded = document["data_base64"].as_str().unwrap();
        use base64::Engine as _;
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded);
        assert_eq!(decoded.unwrap(), **message.stored().delivery().raw());
    }
}

#[tokio::test]
async fn an_event_without_a_type_is_of_the_type_of_its_provider() {
    let (_, document) = structured(r#"{"id":"evt_1"}"#).await;
    assert_eq!(document["type"], "stripe");
}

#[tokio::test]
async fn a_type_that_is_not_signed_is_marked() {
    let inbox = inbox();
    let github: TestSender = TestSender::new(providers::GITHUB, SECRET);
    let endpoint = github.endpoint().durable(inbox.clone()).build().unwrap();
    store(
        &endpoint,
        &github,
        TestPayload::from("{}").event_type("push"),
    )
    .await;
    let recorder = Recorder::new();
    let relay = Relay::to(recorder.clone()).cloud_events(CloudEvents::structured());
    let _worker = work(&inbox, relay.build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let event: Value = serde_json::from_slice(recorder.only().body()).unwrap();
    assert_eq!(event["type"], "push");
    assert_eq!(event["unsignedtype"], true);
    assert!(event["unsignedeventid"].is_string());
    assert_eq!(event.get("eventid"), None);
}

#[tokio::test]
async fn a_binary_event_is_the_body_with_headers_of_the_protocol() {
    for (mode, prefix) in [
        (BinaryMode::HTTP, "ce-"),
        (BinaryMode::NATS, "ce-"),
        (BinaryMode::KAFKA, "ce_"),
        (BinaryMode::AMQP, "cloudEvents_"),
    ] {
        let body = event("evt_1", "invoice.paid");
        let message = relayed(CloudEvents::binary(), mode, body.clone()).await;
        assert_eq!(message.body(), &body);
        assert_eq!(message.content_type(), Some("application/json"));
        let attribute = |name: &str| message.header(&format!("{prefix}{name}"));
        assert_eq!(attribute("specversion"), Some("1.0"));
        assert_eq!(attribute("id"), Some(message.key()));
        assert_eq!(attribute("source"), Some("/webhooks/stripe"));
        assert_eq!(attribute("type"), Some("invoice.paid"));
        assert_eq!(attribute("attempt"), Some("1"));
        // The content type is that of the message.
        assert_eq!(attribute("datacontenttype"), None);
    }
}

#[tokio::test]
async fn a_value_of_a_header_is_encoded_as_its_protocol_wants_it() {
    let body = || event("evt_1", "pa\u{e9} \\\"100%\\\"");
    let http = relayed(CloudEvents::binary(), BinaryMode::HTTP, body()).await;
    // HTTP protocol binding, section 3.1.3.2.
    assert_eq!(http.header("ce-type"), Some("pa%C3%A9%20%22100%25%22"));
    let kafka = relayed(CloudEvents::binary(), BinaryMode::KAFKA, body()).await;
    assert_eq!(kafka.header("ce_type"), Some("pa\u{e9} \"100%\""));
}

#[tokio::test]
async fn a_type_with_a_control_character_is_no_type() {
    let body = || event("evt_1", "a\\nb\\u0085");
    let message = relayed(CloudEvents::binary(), BinaryMode::KAFKA, body()).await;
    assert_eq!(message.header("ce_type"), Some("stripe"));
    let (_, document) = structured(body()).await;
    assert_eq!(document["type"], "stripe");
}

#[tokio::test]
async fn the_source_names_the_gateway_if_it_is_told() {
    let base = CloudEvents::structured().source("https://hooks.example.com/in/");
    let message = relayed(base.unwrap(), BinaryMode::HTTP, event("evt_1", "a")).await;
    let document: Value = serde_json::from_slice(message.body()).unwrap();
    assert_eq!(document["source"], "https://hooks.example.com/in/stripe");
    for invalid in ["", "a b", "https://h\n", "h\u{e9}", "a?b", "a#b", "<a>"] {
        let error = CloudEvents::structured().source(invalid).unwrap_err();
        assert!(matches!(error, RelayError::InvalidSource), "{invalid:?}");
    }
}
