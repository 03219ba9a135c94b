//! Catalogue C: encodings and comparison.
//!
//! Not tested here: C01 and C02 (timing is measured outside of the test suite; the code compares
//! decoded tags of equal length), C13 (a property of HMAC itself, on which no test may rely), and
//! C14 (Wycheproof runs in `webhook-core/tests`).

use webhook_core::{
    Algorithm, Encoding, Endpoint, Part, Provider, RejectionKind as Kind, Scheme, Signer, UnixTime,
    providers,
};
use webhook_test::{Door, NOW, PLAIN, Row, Sent, WHSEC, delivery, delivery_at, signed, standard};

const BODY: &str = r#"{"type":"invoice.paid"}"#;
const SIGNATURE: &str = "webhook-signature";
const HUB: &str = "x-hub-signature-256";
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn github(value: impl AsRef<[u8]>) -> Sent {
    signed(providers::GITHUB, BODY).set(HUB, value)
}

/// A delivery whose tag has both characters that base64 alphabets differ in.
fn with_both_special_characters() -> Sent {
    (0..)
        .map(|n| delivery(&format!("msg_{n}"), BODY))
        .find(|sent| {
            let signature = sent.text(SIGNATURE);
            signature.contains('+') && signature.contains('/')
        })
        .expect("there are many")
}

#[tokio::test]
async fn base64_has_one_spelling_and_no_other() {
    let door = Door::open(standard()).await;
    let good = with_both_special_characters();
    let signature = good.text(SIGNATURE);
    let tag = signature.strip_prefix("v1,").unwrap();
    let mut rows = Vec::new();
    // 43 symbols hold 258 bits, so the last has two to spare.
    let last = tag.as_bytes()[42];
    let at = ALPHABET.iter().position(|&symbol| symbol == last).unwrap();
    for spare in 1..=3 {
        let other = char::from(ALPHABET[at + spare]);
        rows.push((
            format!("C03: spare bits {spare:02b} set"),
            format!("v1,{}{other}=", &tag[..42]),
        ));
    }
    rows.extend([
        (
            "C04: no padding".to_owned(),
            format!("v1,{}", tag.trim_end_matches('=')),
        ),
        ("C04: one = too many".to_owned(), format!("v1,{tag}=")),
        (
            "C04: the URL-safe alphabet".to_owned(),
            format!("v1,{}", tag.replace('+', "-").replace('/', "_")),
        ),
        (
            "C04: a space inside".to_owned(),
            format!("v1,{} {}", &tag[..20], &tag[20..]),
        ),
        (
            "C04: a TAB inside".to_owned(),
            format!("v1,{}\t{}", &tag[..20], &tag[20..]),
        ),
        (
            "C04: an escaped newline".to_owned(),
            format!("v1,{}\\n", tag),
        ),
        ("C04: in quotes".to_owned(), format!("v1,\"{tag}\"")),
        (
            "C04: hexadecimal instead".to_owned(),
            format!("v1,{}", "ab".repeat(32)),
        ),
    ]);
    for (name, value) in rows {
        let row = Row::new(name, Kind::Malformed, good.clone().set(SIGNATURE, value));
        door.refuses(&row, 401).await;
    }
    door.accepts("the one spelling", &good).await;
}

#[tokio::test]
async fn hexadecimal_in_any_case_is_the_same_delivery() {
    // C06.
    let door = Door::open(Endpoint::github(PLAIN)).await;
    let value = signed(providers::GITHUB, BODY).text(HUB);
    let tag = value.strip_prefix("sha256=").unwrap();
    let upper = format!("sha256={}", tag.to_ascii_uppercase());
    let mixed: String = tag
        .char_indices()
        .map(|(i, c)| {
            if i % 2 == 0 {
                c.to_ascii_uppercase()
            } else {
                c
            }
        })
        .collect();
    door.accepts("C06: upper case", &github(upper)).await;
    door.knows("C06: mixed case", &github(format!("sha256={mixed}")))
        .await;
    door.knows("C06: lower case", &github(&value)).await;
}

#[tokio::test]
async fn hexadecimal_of_another_form_is_refused() {
    let door = Door::open(Endpoint::github(PLAIN)).await;
    let value = signed(providers::GITHUB, BODY).text(HUB);
    let tag = value.strip_prefix("sha256=").unwrap();
    for (name, spelled) in [
        ("C07: 63 digits", tag[..63].to_owned()),
        ("C07: 65 digits", format!("{tag}0")),
        ("C07: 62 digits", tag[..62].to_owned()),
        ("C07: 66 digits", format!("{tag}00")),
        ("C07: 0x in front", format!("0x{tag}")),
        ("C07: 0x instead of two digits", format!("0x{}", &tag[2..])),
        ("C07: 0X in front", format!("0X{tag}")),
        ("C07: a space in front", format!(" {tag}")),
        (
            "C07: a space inside",
            format!("{} {}", &tag[..32], &tag[32..]),
        ),
        ("C07: no digit", format!("{}g", &tag[..63])),
        ("C07: a leading +", format!("+{}", &tag[1..])),
    ] {
        let row = Row::new(name, Kind::Malformed, github(format!("sha256={spelled}")));
        door.refuses(&row, 401).await;
    }
}

#[tokio::test]
async fn github_takes_no_other_algorithm_and_no_other_prefix() {
    const SHA1: &[Scheme] = &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body])
        .in_header("x-hub-signature-256")
        .prefix("sha1=")];
    const SHA1_OLD: &[Scheme] = &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body])
        .in_header("x-hub-signature")
        .prefix("sha1=")];
    const NEW: Provider = Provider::new("new", SHA1);
    const OLD: Provider = Provider::new("old", SHA1_OLD);

    let door = Door::open(Endpoint::github(PLAIN)).await;
    let value = signed(providers::GITHUB, BODY).text(HUB);
    let tag = value.strip_prefix("sha256=").unwrap();
    let sha1 = signed(NEW, BODY).text(HUB);
    let old = signed(OLD, BODY);
    for (name, kind, sent) in [
        (
            "C08: a valid sha1 in its place",
            Kind::Malformed,
            github(&sha1),
        ),
        (
            "C08: a valid sha1 in its old header alone",
            Kind::MissingHeader,
            old.clone(),
        ),
        (
            "C08: a valid sha1 beside a wrong sha256",
            Kind::BadSignature,
            old.clone().add(HUB, format!("sha256={}", "00".repeat(32))),
        ),
        (
            "C08: both in one value",
            Kind::Malformed,
            github(format!("sha256={},{sha1}", "00".repeat(32))),
        ),
        ("C09: no prefix", Kind::Malformed, github(tag)),
        (
            "C09: SHA256=",
            Kind::Malformed,
            github(format!("SHA256={tag}")),
        ),
        ("C09: md5=", Kind::Malformed, github(format!("md5={tag}"))),
        (
            "C10: a redelivery with X-Hub-Signature only",
            Kind::MissingHeader,
            old.add("x-github-delivery", "00000000-0000-0000-0000-000000000000"),
        ),
    ] {
        door.refuses(&Row::new(name, kind, sent), 401).await;
    }
}

#[tokio::test]
async fn a_body_with_one_bit_flipped_at_any_position_is_refused() {
    // C15.
    let door = Door::open(standard()).await;
    let body: Vec<u8> = (0..2048_u32).map(|i| i.to_le_bytes()[0]).collect();
    let good = delivery("msg_c15", body.clone());
    for position in 0..body.len() {
        let mut flipped = body.clone();
        flipped[position] ^= 1 << (position % 8);
        let name = format!("C15: bit {} of byte {position}", position % 8);
        let row = Row::new(name, Kind::BadSignature, good.clone().body(flipped));
        door.refuses_in_process(&row, 401).await;
    }
    let short = delivery("msg_c15s", BODY);
    for bit in 0..BODY.len() * 8 {
        let mut flipped = BODY.as_bytes().to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let name = format!("C15: bit {bit} of a short body");
        let row = Row::new(name, Kind::BadSignature, short.clone().body(flipped));
        door.refuses_in_process(&row, 401).await;
    }
    door.accepts("C15: as it was signed", &good).await;
}

#[tokio::test]
async fn an_id_or_time_with_one_character_changed_is_refused() {
    // C15.
    let door = Door::open(standard()).await;
    let id = "msg_c15_id";
    let good = delivery(id, BODY);
    for position in 0..id.len() {
        let mut other = id.as_bytes().to_vec();
        other[position] = if other[position] == b'x' { b'y' } else { b'x' };
        let row = Row::new(
            format!("C15: character {position} of the id"),
            Kind::BadSignature,
            good.clone().set("webhook-id", other),
        );
        door.refuses(&row, 401).await;
    }
    for by in 1..=300 {
        let time = NOW.as_secs() - by;
        let row = Row::new(
            format!("C15: the time moved by {by} s"),
            Kind::BadSignature,
            good.clone().set("webhook-timestamp", time.to_string()),
        );
        door.refuses_in_process(&row, 401).await;
    }
}

#[tokio::test]
async fn a_signature_of_another_message_or_another_key_is_refused() {
    let door = Door::open(standard()).await;
    let good = delivery("msg_c16", BODY);
    let other_key = Signer::new(
        providers::STANDARD_WEBHOOKS,
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLMzk",
    )
    .unwrap();
    // The text of the secret as its own key, with its prefix and without.
    const TEXT: Provider = Provider::new(
        "text",
        &[Scheme::hmac(
            Algorithm::HmacSha256,
            &[Part::Literal("msg_c16.1700000000."), Part::Body],
        )
        .in_header("webhook-signature")
        .versions("v1")
        .encoding(Encoding::Base64)],
    );
    let with_key = |key: &str| {
        let signer = Signer::new(TEXT, key).expect("a usable secret");
        let signed = Sent::from(signer.sign(NOW, BODY));
        good.clone().set(SIGNATURE, signed.text(SIGNATURE))
    };
    for (name, sent) in [
        (
            "C16: of another body",
            good.clone()
                .set(SIGNATURE, delivery("msg_c16", "{}").text(SIGNATURE)),
        ),
        (
            "C16: of another id",
            good.clone()
                .set(SIGNATURE, delivery("msg_x", BODY).text(SIGNATURE)),
        ),
        (
            "C16: of another time",
            good.clone().set(
                SIGNATURE,
                delivery_at("msg_c16", UnixTime::from_secs(1_700_000_001), BODY).text(SIGNATURE),
            ),
        ),
        (
            "C16: by another secret",
            Sent::from(other_key.id("msg_c16").sign(NOW, BODY)),
        ),
        ("C16: by the text of the secret", with_key(WHSEC)),
        (
            "C16: by the text of the secret without its prefix",
            with_key(WHSEC.strip_prefix("whsec_").unwrap()),
        ),
    ] {
        door.refuses(&Row::new(name, Kind::BadSignature, sent), 401)
            .await;
    }
    door.accepts("C16: the real one", &good).await;

    // Stripe's secret is its whole text, prefix and all.
    let door = Door::open(Endpoint::stripe(WHSEC).clock(NOW)).await;
    let stripped = WHSEC.strip_prefix("whsec_").unwrap();
    let signer = Signer::new(providers::STRIPE, stripped).unwrap();
    let row = Row::new(
        "C16: Stripe, by the secret without its prefix",
        Kind::BadSignature,
        Sent::from(signer.sign(NOW, r#"{"id":"evt_1"}"#)),
    );
    door.refuses(&row, 401).await;
    assert!(
        Endpoint::standard_webhooks("whsec_not base64!")
            .build()
            .is_err(),
        "C16: a secret that does not decode is an error at construction"
    );
}
