//! What a handler reads from a delivery: types of its own, and the query.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::error::Error as _;

use webhook_core::{
    Delivery, Endpoint, Event, EventFamily, EventType, FromDelivery, Head, PayloadError, Signer,
    UnixTime, providers,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const SECRET: &str = "whsec_0123456789abcdef";
const NO_HEADERS: [(&str, &str); 0] = [];

fn stripe(target: &str, body: &str) -> Delivery {
    let endpoint = Endpoint::stripe(SECRET).clock(NOW).build().unwrap();
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    let signed = signer.sign(NOW, body.to_owned());
    let head = Head::new("POST", target, &signed.headers);
    endpoint.verify(&head, signed.body.clone()).unwrap()
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Invoice {
    amount: u64,
}

/// The name of the provider, if the payload is text.
#[derive(Debug, PartialEq)]
struct Named(&'static str, usize);

impl FromDelivery for Named {
    fn from_delivery(delivery: &Delivery) -> Result<Self, PayloadError> {
        match std::str::from_utf8(delivery.payload()) {
            Ok(text) => Ok(Self(delivery.provider(), text.len())),
            Err(error) => Err(PayloadError::at("/the/place", error, delivery)),
        }
    }
}

#[test]
fn a_type_that_is_deserialized_is_read_from_the_json() {
    let event = Event::<Invoice>::parse(stripe("/", r#"{"amount":7}"#)).unwrap();
    assert_eq!(event.data, Invoice { amount: 7 });
    let error = Event::<Invoice>::parse(stripe("/", r#"{"amount":"x"}"#)).unwrap_err();
    assert_eq!(error.path(), "amount");
}

#[test]
fn a_type_of_its_own_reads_the_delivery() {
    let event = Event::<Named>::parse(stripe("/", "{}")).unwrap();
    assert_eq!(event.data, Named("stripe", 2));
}

#[test]
fn an_error_of_a_type_of_its_own_has_its_place_and_source_and_is_answered_422() {
    let endpoint = Endpoint::stripe(SECRET).clock(NOW).build().unwrap();
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    let signed = signer.sign(NOW, &b"\xff\xfe"[..]);
    let head = Head::new("POST", "/", &signed.headers);
    let delivery = endpoint.verify(&head, signed.body.clone()).unwrap();
    let error = Event::<Named>::parse(delivery).unwrap_err();
    assert_eq!(error.path(), "/the/place");
    assert_eq!(
        error.to_string(),
        "payload does not match the expected type at /the/place"
    );
    assert!(error.source().unwrap().is::<std::str::Utf8Error>());
    let answer = webhook_core::Answer::from(&error.rejection());
    assert_eq!(answer.status(), 422);
}

#[test]
fn a_place_is_cut_and_escaped_for_the_log() {
    let delivery = stripe("/", "{}");
    let place = format!("/a\n{}", "b".repeat(1000));
    let error = PayloadError::at(place, std::fmt::Error, &delivery);
    assert!(error.path().len() <= 210, "{}", error.path().len());
    assert!(!error.path().contains('\n'));
}

#[test]
fn the_query_is_as_received() {
    for (target, expected) in [
        ("/", None),
        ("/?", None),
        ("/hooks?a=1&b=%20x&a=2", Some("a=1&b=%20x&a=2")),
        ("/hooks?a=1?b", Some("a=1?b")),
    ] {
        assert_eq!(stripe(target, "{}").query(), expected, "{target}");
    }
}

#[test]
fn the_query_has_no_token() {
    let endpoint = Endpoint::ifthenpay(SECRET).clock(NOW).build().unwrap();
    for (query, expected) in [
        ("key=T&orderId=7", Some("orderId=7")),
        ("orderId=7&k%65y=T&amount=1", Some("orderId=7&amount=1")),
        ("key=T", None),
    ] {
        let target = format!("/callback?{}", query.replace('T', SECRET));
        let head = Head::new("GET", &target, &NO_HEADERS);
        let delivery = endpoint.verify(&head, "".into()).unwrap();
        assert_eq!(delivery.query(), expected, "{query}");
    }
}

#[test]
fn a_family_says_which_events_belong_to_it() {
    struct Untyped;
    impl EventType for Untyped {
        const TYPES: &'static [&'static str] = &[];
        const FAMILY: Option<EventFamily> = Some(EventFamily::new("untyped", |delivery| {
            delivery.event_type().is_none()
        }));
    }
    let family = Untyped::FAMILY.unwrap();
    assert_eq!(family.name(), "untyped");
    assert!(family.includes(&stripe("/", "{}")));
    assert!(!family.includes(&stripe("/", r#"{"type":"invoice.paid"}"#)));
}
