//! What was done to captured deliveries, case by case.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use webhook_core::providers::{
    ADYEN, ATLASSIAN_CONNECT, BOX, CODESPAR, COINBASE_CDP, HOOK0, HUBSPOT, HUBSPOT_V1, HUBSPOT_V2,
    MIDTRANS, PAGBANK, PATREON, PLIVO, RAPYD, SHOPIFY, SQUARE, TRELLO, TRELLO_UTF8, TWILIO,
    WOOCOMMERCE,
};
use webhook_core::{Provider, Signer};

use crate::corpus::endpoint;
use crate::judge::{Bound, Receiver};
use crate::mutators::schemes::extended;
use crate::parties::{NOW, URL, setting, signing_secret};
use crate::request::Request;

/// A request that the signer makes, and what receives it.
fn captured(
    provider: &Provider,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (Receiver, Request) {
    let mut signer = Signer::new(*provider, signing_secret(provider).as_str()).unwrap();
    for name in provider.required_settings() {
        signer = signer.setting(name, setting(name));
    }
    for (name, value) in headers {
        signer = signer.header(*name, *value);
    }
    let signer = signer.public_url(URL).path_and_query(target);
    let request = signer.sign(NOW, body.to_owned()).into();
    (Receiver::new(endpoint(provider), NOW.as_secs()), request)
}

const TEN_DAYS: u64 = 10 * 24 * 3600;
const JSON: &str = r#"{"event_id":"evt_1","id":"evt_1","note":"a.b"}"#;

fn is_refused(receiver: &Receiver, request: &Request) -> bool {
    receiver.take(request).is_none()
}

/// Whether both verify, under one key.
fn are_one(receiver: &Receiver, a: &Request, b: &Request) -> bool {
    assert_ne!(a, b);
    receiver.take(a).unwrap().key == receiver.take(b).unwrap().key
}

#[test]
fn adyens_signed_items_cannot_be_repeated_reordered_or_put_together() {
    let item = |reference: &str| {
        let body = json!({"notificationItems": [{"NotificationRequestItem": {
            "merchantReference": reference, "eventCode": "AUTHORISATION", "additionalData": {}}}]});
        captured(&ADYEN, "/hooks", &[], &body.to_string())
    };
    let ((receiver, a), (_, b)) = (item("a"), item("b"));
    let items = |of: &[&Request]| {
        let items: Vec<Value> = of
            .iter()
            .map(|request| request.json().unwrap()["notificationItems"][0].clone())
            .collect();
        a.with_body(json!({"notificationItems": items}).to_string())
    };
    assert!(receiver.take(&items(&[&a])).is_some());
    for list in [&[&a, &a][..], &[&a, &b], &[&b, &a], &[]] {
        assert!(is_refused(&receiver, &items(list)));
    }
}

#[test]
fn trellos_characters_of_the_same_low_byte_are_one_delivery_whose_body_is_not_covered() {
    let body = r#"{"action":{"id":"a1","type":"updateCard"},"text":"pip"}"#;
    let (receiver, captured) = captured(&TRELLO, "/hooks", &[], body);
    assert!(receiver.take(&captured).unwrap().coverage.body);
    for changed in [
        body.replacen('p', "\u{170}", 1),
        body.replace('p', "\u{270}"),
    ] {
        let changed = captured.with_body(changed);
        assert!(are_one(&receiver, &captured, &changed));
        assert!(!receiver.take(&changed).unwrap().coverage.body);
    }
}

#[test]
fn trellos_callback_in_the_body_is_not_taken_for_the_url() {
    let body = format!(r#"{{"action":{{"id":"a1"}},"callbackURL":"{URL}?a=1"}}"#);
    for provider in [&TRELLO, &TRELLO_UTF8] {
        let (receiver, captured) = captured(provider, "/hooks?a=1", &[], &body);
        let (front, rest) = body.split_once(URL).unwrap();
        let cut = captured.with_body(front);
        let cut = cut
            .with_query(format!("{rest}{URL}?a=1").as_bytes())
            .unwrap();
        assert!(receiver.take(&captured).is_some() && is_refused(&receiver, &cut));
    }
}

/// How many of a hundred run that are made of one.
fn runs(provider: &Provider, body: &str, change: impl Fn(&Request, usize) -> Request) -> usize {
    let (receiver, captured) = captured(provider, "/hooks", &[], body);
    let mutants = (0..100).map(|i| change(&captured, i));
    let keys: BTreeSet<_> = mutants
        .filter_map(|mutant| receiver.take(&mutant)?.key)
        .collect();
    keys.len()
}

#[test]
fn a_token_of_atlassian_connect_takes_no_more_bodies_than_its_bound() {
    let invented = |request: &Request, i| request.with_body(format!(r#"{{"n":{i}}}"#));
    let runs = runs(&ATLASSIAN_CONNECT, "{}", invented);
    assert_eq!(Bound::of(&ATLASSIAN_CONNECT), Bound::Keys(runs));
}

#[test]
fn invented_or_padded_topics_are_no_more_than_their_bound() {
    for (provider, header) in [
        (&SHOPIFY, "x-shopify-topic"),
        (&WOOCOMMERCE, "x-wc-webhook-topic"),
        (&PATREON, "x-patreon-event"),
    ] {
        let invented = runs(provider, "{}", |request, i| {
            request.with_header(header, format!("t/{i}"))
        });
        let padded = runs(provider, "{}", |request, i| {
            request.with_header(header, "x".repeat(300 + i))
        });
        let bound = Bound::of(provider);
        assert_eq!(
            (bound, bound),
            (Bound::Keys(invented), Bound::Keys(padded)),
            "{}",
            provider.name()
        );
    }
}

#[test]
fn plivos_last_field_is_not_cut_at_a_dot_and_moved_into_the_nonce() {
    let (receiver, captured) = captured(&PLIVO, "/hooks", &[], "From=1&Text=good.bye");
    let name = "x-plivo-signature-v3-nonce";
    let nonce = captured.header(name).unwrap();
    let cut = captured
        .with_body("From=1&Text=good")
        .with_header(name, [b"bye.", nonce].concat());
    assert!(receiver.take(&captured).is_some() && is_refused(&receiver, &cut));
}

#[test]
fn the_front_of_hook0s_body_moved_into_a_signed_header_is_the_same_delivery() {
    for provider in [&HOOK0, &COINBASE_CDP] {
        let (receiver, captured) = captured(provider, "/hooks", &[("x-kind", "a.b")], JSON);
        let covers_body = *provider == COINBASE_CDP;
        assert_eq!(receiver.take(&captured).unwrap().coverage.body, covers_body);
        let (front, rest) = JSON.split_once('.').unwrap();
        let forwards = captured.with_header("x-kind", format!("a.b.{front}"));
        let backwards = captured.with_header("x-kind", "a");
        for moved in [
            forwards.with_body(rest),
            backwards.with_body(format!("b.{JSON}")),
        ] {
            assert!(are_one(&receiver, &captured, &moved));
            assert!(!receiver.take(&moved).unwrap().coverage.body);
        }
    }
}

#[test]
fn a_stale_delivery_of_codespar_is_not_resent_as_one_that_signs_no_time() {
    let (receiver, captured) = captured(&CODESPAR, "/hooks", &[], JSON);
    let name = "x-codespar-signature";
    let value = String::from_utf8(captured.header(name).unwrap().to_vec()).unwrap();
    let (time, tag) = value
        .strip_prefix("t=")
        .and_then(|pairs| pairs.split_once(",v1="))
        .unwrap();
    let bare = captured
        .with_header(name, tag)
        .with_body(format!("{time}.{JSON}"));
    assert!(receiver.take(&captured).is_some() && is_refused(&receiver, &bare));
    let (now, later) = (1_800_000_000, 1_800_000_000 + TEN_DAYS);
    receiver.set_clock(later);
    assert!(is_refused(&receiver, &captured) && is_refused(&receiver, &bare));
    receiver.set_clock(now);
    assert!(receiver.take(&captured).is_some());
}

#[test]
fn nothing_is_moved_between_a_query_and_a_body_that_stand_side_by_side() {
    for provider in [&SQUARE, &HUBSPOT, &HUBSPOT_V2] {
        let (receiver, captured) = captured(provider, "/hooks?a=1", &[], JSON);
        assert!(receiver.take(&captured).is_some());
        let message = format!("?a=1{JSON}");
        for at in (0..message.len()).filter(|at| *at != 4) {
            let (query, body) = message.split_at(at);
            let moved = captured
                .with_query(query.as_bytes())
                .unwrap()
                .with_body(body);
            assert!(
                is_refused(&receiver, &moved),
                "{}: {moved:?}",
                provider.name()
            );
        }
    }
}

#[test]
fn digits_moved_between_the_fields_of_midtrans_are_the_same_delivery() {
    let body = r#"{"order_id":"a1","status_code":"200","gross_amount":"1.00"}"#;
    let (receiver, captured) = captured(&MIDTRANS, "/hooks", &[], body);
    let text = String::from_utf8(captured.body.clone()).unwrap();
    let moved = text
        .replace(r#""a1""#, r#""a""#)
        .replace(r#""200""#, r#""1200""#);
    assert!(are_one(&receiver, &captured, &captured.with_body(moved)));
}

#[test]
fn a_plain_hash_behind_the_secret_is_not_continued() {
    for (provider, before) in [
        (&HUBSPOT_V1, 32),
        (&HUBSPOT_V2, 32 + "POST".len() + URL.len()),
        (&PAGBANK, 32 + "-".len()),
    ] {
        let (receiver, captured) = captured(provider, "/hooks", &[], JSON);
        assert!(receiver.take(&captured).is_some());
        let (name, tag) = captured.headers[0].clone();
        let suffix = b" {}";
        let (padding, tag) = extended(
            tag.as_slice().try_into().unwrap(),
            before + JSON.len(),
            suffix,
        );
        let body = [JSON.as_bytes(), &padding, suffix].concat();
        let longer = captured.with_header(&name, tag).with_body(body);
        assert!(is_refused(&receiver, &longer), "{}", provider.name());
    }
}

#[test]
fn boxs_other_spelling_is_the_same_delivery_whose_body_is_not_covered() {
    let escaped = r#"{"id":"evt_1","note":"caf\u00e9 a\/b"}"#;
    let (receiver, captured) = captured(&BOX, "/hooks", &[], escaped);
    let plain = captured.with_body("{\"id\":\"evt_1\",\"note\":\"caf\u{e9} a/b\"}");
    assert!(are_one(&receiver, &captured, &plain));
    assert!(receiver.take(&captured).unwrap().coverage.body);
    assert!(!receiver.take(&plain).unwrap().coverage.body);
}

#[test]
fn a_field_of_twilios_form_is_not_taken_for_the_hash_of_a_body() {
    let evil = br#"{"forged":true}"#;
    let hash: String = Sha256::digest(evil)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let text = format!("hi&bodySHA256={hash}&bye");
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("Body", text.as_str()), ("From", "1555")])
        .finish();
    let (receiver, captured) = captured(&TWILIO, "/hooks?a=1", &[], &form);
    let query = format!("?a=1Body{text}From1555");
    let forged = captured
        .with_query(query.as_bytes())
        .unwrap()
        .with_body(*evil);
    assert!(receiver.take(&captured).is_some() && is_refused(&receiver, &forged));
}

#[test]
fn a_query_that_other_parts_can_take_bytes_from_is_not_said_to_be_covered() {
    let form = "a=b&c=d";
    for provider in [&TWILIO, &PLIVO, &RAPYD] {
        let (receiver, captured) = captured(provider, "/hooks?x=y", &[], form);
        assert!(
            !receiver.take(&captured).unwrap().coverage.url,
            "{}",
            provider.name()
        );
    }
}
