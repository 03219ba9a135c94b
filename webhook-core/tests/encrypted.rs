//! Feishu's encrypted bodies: the check of a URL, which nothing signs, and what must not be told
//! about anything else that nothing signs.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use webhook_core::providers::FEISHU;
use webhook_core::{
    Answer, Begun, Claimed, ConfigError, Endpoint, EndpointBuilder, Finished, Head, MemoryStore,
    Outcome, Rejection, RejectionKind, SignedRequest, Signer, UnixTime,
};

use common::block_on;

const KEY: &str = "encrypt-key-0123456789abcdef";
const TOKEN: &str = "token-0123456789abcdef";
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

fn builder() -> EndpointBuilder {
    let builder = Endpoint::feishu(KEY).clock(NOW);
    builder.store(MemoryStore::new())
}

fn endpoint() -> Endpoint {
    builder().verify_token(TOKEN).build().unwrap()
}

fn event() -> Value {
    json!({"schema": "2.0", "header": {"event_id": "e1", "event_type": "a.b", "token": TOKEN}})
}

fn challenge() -> Value {
    json!({"challenge": "c1", "token": TOKEN, "type": "url_verification"})
}

fn signed(key: &str, now: UnixTime, text: &str) -> SignedRequest {
    Signer::new(FEISHU, key).unwrap().sign(now, text.to_owned())
}

/// The same body without the signature.
fn unsigned(key: &str, text: &str) -> SignedRequest {
    let mut request = signed(key, NOW, text);
    request.headers.clear();
    request
}

/// The unsigned body of this ciphertext.
fn of_ciphertext(sealed: &[u8]) -> SignedRequest {
    of_body(json!({"encrypt": STANDARD.encode(sealed)}).to_string())
}

fn of_body(body: impl Into<Bytes>) -> SignedRequest {
    let mut request = unsigned(KEY, "");
    request.body = body.into();
    request
}

fn ciphertext(request: &SignedRequest) -> Vec<u8> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    STANDARD.decode(body["encrypt"].as_str().unwrap()).unwrap()
}

fn send(endpoint: &Endpoint, request: &SignedRequest) -> Result<Finished, Rejection> {
    let head = Head::new(request.method, &request.path_and_query, &request.headers);
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection),
        Begun::Answer(_) => panic!("answered by its head"),
    };
    intake.push(request.body.clone())?;
    intake.finish()
}

fn answer(endpoint: &Endpoint, request: &SignedRequest) -> Option<Answer> {
    match send(endpoint, request) {
        Ok(Finished::Answer(answer)) => Some(answer),
        _ => None,
    }
}

/// All that a sender and a log can see of a refusal.
fn refusal(endpoint: &Endpoint, request: &SignedRequest) -> (RejectionKind, String) {
    let rejection = send(endpoint, request).unwrap_err();
    (rejection.kind(), format!("{rejection:?}"))
}

#[test]
fn an_event_of_which_each_attempt_is_encrypted_anew_runs_once() {
    let endpoint = endpoint();
    let attempt = |secs| signed(KEY, UnixTime::from_secs(secs), &event().to_string());
    let (first, retry) = (attempt(1_800_000_000), attempt(1_800_000_015));
    assert_ne!(first.body, retry.body);
    let run = |request| {
        let Finished::Event(checked) = send(&endpoint, request).unwrap() else {
            panic!("not an event");
        };
        match block_on(checked.claim()).unwrap() {
            Claimed::Run(permit) => {
                let delivery = permit.delivery();
                let seen = (
                    delivery.id().map(str::to_owned),
                    delivery.event_type().map(str::to_owned),
                    delivery.json::<Value>().unwrap(),
                );
                block_on(permit.settle(Outcome::Status(200)));
                Some(seen)
            }
            _ => None,
        }
    };
    let seen = (Some("e1".to_owned()), Some("a.b".to_owned()), event());
    assert_eq!(run(&first), Some(seen));
    assert_eq!(run(&retry), None);
    assert_eq!(run(&first), None);
}

#[test]
fn the_check_of_the_url_is_answered_with_its_challenge() {
    let request = unsigned(KEY, &challenge().to_string());
    let answer = answer(&endpoint(), &request).unwrap();
    assert_eq!(
        (answer.status(), &answer.body()[..]),
        (200, &br#"{"challenge":"c1"}"#[..])
    );
    let headers: Vec<_> = answer.headers().collect();
    for expected in [
        ("content-type", "application/json"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ] {
        assert!(headers.iter().any(|(n, v)| (*n, &**v) == expected));
    }
}

#[test]
fn a_signed_check_of_the_url_is_answered_and_is_no_event() {
    let request = signed(KEY, NOW, &challenge().to_string());
    let without_token = builder().build().unwrap();
    assert!(answer(&endpoint(), &request).is_some());
    assert!(answer(&without_token, &request).is_some());
    let other = signed(
        "another-key-0123456789abcdef",
        NOW,
        &challenge().to_string(),
    );
    assert_eq!(
        send(&endpoint(), &other).unwrap_err().kind(),
        RejectionKind::BadSignature
    );
}

#[test]
fn without_a_verify_token_no_unsigned_request_is_read() {
    let endpoint = builder().build().unwrap();
    let request = unsigned(KEY, &challenge().to_string());
    let head = Head::new(request.method, &request.path_and_query, &request.headers);
    let Begun::Refused(rejection) = endpoint.begin(&head) else {
        panic!("read");
    };
    assert_eq!(rejection.kind(), RejectionKind::MissingHeader);
    for bad in ["", " "] {
        let refused = builder().verify_token(bad).build().unwrap_err();
        assert!(matches!(refused, ConfigError::VerifyToken { .. }));
    }
}

#[test]
fn whatever_is_wrong_with_an_unsigned_request_it_is_refused_like_any_other() {
    let endpoint = endpoint();
    let mut requests = vec![
        unsigned(KEY, &event().to_string()),
        unsigned(KEY, "hello world"),
        unsigned(KEY, ""),
        unsigned("another-key-0123456789abcdef", &challenge().to_string()),
        of_body(challenge().to_string()),
        of_body(event().to_string()),
        of_body(""),
        of_body("{}"),
        of_body("not JSON"),
        of_body(r#"{"encrypt":1}"#),
        of_body(r#"{"encrypt":"?"}"#),
        of_body(r#"{"encrypt":"","encrypt":""}"#),
        of_ciphertext(b""),
        of_ciphertext(&[0; 15]),
        of_ciphertext(&[0; 16]),
        of_ciphertext(&[0; 31]),
        of_ciphertext(&[0; 32]),
    ];
    for (name, value) in [
        ("token", json!("another-token-0123456789")),
        ("token", json!("")),
        ("token", json!(null)),
        ("token", json!(1)),
        ("type", json!("event_callback")),
        ("type", json!(null)),
        ("challenge", json!("")),
        ("challenge", json!(1)),
        ("challenge", json!("<script>alert(1)</script> ")),
    ] {
        let mut asked = challenge();
        asked[name] = value;
        requests.push(unsigned(KEY, &asked.to_string()));
    }
    let twice = format!(
        r#"{{"type":"url_verification","token":"{TOKEN}","challenge":"a","challenge":"b"}}"#
    );
    requests.push(unsigned(KEY, &twice));
    let nothing = refusal(&endpoint, &of_body("anything"));
    assert_eq!(nothing.0, RejectionKind::MissingHeader);
    for request in &requests {
        assert_eq!(
            refusal(&endpoint, request),
            nothing,
            "{:?}",
            String::from_utf8_lossy(&request.body)
        );
    }
}

/// Vaudenay's attack decrypts a captured event with answers that tell good padding from bad. So the
/// 256 values of a byte that decides about the padding get one answer, and so does any other change.
#[test]
fn a_captured_event_cannot_be_decrypted_by_asking() {
    let endpoint = endpoint();
    let captured = ciphertext(&signed(KEY, NOW, &event().to_string()));
    let nothing = refusal(&endpoint, &of_body("anything"));
    let last = captured.len() - 17;
    for value in 0..=u8::MAX {
        let mut asked = captured.clone();
        asked[last] = value;
        assert_eq!(refusal(&endpoint, &of_ciphertext(&asked)), nothing);
        // The same, about a block in the middle.
        let mut asked = captured[..48].to_vec();
        asked[31] = value;
        assert_eq!(refusal(&endpoint, &of_ciphertext(&asked)), nothing);
    }
    for at in 0..captured.len() {
        let mut asked = captured.clone();
        asked[at] ^= 0x80;
        assert_eq!(refusal(&endpoint, &of_ciphertext(&asked)), nothing, "{at}");
    }
}

#[test]
fn an_unsigned_request_that_is_longer_than_a_challenge_is_refused() {
    let mut long = challenge();
    long["more"] = "x".repeat(4096).into();
    let request = unsigned(KEY, &long.to_string());
    assert!(answer(&endpoint(), &request).is_none());
    let mut short = challenge();
    short["more"] = "x".repeat(2048).into();
    let request = unsigned(KEY, &short.to_string());
    assert!(answer(&endpoint(), &request).is_some());
}
