//! Deliveries that are sealed for a store, and unsealed later.

#![cfg(all(feature = "inbox", feature = "testing"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/random.rs"]
mod random;

use bytes::Bytes;
use proptest::prelude::*;
use webhook_core::secret_store::KeyRing;
use webhook_core::testing::{MockEvent, TestClock, TestSender};
use webhook_core::{
    Delivery, Endpoint, Head, Provider, SealKeys, SealedDelivery, SecretSet, SignedRequest, Signer,
    StoredHead, UnixTime, UnsealError, providers,
};

const SECRET: &str = "whsec_0123456789abcdef0123";
const BODY: &str = r#"{"id":"evt_1","type":"invoice.paid","livemode":false}"#;
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn keys(ring: &[(&str, u8)]) -> SealKeys {
    let ring = ring.iter().map(|(id, byte)| (*id, [*byte; 32]));
    SealKeys::new(&KeyRing::new(ring).unwrap())
}

fn stripe() -> Endpoint {
    Endpoint::stripe(SECRET).clock(NOW).build().unwrap()
}

fn request() -> SignedRequest {
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    signer.sign(NOW, BODY)
}

/// A delivery of this endpoint, and its sealed record.
fn sealed(endpoint: &Endpoint, keys: &SealKeys) -> (Delivery, SealedDelivery) {
    let request = request();
    let head = Head::new("POST", "/hooks", &request.headers);
    let delivery = endpoint.verify(&head, request.body.clone()).unwrap();
    let stored = StoredHead::new(&delivery, &head, NOW);
    let sealed = delivery.seal(keys, &stored);
    (delivery, sealed)
}

/// Everything that a handler can ask a delivery, except for its claim.
fn facts(delivery: &Delivery) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        (
            delivery.provider(),
            delivery.tenant().map(str::to_owned),
            delivery.consumer().map(str::to_owned),
            delivery.id().map(str::to_owned),
            delivery.event_type().map(str::to_owned),
            delivery.action().map(std::borrow::Cow::into_owned),
        ),
        delivery.mode(),
        *delivery.proof(),
        delivery.raw().clone(),
        (
            delivery.payload().clone(),
            delivery.query().map(str::to_owned),
        ),
        delivery.attempt(),
        delivery.replay_key().copied(),
        delivery.is_remembered(),
        delivery.claim_request().map(|request| {
            let times = [request.lease, request.retain, request.protect];
            (times, request.fingerprint, request.bound)
        }),
    )
}

/// The providers whose deliveries the kit can play and that need no key of the network.
fn played() -> Vec<&'static Provider> {
    let all = Provider::ALL.iter();
    all.filter(|provider| <TestSender>::can_sign(provider))
        .collect()
}

/// Seals and unseals a delivery of this sender. `None`: it is a challenge, or has to be confirmed.
fn round_trip(sender: &TestSender, event: MockEvent) -> Option<()> {
    let template = sender.endpoint().consumer("billing").build().unwrap();
    let request = sender.signed(event);
    let target = &request.path_and_query;
    let head = Head::new(request.method, target, &request.headers);
    let delivery = template.verify(&head, request.body.clone()).ok()?;
    let keys = keys(&[("a", 1)]);
    let stored = StoredHead::new(&delivery, &head, NOW).with_route("/hooks/{name}");
    let sealed = SealedDelivery::from_bytes(delivery.seal(&keys, &stored).as_bytes().clone());
    let opened = template.unseal(&keys, &sealed, delivery.raw().clone(), 1);
    let opened = opened.unwrap();
    assert_eq!(facts(&opened.delivery), facts(&delivery));
    assert!(opened.head == stored, "{:?}", sender.provider().name());
    assert!(opened.delivery.fence().is_none());
    Some(())
}

#[test]
fn the_samples_of_every_provider_are_the_same_after_they_were_stored() {
    let mut stored = 0;
    let mut left_out = Vec::new();
    for provider in played() {
        let sender = <TestSender>::made_up(*provider).clock(TestClock::new());
        let mut kinds = MockEvent::samples(provider);
        kinds.push("a.type".to_owned());
        let events = kinds
            .iter()
            .map(|kind| sender.event(kind, serde_json::json!({})));
        let played = events
            .filter_map(|event| round_trip(&sender, event))
            .count();
        if played == 0 {
            left_out.push(provider.name());
        }
        stored += played;
    }
    assert!(stored > 100, "{stored}");
    assert!(left_out.is_empty(), "{left_out:?}");
}

proptest! {
    #![proptest_config(random::draws(256))]

    #[test]
    fn any_delivery_of_any_provider_is_the_same_after_it_was_stored(
        provider in any::<prop::sample::Index>(),
        kind in "[a-z]{1,9}(\\.[a-z]{1,9}){0,2}",
        text in any::<String>(),
        number in any::<i64>(),
    ) {
        let providers = played();
        let provider = provider.get(&providers);
        let sender = <TestSender>::made_up(**provider).clock(TestClock::new());
        let data = serde_json::json!({ "text": text, "number": number });
        let _ = round_trip(&sender, sender.event(&kind, data));
    }

    /// Whatever an attacker makes of a row, it does not open, and nothing panics.
    #[test]
    fn a_row_that_was_changed_does_not_open(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..9),
        cut in 0..9_usize,
    ) {
        let (endpoint, keys) = (stripe(), keys(&[("a", 1)]));
        let (delivery, sealed) = sealed(&endpoint, &keys);
        let mut other = sealed.as_bytes().to_vec();
        let at = at.index(other.len());
        let end = (at + cut).min(other.len());
        other.splice(at..end, bytes);
        prop_assume!(other != *sealed.as_bytes());
        let other = SealedDelivery::from_bytes(other);
        let opened = endpoint.unseal(&keys, &other, delivery.raw().clone(), 1);
        prop_assert!(opened.is_err());
    }
}

#[test]
fn a_bit_anywhere_in_the_record_or_the_body_keeps_it_closed() {
    let (endpoint, keys) = (stripe(), keys(&[("a", 1)]));
    let (delivery, sealed) = sealed(&endpoint, &keys);
    let (record, body) = (sealed.as_bytes(), delivery.raw());
    for bit in 0..record.len() * 8 {
        let mut other = record.to_vec();
        other[bit / 8] ^= 1 << (bit % 8);
        let other = SealedDelivery::from_bytes(other);
        let opened = endpoint.unseal(&keys, &other, body.clone(), 1);
        assert!(opened.is_err(), "bit {bit} of the record");
    }
    for bit in 0..body.len() * 8 {
        let mut other = body.to_vec();
        other[bit / 8] ^= 1 << (bit % 8);
        let opened = endpoint.unseal(&keys, &sealed, other.into(), 1);
        assert_eq!(opened.unwrap_err(), UnsealError::NotAuthentic, "bit {bit}");
    }
    for length in 0..record.len() {
        let cut = SealedDelivery::from_bytes(record.slice(..length));
        assert!(endpoint.unseal(&keys, &cut, body.clone(), 1).is_err());
    }
    assert!(endpoint.unseal(&keys, &sealed, body.clone(), 1).is_ok());
}

#[test]
fn no_byte_can_move_between_the_record_and_the_body() {
    let (endpoint, keys) = (stripe(), keys(&[("a", 1)]));
    let (delivery, sealed) = sealed(&endpoint, &keys);
    let (record, tag) = sealed.as_bytes().split_at(sealed.as_bytes().len() - 32);
    for moved in 1..BODY.len() {
        let (first, rest) = delivery.raw().split_at(moved);
        let longer = [record, first, tag].concat();
        let rest = Bytes::copy_from_slice(rest);
        let longer = SealedDelivery::from_bytes(longer);
        assert!(endpoint.unseal(&keys, &longer, rest, 1).is_err());
        let (kept, last) = record.split_at(record.len() - moved);
        let body = [last, delivery.raw()].concat();
        let shorter = SealedDelivery::from_bytes([kept, tag].concat());
        assert!(endpoint.unseal(&keys, &shorter, body.into(), 1).is_err());
    }
}

#[test]
fn another_provider_consumer_or_tenant_is_refused_and_named() {
    let keys = keys(&[("a", 1)]);
    let build = |builder: webhook_core::EndpointBuilder| builder.clock(NOW).build().unwrap();
    let open = |endpoint: &Endpoint, sealed: &SealedDelivery| {
        let opened = endpoint.unseal(&keys, sealed, BODY.into(), 1);
        opened.map(|opened| opened.delivery.tenant().map(str::to_owned))
    };
    let plain = stripe();
    let consumer = build(Endpoint::stripe(SECRET).consumer("billing"));
    let template = build(Endpoint::stripe(SecretSet::per_tenant()));
    let acme = template.for_tenant("acme", SECRET).unwrap();
    let other = template.for_tenant("other", SECRET).unwrap();
    let github = build(Endpoint::github(SECRET));

    let (_, of_plain) = sealed(&plain, &keys);
    let (_, of_consumer) = sealed(&consumer, &keys);
    let (_, of_acme) = sealed(&acme, &keys);
    assert_eq!(open(&plain, &of_plain), Ok(None));
    assert_eq!(open(&acme, &of_acme), Ok(Some("acme".to_owned())));
    use UnsealError as E;
    for (endpoint, sealed, error) in [
        (&github, &of_plain, E::OtherProvider("stripe".into())),
        (&consumer, &of_plain, E::OtherConsumer("".into())),
        (&plain, &of_consumer, E::OtherConsumer("billing".into())),
        (&other, &of_acme, E::OtherTenant("acme".into())),
        (&plain, &of_acme, E::OtherTenant("acme".into())),
        (&template, &of_plain, E::OtherTenant("".into())),
        (&acme, &of_plain, E::OtherTenant("".into())),
    ] {
        assert_eq!(open(endpoint, sealed), Err(error));
    }
    // A worker needs no secret of the tenant: it may have been revoked since.
    let nameless = template.for_tenant("acme", SecretSet::per_tenant());
    let opened = open(&nameless.unwrap(), &of_acme);
    assert_eq!(opened, Ok(Some("acme".to_owned())));
    // Their template opens what is of any tenant.
    assert_eq!(open(&template, &of_acme), Ok(Some("acme".to_owned())));
    // The same names, and other secrets: a rotation loses nothing.
    let rotated = build(Endpoint::stripe("whsec_another-secret-0001"));
    assert_eq!(open(&rotated, &of_plain), Ok(None));
}

#[test]
fn the_old_key_opens_until_it_is_removed_and_the_new_one_seals() {
    let endpoint = stripe();
    let (old, both) = (keys(&[("old", 1)]), keys(&[("new", 2), ("old", 1)]));
    let (delivery, sealed_before) = sealed(&endpoint, &old);
    let (_, sealed_after) = sealed(&endpoint, &both);
    assert_eq!(sealed_before.key_id(), Some("old"));
    assert_eq!(sealed_after.key_id(), Some("new"));
    let open = |keys: &SealKeys, sealed| {
        let opened = endpoint.unseal(keys, sealed, delivery.raw().clone(), 1);
        opened.map(drop)
    };
    assert_eq!(open(&both, &sealed_before), Ok(()));
    assert_eq!(open(&both, &sealed_after), Ok(()));
    let unknown = open(&old, &sealed_after).unwrap_err();
    assert_eq!(unknown, UnsealError::UnknownKey("new".into()));
    assert!(unknown.to_string().contains("\"new\""), "{unknown}");
    let other = keys(&[("old", 3)]);
    assert_eq!(open(&other, &sealed_before), Err(UnsealError::NotAuthentic));
}

/// `webhook-core/tests/sealing.py` computes the same with code of its own.
#[test]
fn the_format_stays_what_it_is() {
    let ring = KeyRing::new([("2027-01", std::array::from_fn(|n| u8::try_from(n).unwrap()))]);
    let keys = SealKeys::new(&ring.unwrap());
    let (delivery, sealed) = sealed(&stripe(), &keys);
    let expected = include_str!("sealing.hex").split_whitespace();
    let expected = const_hex::decode(expected.collect::<String>()).unwrap();
    assert_eq!(
        const_hex::encode(sealed.as_bytes()),
        const_hex::encode(&expected)
    );
    let stored = SealedDelivery::from_bytes(expected);
    let opened = stripe().unseal(&keys, &stored, delivery.raw().clone(), 3);
    let opened = opened.unwrap();
    assert_eq!(opened.delivery.attempt(), 3);
    assert_eq!(opened.head.received_at(), NOW);
    assert_eq!(opened.head.method(), "POST");
    assert_eq!(opened.head.path_and_query(), "/hooks");
}

#[test]
fn the_head_has_no_token_of_the_sender() {
    let token = "a-token-of-sixteen-bytes-or-more";
    let endpoint = Endpoint::token_in_query("key", token);
    let endpoint = endpoint.clock(NOW).build().unwrap();
    let headers = [
        ("authorization", "Bearer another-secret"),
        ("cookie", "a=another-secret"),
        ("content-type", "application/json"),
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("x-extra", "kept"),
        ("x-other", "another-secret"),
    ];
    let target = format!("/hooks?a=1&k%65y={token}&b=2");
    let head = Head::new("POST", &target, &headers);
    let delivery = endpoint.verify(&head, "{}".into()).unwrap();
    let stored = StoredHead::new(&delivery, &head, NOW).keep(&head, "x-extra");
    assert_eq!(stored.path_and_query(), "/hooks?a=1&b=2");
    let names: Vec<_> = stored.headers().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["content-type", "traceparent", "x-extra"]);
    let sealed = delivery.seal(&keys(&[("a", 1)]), &stored);
    for secret in [token, "another-secret"] {
        let mut parts = sealed.as_bytes().windows(secret.len());
        assert!(!parts.any(|part| part == secret.as_bytes()));
    }
}

#[test]
fn the_head_has_the_headers_that_the_endpoint_names_and_the_forwarders_that_were_passed() {
    let endpoint = Endpoint::stripe(SECRET).keep_header("X-Extra").clock(NOW);
    let mut request = request();
    let more = [
        ("X-Extra", "kept"),
        ("X-Other", "lost"),
        ("X-Delivery-Via", "0a, 0b"),
    ];
    let more = more.map(|(name, value)| (name.to_owned(), value.to_owned()));
    request.headers.extend(more);
    let head = Head::new("POST", "/hooks", &request.headers);
    let delivery = endpoint
        .build()
        .unwrap()
        .verify(&head, request.body.clone())
        .unwrap();
    let stored = StoredHead::new(&delivery, &head, NOW);
    let value = |name| stored.header(name).map(|value| &value[..]);
    assert_eq!(value("x-extra"), Some(&b"kept"[..]));
    assert_eq!(value("x-delivery-via"), Some(&b"0a, 0b"[..]));
    assert_eq!(value("x-other"), None);
}

#[test]
fn debug_shows_ids_of_keys_and_no_content() {
    let keys = keys(&[("a", 0xab), ("b", 0xcd)]);
    let (delivery, sealed) = sealed(&stripe(), &keys);
    assert_eq!(format!("{keys:?}"), r#"SealKeys(["a", "b"])"#);
    assert_eq!(
        format!("{sealed:?}"),
        r#"SealedDelivery { key_id: Some("a"), .. }"#
    );
    let opened = stripe().unseal(&keys, &sealed, delivery.raw().clone(), 1);
    let shown = format!("{:?}", opened.unwrap());
    assert!(
        !shown.contains("evt_1") && !shown.contains("invoice"),
        "{shown}"
    );
    assert!(!shown.contains("v1="), "{shown}");
}
