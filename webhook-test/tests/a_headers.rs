//! Catalogue A: the syntax of headers and signatures.
//!
//! Everything is tested. A18's NUL and newline and A20's en dash are not valid in HTTP/1.1: hyper
//! answers 400 before the layer, which has its own test. A07 (two families of header names) uses
//! Svix, the preset that has two.

use webhook_core::{
    Algorithm, Part, Provider, RejectionKind as Kind, Scheme, Signer, TimeUnit, providers,
};
use webhook_test::{Door, NOW, PLAIN, Row, Sent, WHSEC, delivery, signed, standard};

const BODY: &str = r#"{"type":"invoice.paid"}"#;
const EVENT: &str = r#"{"id":"evt_1","type":"invoice.paid"}"#;
const SIGNATURE: &str = "webhook-signature";

fn good() -> Sent {
    delivery("msg_1", BODY)
}

fn with_signature(value: impl AsRef<[u8]>) -> Sent {
    good().set(SIGNATURE, value)
}

async fn stripe() -> Door {
    Door::open(webhook_core::Endpoint::stripe(PLAIN).clock(NOW)).await
}

fn stripe_signature() -> String {
    signed(providers::STRIPE, EVENT).text("stripe-signature")
}

fn stripe_with(signature: &str) -> Sent {
    signed(providers::STRIPE, EVENT).set("stripe-signature", signature)
}

#[tokio::test]
async fn headers_that_are_missing_malformed_or_ambiguous_are_refused_with_one_answer() {
    let door = Door::open(standard()).await;
    let signature = good().text(SIGNATURE);
    let wrong = delivery("msg_1", "{}").text(SIGNATURE);
    let tag = signature.strip_prefix("v1,").unwrap();
    let mut rows = vec![
        Row::new(
            "A01: the signature is absent",
            Kind::MissingHeader,
            good().without(SIGNATURE),
        ),
        Row::new(
            "A01: the id is absent",
            Kind::MissingHeader,
            good().without("webhook-id"),
        ),
        Row::new(
            "A01: the timestamp is absent",
            Kind::MissingHeader,
            good().without("webhook-timestamp"),
        ),
        Row::new(
            "A02: the signature is empty",
            Kind::UnsupportedScheme,
            with_signature(""),
        ),
        Row::new("A02: `v1,`", Kind::Malformed, with_signature("v1,")),
        Row::new("A02: `v1`", Kind::UnsupportedScheme, with_signature("v1")),
        Row::new("A02: `,`", Kind::UnsupportedScheme, with_signature(",")),
        Row::new(
            "A04: a byte behind the tag",
            Kind::Malformed,
            with_signature(format!("{signature}A")),
        ),
        Row::new(
            "A04: 32 zero bytes behind the tag",
            Kind::Malformed,
            with_signature(format!("{signature}{}", "A".repeat(44))),
        ),
        Row::new(
            "A04: a second signature glued on",
            Kind::Malformed,
            with_signature(format!("{signature}{signature}")),
        ),
        Row::new(
            "A05: two signature headers, the valid one first",
            Kind::AmbiguousHeader,
            good().add(SIGNATURE, &wrong),
        ),
        Row::new(
            "A05: two signature headers, the valid one last",
            Kind::AmbiguousHeader,
            good().add_first(SIGNATURE, &wrong),
        ),
        Row::new(
            "A05: the valid signature header twice",
            Kind::AmbiguousHeader,
            good().add(SIGNATURE, &signature),
        ),
        Row::new(
            "A06: two ids, the signed one first",
            Kind::AmbiguousHeader,
            good().add("webhook-id", "msg_2"),
        ),
        Row::new(
            "A06: two ids, the signed one last",
            Kind::AmbiguousHeader,
            good().add_first("webhook-id", "msg_2"),
        ),
        Row::new(
            "A06: two timestamps, the signed one first",
            Kind::AmbiguousHeader,
            good().add("webhook-timestamp", "1700000001"),
        ),
        Row::new(
            "A06: two timestamps, the signed one last",
            Kind::AmbiguousHeader,
            good().add_first("webhook-timestamp", "1700000001"),
        ),
        Row::new(
            "A08: the valid signature is the 17th",
            Kind::TooManySignatures,
            with_signature(format!("{}{signature}", format!("{wrong} ").repeat(16))),
        ),
        Row::new(
            "A08: 17 signatures, the valid one first",
            Kind::TooManySignatures,
            with_signature(format!("{signature}{}", format!(" {wrong}").repeat(16))),
        ),
        Row::new(
            "A09: a header value of 8193 bytes that holds the valid signature",
            Kind::Malformed,
            with_signature(format!(
                "{signature} {}",
                "x".repeat(8192 - signature.len())
            )),
        ),
        Row::new(
            "A10: a TAB inside the signature",
            Kind::Malformed,
            with_signature(format!("v1,\t{tag}")),
        ),
        Row::new(
            "A10: a TAB inside the id",
            Kind::Malformed,
            good().set("webhook-id", "msg\t1"),
        ),
        Row::new(
            "A10: a TAB inside the timestamp",
            Kind::Malformed,
            good().set("webhook-timestamp", "17000\t00000"),
        ),
        Row::new(
            "A16: only a v1a entry, though it holds the valid v1 tag",
            Kind::UnsupportedScheme,
            with_signature(format!("v1a,{tag}")),
        ),
        Row::new(
            "A16: a v1a entry beside a wrong v1",
            Kind::BadSignature,
            with_signature(format!("v1a,{tag} {wrong}")),
        ),
        Row::new(
            "A20: `webhook_id` instead of `webhook-id`",
            Kind::MissingHeader,
            good().without("webhook-id").add("webhook_id", "msg_1"),
        ),
        Row::new(
            "A20: `webhook_signature` instead of `webhook-signature`",
            Kind::MissingHeader,
            good()
                .without(SIGNATURE)
                .add("webhook_signature", &signature),
        ),
    ];
    for byte in [0x80, 0x9f, 0xa0, 0xc3, 0xfe, 0xff] {
        for (name, value) in [
            (SIGNATURE, signature.as_bytes()),
            ("webhook-id", b"msg_1".as_slice()),
            ("webhook-timestamp", b"1700000000".as_slice()),
        ] {
            rows.push(Row::new(
                format!("A10: the byte {byte:#x} in {name}"),
                Kind::Malformed,
                good().set(name, [value, &[byte]].concat()),
            ));
        }
    }
    let long = "m".repeat(257);
    for id in ["", &long, "msg 1", "msg'1", "msg;--", "😀", "msg.1"] {
        // Signed as it stands, so the form of the id is all that is wrong.
        let signed = delivery(id, BODY);
        rows.push(Row::new(
            format!("A18: the id {id:?}"),
            Kind::Malformed,
            signed,
        ));
    }
    for row in &rows {
        door.refuses(row, 401).await;
    }
    assert_eq!(door.runs(), 0);
}

#[tokio::test]
async fn a_signature_cut_short_at_any_length_is_refused() {
    // A03, CVE-2024-21491.
    let door = Door::open(standard()).await;
    let signature = good().text(SIGNATURE);
    for length in 0..signature.len() {
        let sent = with_signature(&signature[..length]);
        let kind = if length < 3 {
            Kind::UnsupportedScheme
        } else {
            Kind::Malformed
        };
        let row = Row::new(format!("A03: cut to {length} characters"), kind, sent);
        door.refuses_in_process(&row, 401).await;
    }
    let door = stripe().await;
    let signature = stripe_signature();
    let start = signature.find("v1=").unwrap() + 3;
    for length in start..signature.len() {
        let sent = stripe_with(&signature[..length]);
        let name = format!("A03: Stripe, cut to {length} characters");
        let row = Row::new(name, Kind::Malformed, sent);
        door.refuses_in_process(&row, 401).await;
    }
    let door = Door::open(webhook_core::Endpoint::github(PLAIN)).await;
    let good = signed(providers::GITHUB, EVENT);
    let signature = good.text("x-hub-signature-256");
    for length in 0..signature.len() {
        let sent = good
            .clone()
            .set("x-hub-signature-256", &signature[..length]);
        let name = format!("A03: GitHub, cut to {length} characters");
        let row = Row::new(name, Kind::Malformed, sent);
        door.refuses_in_process(&row, 401).await;
    }
}

#[tokio::test]
async fn a_header_that_http_cannot_say_never_reaches_the_layer() {
    // A18, A20: hyper itself refuses these.
    let door = Door::open(standard()).await;
    for (name, value) in [
        ("webhook-id", "msg\x001"),
        ("webhook-id", "msg\n1"),
        ("webhook-id", "msg\r1"),
        ("webhook–id", "msg_1"),
    ] {
        let sent = good().without("webhook-id").add(name, value);
        let before = door.trace();
        let reply = door.try_send(&sent.wire()).await;
        let status = reply.map(|reply| reply.status);
        assert_ne!(status, Some(200), "{name}: {value:?}");
        assert!(
            status.is_none_or(|status| status < 500),
            "{name}: {value:?}"
        );
        assert_eq!(door.trace(), before, "{name}: {value:?}");
    }
}

#[tokio::test]
async fn a_valid_signature_passes_wherever_it_stands_in_the_list() {
    let door = Door::open(standard()).await;
    let wrong = delivery("other", "{}").text(SIGNATURE);
    // A08: first, in the middle, and last of sixteen.
    for at in [0, 1, 7, 15] {
        let id = format!("msg_at_{at}");
        let good = delivery(&id, BODY);
        let mut entries = vec![wrong.clone(); 15];
        entries.insert(at, good.text(SIGNATURE));
        let row = format!("A08: the valid one is number {at} of 16");
        door.accepts(&row, &good.set(SIGNATURE, entries.join(" ")))
            .await;
    }
    // A09: up to 8192 bytes are read.
    let good = delivery("msg_long", BODY);
    let signature = good.text(SIGNATURE);
    let padded = format!("{signature} {}", "x".repeat(8191 - signature.len()));
    assert_eq!(padded.len(), 8192);
    door.accepts("A09: a value of 8192 bytes", &good.set(SIGNATURE, padded))
        .await;
    // A16: entries of the other kind are ignored.
    let good = delivery("msg_v1a", BODY);
    let list = format!("v1a,AAAA {} v2,BBBB", good.text(SIGNATURE));
    door.accepts("A16: v1a beside a valid v1", &good.set(SIGNATURE, list))
        .await;
    // A18: the longest id there may be.
    let id = "m".repeat(256);
    door.accepts("A18: an id of 256 bytes", &delivery(&id, BODY))
        .await;
}

#[tokio::test]
async fn names_in_any_case_and_white_space_around_values_are_the_same_request() {
    // A19.
    let door = Door::open(standard()).await;
    let mut shouted = delivery("msg_case", BODY);
    for (name, value) in &mut shouted.headers {
        *name = name.to_ascii_uppercase();
        *value = [b"  \t", value.as_slice(), b" \t "].concat();
    }
    door.accepts("A19: WEBHOOK-ID and white space", &shouted)
        .await;
    door.knows("A19: it is the same delivery", &delivery("msg_case", BODY))
        .await;
}

#[tokio::test]
async fn two_families_of_header_names_must_agree() {
    // A07: Svix sends `svix-…`, its customers' customers see `webhook-…`.
    let door = Door::open(webhook_core::Endpoint::svix(WHSEC).clock(NOW)).await;
    let signer = Signer::new(providers::SVIX, WHSEC).unwrap();
    let svix = |id: &str| Sent::from(signer.clone().id(id).sign(NOW, BODY));
    let both = |svix: Sent, webhook: &Sent| {
        webhook
            .headers
            .iter()
            .fold(svix, |sent, (name, value)| sent.add(name, value))
    };
    for (name, sent) in [
        (
            "A07: two ids, both signed",
            both(svix("a"), &delivery("b", BODY)),
        ),
        (
            "A07: the other family's id is the attacker's",
            both(svix("a"), &delivery("a", BODY).set("webhook-id", "b")),
        ),
        (
            "A07: the other family's signature is wrong",
            both(
                svix("a"),
                &delivery("a", BODY).set(SIGNATURE, delivery("a", "{}").text(SIGNATURE)),
            ),
        ),
        (
            "A07: the other family is malformed",
            both(svix("a"), &delivery("a", BODY).set(SIGNATURE, "v1,AAAA")),
        ),
        (
            "A07: a lone webhook-id that differs",
            svix("a").add("webhook-id", "attacker"),
        ),
    ] {
        let row = Row::new(name, Kind::AmbiguousHeader, sent);
        door.refuses(&row, 401).await;
    }
    let lone = svix("b").add("webhook-id", "b");
    let ran = door
        .accepts("A07: a lone webhook-id that agrees", &lone)
        .await;
    assert_eq!(ran.id(), Some("b"));
    door.accepts("A07: both agree", &both(svix("c"), &delivery("c", BODY)))
        .await;
}

#[tokio::test]
async fn stripe_pairs_are_read_strictly_where_it_matters() {
    let door = stripe().await;
    let signature = stripe_signature();
    let (time, tag) = signature.split_once(",v1=").unwrap();
    let v0 = signature.replace("v1=", "v0=");
    for (name, kind, value) in [
        ("A02: `t=1,v1=`", Kind::Malformed, "t=1,v1=".to_owned()),
        (
            "A11: a space behind the comma",
            Kind::UnsupportedScheme,
            format!("{time}, v1={tag}"),
        ),
        (
            "A12: two t, the signed one first",
            Kind::AmbiguousHeader,
            format!("{time},t=1700000001,v1={tag}"),
        ),
        (
            "A12: two t, the signed one last",
            Kind::AmbiguousHeader,
            format!("t=1700000001,{time},v1={tag}"),
        ),
        (
            "A12: the signed t twice",
            Kind::AmbiguousHeader,
            format!("{time},{time},v1={tag}"),
        ),
        ("A12: no t", Kind::Malformed, format!("v1={tag}")),
        ("A12: t is empty", Kind::Malformed, format!("t=,v1={tag}")),
        ("A13: a valid v0 alone", Kind::UnsupportedScheme, v0.clone()),
        (
            "A13: a valid v0 and a wrong v1",
            Kind::BadSignature,
            format!("{v0},v1={}", "00".repeat(32)),
        ),
    ] {
        door.refuses(&Row::new(name, kind, stripe_with(&value)), 401)
            .await;
    }
    // Signed as Stripe would sign a `v0`, with the same key: still no `v1`.
    const V0: Provider = Provider::new(
        "v0",
        &[Scheme::hmac(
            Algorithm::HmacSha256,
            &[Part::Time, Part::Literal("."), Part::Body],
        )
        .in_header("stripe-signature")
        .pairs(b',', "v0")
        .time_in_pair("t", TimeUnit::Seconds)],
    );
    let row = Row::new(
        "A13: a delivery signed under v0",
        Kind::UnsupportedScheme,
        signed(V0, EVENT),
    );
    door.refuses(&row, 401).await;
}

#[tokio::test]
async fn stripe_pairs_that_nobody_knows_are_ignored() {
    let signature = stripe_signature();
    let (time, tag) = signature.split_once(",v1=").unwrap();
    for (row, value) in [
        (
            "A14: unknown pairs around the valid one",
            format!("v2=ff,{time},foo,v1={tag},bar=1,"),
        ),
        (
            "A15: a malformed v1 before the valid one",
            format!("{time},v1=zz,v1={tag}"),
        ),
        (
            "A15: a malformed v1 behind the valid one",
            format!("{time},v1={tag},v1="),
        ),
        ("A14: the order is another", format!("v1={tag},{time}")),
    ] {
        let door = stripe().await;
        door.accepts(row, &stripe_with(&value)).await;
    }
}

#[tokio::test]
async fn a_github_signature_needs_its_prefix_and_a_tag() {
    let door = Door::open(webhook_core::Endpoint::github(PLAIN)).await;
    let good = signed(providers::GITHUB, EVENT);
    for (name, value) in [
        ("A02: `sha256=`", "sha256="),
        ("A02: empty", ""),
        ("A02: `sha256`", "sha256"),
    ] {
        let sent = good.clone().set("x-hub-signature-256", value);
        door.refuses(&Row::new(name, Kind::Malformed, sent), 401)
            .await;
    }
    door.accepts("the good one", &good).await;
}

#[tokio::test]
async fn a_refusal_by_the_head_closes_the_connection_since_the_body_is_unread() {
    let door = Door::open(standard()).await;
    let reply = door.send(&good().without(SIGNATURE)).await;
    assert_eq!(reply.header("connection"), Some("close"));
    // A bad signature is found once the body is there, and the connection goes on.
    let mut client = door.connect().await;
    client.send(&good().body("{}").wire()).await;
    let reply = client.reply().await.unwrap();
    reply.assert_refusal("bad signature", 401);
    assert_eq!(reply.header("connection"), None);
    client.send(&good().wire()).await;
    assert_eq!(client.reply().await.unwrap().status, 200);
}
