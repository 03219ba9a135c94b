//! Catalogue B: timestamps.
//!
//! Not tested here: B09 (schemes whose timestamp is that of the event), B13 (ISO-8601 timestamps),
//! and the skew metric of B11 and N08 (there is no such counter; the refusal itself is a row).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use webhook_core::{
    Algorithm, Encoding, Endpoint, KeyFormat, Part, Provider, RejectionKind as Kind, Scheme,
    Signer, UnixTime, providers,
};
use webhook_test::{Door, NOW, PLAIN, Row, Sent, WHSEC, delivery, delivery_at, signed, standard};

const BODY: &str = r#"{"type":"a"}"#;

fn off(secs: i64) -> UnixTime {
    let by = Duration::from_secs(secs.unsigned_abs());
    if secs < 0 {
        NOW.saturating_sub(by)
    } else {
        NOW.saturating_add(by)
    }
}

#[tokio::test]
async fn the_window_is_300_seconds_to_both_sides_edges_included() {
    let door = Door::open(standard()).await;
    for (secs, kind) in [
        (-301, Kind::Stale),
        (-600, Kind::Stale),
        (-1_700_000_000, Kind::Stale),
        (301, Kind::Future),
        (86_400, Kind::Future),
    ] {
        let sent = delivery_at("msg_b01", off(secs), BODY);
        let row = Row::new(format!("B01: now {secs:+} s"), kind, sent);
        door.refuses(&row, 401).await;
    }
    for secs in [-300, 0, 300] {
        let sent = delivery_at(&format!("msg_b02_{}", secs + 300), off(secs), BODY);
        let ran = door.accepts(&format!("B02: now {secs:+} s"), &sent).await;
        assert_eq!(ran.proof().signed_at(), Some(off(secs)));
    }
    let door = Door::open(Endpoint::stripe(PLAIN).clock(NOW)).await;
    let stripe = |secs| {
        let signer = Signer::new(providers::STRIPE, PLAIN).unwrap();
        let body = format!(r#"{{"id":"evt_{}"}}"#, secs + 301);
        Sent::from(signer.sign(off(secs), body))
    };
    let row = |name, kind, sent| Row::new(name, kind, sent);
    door.refuses(
        &row("B01: Stripe, now -301 s", Kind::Stale, stripe(-301)),
        401,
    )
    .await;
    door.refuses(
        &row("B01: Stripe, now +301 s", Kind::Future, stripe(301)),
        401,
    )
    .await;
    door.accepts("B02: Stripe, now -300 s", &stripe(-300)).await;
    door.accepts("B02: Stripe, now +300 s", &stripe(300)).await;
}

const SPELLINGS: &[&str] = &[
    "+1700000000",
    "001700000000",
    "1_700_000_000",
    "1.7e9",
    "1700000000.0",
    "0x6553F100",
    "-1700000000",
    "1700000000s",
    "1700000000 1",
    "",
    "NaN",
    "18446744073709551616",
    "-9223372036854775808",
    "١٧٠٠٠٠٠٠٠٠",
];

#[tokio::test]
async fn a_time_that_is_not_the_canonical_decimal_is_refused() {
    // B04, with the signature over the canonical one.
    let door = Door::open(standard()).await;
    for text in SPELLINGS {
        let sent = delivery("msg_b04", BODY).set("webhook-timestamp", text);
        let row = Row::new(format!("B04: {text:?}"), Kind::Malformed, sent);
        door.refuses(&row, 401).await;
    }
    // White space around a header value is no part of it on the wire, but here it is.
    let sent = delivery("msg_b04", BODY).set("webhook-timestamp", " 1700000000");
    let row = Row::new("B04: a space in front", Kind::Malformed, sent);
    door.refuses_in_process(&row, 401).await;

    let door = Door::open(Endpoint::stripe(PLAIN).clock(NOW)).await;
    let good = signed(providers::STRIPE, r#"{"id":"evt_1"}"#);
    let signature = good.text("stripe-signature");
    for text in SPELLINGS.iter().copied().chain([" 1700000000"]) {
        let value = signature.replace("t=1700000000", &format!("t={text}"));
        let sent = good.clone().set("stripe-signature", value);
        let row = Row::new(format!("B04: Stripe, t={text:?}"), Kind::Malformed, sent);
        door.refuses(&row, 401).await;
    }
    // The largest the grammar allows is a time, far away; nothing overflows.
    let value = signature.replace("t=1700000000", "t=9999999999999999999");
    let row = Row::new(
        "B04: 19 digits",
        Kind::Future,
        good.clone().set("stripe-signature", value),
    );
    door.refuses(&row, 401).await;
    let value = signature.replace("t=1700000000", "t=0");
    let row = Row::new(
        "B04: zero",
        Kind::Stale,
        good.set("stripe-signature", value),
    );
    door.refuses(&row, 401).await;
}

#[tokio::test]
async fn a_time_that_is_not_canonical_is_refused_even_when_signed_as_sent() {
    // B04 the other way round: the sender signed the odd text itself.
    const fn odd(parts: &'static [Part]) -> [Scheme; 1] {
        [Scheme::hmac(Algorithm::HmacSha256, parts)
            .in_header("webhook-signature")
            .versions("v1")
            .encoding(Encoding::Base64)]
    }
    const PLUS: Provider = Provider::new(
        "plus",
        &odd(&[Part::Literal("msg_1.+1700000000."), Part::Body]),
    )
    .with_key_format(KeyFormat::Whsec);
    const ZERO: Provider = Provider::new(
        "zero",
        &odd(&[Part::Literal("msg_1.01700000000."), Part::Body]),
    )
    .with_key_format(KeyFormat::Whsec);
    let door = Door::open(standard()).await;
    for (provider, text) in [(PLUS, "+1700000000"), (ZERO, "01700000000")] {
        let signer = Signer::new(provider, WHSEC).unwrap();
        let sent = Sent::from(signer.sign(NOW, BODY))
            .add("webhook-id", "msg_1")
            .add("webhook-timestamp", text);
        let row = Row::new(format!("B04: {text} signed as sent"), Kind::Malformed, sent);
        door.refuses(&row, 401).await;
    }
}

#[tokio::test]
async fn the_unit_of_a_time_is_never_guessed() {
    let door = Door::open(standard()).await;
    let millis = UnixTime::from_secs(NOW.as_millis());
    let row = Row::new(
        "B06: milliseconds to a provider of seconds",
        Kind::Future,
        delivery_at("msg_b06", millis, BODY),
    );
    door.refuses(&row, 401).await;

    let door = Door::open(Endpoint::smartpay(PLAIN).clock(NOW)).await;
    let signer = Signer::new(providers::SMARTPAY, PLAIN).unwrap();
    let seconds = UnixTime::from_millis(NOW.as_secs());
    let row = Row::new(
        "B06: seconds to a provider of milliseconds",
        Kind::Stale,
        Sent::from(signer.sign(seconds, BODY)),
    );
    door.refuses(&row, 401).await;
    door.accepts(
        "B06: milliseconds as documented",
        &signed(providers::SMARTPAY, BODY),
    )
    .await;
}

#[tokio::test]
async fn only_the_signed_time_of_the_scheme_counts() {
    let door = Door::open(standard()).await;
    let stale_body = r#"{"type":"a","timestamp":1,"webhook-timestamp":1}"#;
    door.accepts(
        "B07: a stale time in the body",
        &delivery("msg_b07", stale_body).add("date", "Thu, 01 Jan 1970 00:00:00 GMT"),
    )
    .await;
    let row = Row::new(
        "B07: a fresh time in the body, a stale one in the header",
        Kind::Stale,
        delivery_at("msg_b07b", off(-301), r#"{"timestamp":1700000000}"#)
            .add("x-timestamp", "1700000000"),
    );
    door.refuses(&row, 401).await;

    // B08: nobody signs a time here, so a time that comes along says nothing.
    for (provider, endpoint) in [
        (providers::GITHUB, Endpoint::github(PLAIN)),
        (providers::SHOPIFY, Endpoint::shopify(PLAIN)),
    ] {
        let door = Door::open(endpoint.clock(NOW)).await;
        let sent = signed(provider, BODY)
            .add("webhook-timestamp", "1")
            .add("x-timestamp", "1")
            .add("date", "Thu, 01 Jan 1970 00:00:00 GMT");
        let row = format!("B08: {}", provider.name());
        let ran = door.accepts(&row, &sent).await;
        assert_eq!(ran.proof().signed_at(), None, "{row}");
        assert!(!ran.proof().coverage().time, "{row}");
    }
}

#[tokio::test]
async fn a_clock_that_cannot_tell_the_time_is_our_fault_and_answered_503() {
    // B10.
    let door = Door::open(standard().clock(|| None)).await;
    let row = Row::new(
        "B10: no clock",
        Kind::ClockUnavailable,
        delivery("msg_b10", BODY),
    );
    door.refuses(&row, 503).await;
}

#[tokio::test]
async fn a_clock_that_steps_back_refuses_and_forgets_nothing() {
    // B11: freshness follows the application's clock, leases and memory the store's.
    let clock = Arc::new(AtomicU64::new(NOW.as_secs()));
    let reading = Arc::clone(&clock);
    let now = move || Some(UnixTime::from_secs(reading.load(Ordering::SeqCst)));
    let door = Door::open(standard().clock(now)).await;
    door.accepts("B11: before", &delivery("msg_b11", BODY))
        .await;
    clock.fetch_sub(600, Ordering::SeqCst);
    let row = Row::new(
        "B11: the clock stepped back ten minutes",
        Kind::Future,
        delivery("msg_b11b", BODY),
    );
    door.refuses(&row, 401).await;
    clock.fetch_add(600, Ordering::SeqCst);
    door.knows("B11: what was done is done", &delivery("msg_b11", BODY))
        .await;
}

#[tokio::test]
async fn a_tolerance_may_be_chosen_but_never_be_nothing() {
    let door = Door::open(
        standard()
            .tolerance(Duration::from_secs(60))
            .future_tolerance(Duration::from_secs(5)),
    )
    .await;
    for (secs, kind) in [(-61, Kind::Stale), (6, Kind::Future)] {
        let sent = delivery_at("msg_t", off(secs), BODY);
        door.refuses(&Row::new(format!("now {secs:+} s"), kind, sent), 401)
            .await;
    }
    door.accepts("now -60 s", &delivery_at("msg_p", off(-60), BODY))
        .await;
    door.accepts("now +5 s", &delivery_at("msg_f", off(5), BODY))
        .await;
    assert!(standard().tolerance(Duration::ZERO).build().is_err());
    let github = Endpoint::github(PLAIN).tolerance(Duration::from_secs(60));
    assert!(github.build().is_err(), "GitHub signs no time to tolerate");
}
