//! Handshakes through the public door: those of no preset yet, and what may not be configured.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use webhook_core::{
    Algorithm, Answer, Begun, Challenge, ConfigError, Endpoint, EndpointBuilder, Finished,
    Handshake, Head, MemoryStore, Part, Provider, RejectionKind, Reply, Scheme, Signer, UnixTime,
    When, providers,
};

const SECRET: &str = "secret-0123456789abcdef";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const NONE: &[(&str, &str)] = &[];

const SIGNED: &[Scheme] =
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("acme-signature")];

const fn acme(challenge: Challenge, reply: Reply) -> Provider {
    Provider::new("acme", SIGNED).answers(Handshake::new(challenge, reply))
}

const PING: Provider = acme(number(1), Reply::Json(r#"{"type":1}"#));
const EVENT_PING: Provider = acme(number(0), Reply::Status(204));
const MONDAY: Provider = acme(
    Challenge::UnsignedField("/challenge"),
    Reply::Field("challenge"),
);
const EBAY: Provider = acme(
    Challenge::Query("GET", "challenge_code"),
    Reply::Digest("challengeResponse"),
);

const fn number(value: i64) -> Challenge {
    Challenge::Signed {
        when: When::Number("/type", value),
        value: "/type",
    }
}

fn endpoint(provider: Provider) -> EndpointBuilder {
    let builder = Endpoint::builder(provider, SECRET).clock(NOW);
    builder.store(MemoryStore::new())
}

/// The answer to a challenge, `Ok(None)` for a delivery.
fn send(
    endpoint: &Endpoint,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Option<Answer>, RejectionKind> {
    let headers = headers.to_vec();
    let head = Head {
        method,
        path_and_query: target,
        headers: &headers,
    };
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Answer(answer) => return Ok(Some(answer)),
        Begun::Refused(rejection) => return Err(rejection.kind()),
    };
    intake
        .push(Bytes::from(body.to_owned()))
        .map_err(|refused| refused.kind())?;
    match intake.finish().map_err(|refused| refused.kind())? {
        Finished::Answer(answer) => Ok(Some(answer)),
        _ => Ok(None),
    }
}

fn signed(endpoint: &Endpoint, secret: &str, body: &str) -> Result<Option<Answer>, RejectionKind> {
    let signer = Signer::new(*endpoint.provider(), secret).unwrap();
    let request = signer.sign(NOW, body.to_owned());
    let headers: Vec<_> = request
        .headers
        .iter()
        .map(|(n, v)| (n.as_ref(), v.as_ref()))
        .collect();
    send(endpoint, "POST", "/", &headers, body)
}

fn header(answer: &Answer, name: &str) -> Option<String> {
    let mut headers = answer.headers();
    let found = headers.find(|(known, _)| *known == name);
    found.map(|(_, value)| value.into_owned())
}

#[test]
fn a_ping_by_number_is_answered_once_it_is_verified() {
    let pings = endpoint(PING).build().unwrap();
    let answer = signed(&pings, SECRET, r#"{"type":1}"#).unwrap().unwrap();
    assert_eq!(
        (answer.status(), &answer.body()[..]),
        (200, &br#"{"type":1}"#[..])
    );
    assert_eq!(
        header(&answer, "content-type").as_deref(),
        Some("application/json")
    );
    let forged = signed(&pings, "another-0123456789abcdef", r#"{"type":1}"#);
    assert_eq!(forged, Err(RejectionKind::BadSignature));
    let unsigned = send(&pings, "POST", "/", NONE, r#"{"type":1}"#);
    assert_eq!(unsigned, Err(RejectionKind::MissingHeader));
    for delivery in [r#"{"type":2}"#, r#"{"type":"1"}"#, r#"{"type":true}"#, "{}"] {
        assert_eq!(signed(&pings, SECRET, delivery), Ok(None), "{delivery}");
    }
    let events = endpoint(EVENT_PING).build().unwrap();
    let answer = signed(&events, SECRET, r#"{"version":1,"type":0}"#);
    let answer = answer.unwrap().unwrap();
    assert_eq!((answer.status(), answer.body().len()), (204, 0));
    assert_eq!(signed(&events, SECRET, r#"{"type":1}"#), Ok(None));
}

#[test]
fn words_are_echoed_where_the_provider_sends_words() {
    let graph = endpoint(providers::MICROSOFT_GRAPH).build().unwrap();
    let ask = |value: &str| {
        send(
            &graph,
            "POST",
            &format!("/?validationToken={value}"),
            NONE,
            "",
        )
    };
    let answer = ask("Validation%3A+Request-Id%3A+1").unwrap().unwrap();
    assert_eq!(answer.body(), "Validation: Request-Id: 1");
    assert_eq!(
        header(&answer, "content-type").as_deref(),
        Some("text/plain")
    );
    assert_eq!(
        header(&answer, "x-content-type-options").as_deref(),
        Some("nosniff")
    );
    assert_eq!(
        header(&answer, "cache-control").as_deref(),
        Some("no-store")
    );
    for bad in ["", "+", "+a", "%C3%A4", "a%09b", "a%0Ab", "%00"] {
        assert_eq!(ask(bad), Err(RejectionKind::Malformed), "{bad:?}");
    }
}

#[test]
fn an_unsigned_field_is_echoed_and_a_signed_one_is_a_delivery() {
    let monday = endpoint(MONDAY).build().unwrap();
    let ask = |headers: &[(&str, &str)], body: &str| send(&monday, "POST", "/", headers, body);
    let body = r#"{"challenge":"3eZb"}"#;
    let answer = ask(NONE, body).unwrap().unwrap();
    assert_eq!(answer.body(), body);
    assert_eq!(signed(&monday, SECRET, body), Ok(None));
    let wrong = "00".repeat(32);
    let refused = ask(&[("acme-signature", &wrong)], body);
    assert_eq!(refused, Err(RejectionKind::BadSignature));
    for bad in [
        "",
        "{}",
        r#"{"challenge":1}"#,
        r#"{"challenge":"a","challenge":"b"}"#,
    ] {
        assert_eq!(ask(NONE, bad), Err(RejectionKind::MissingHeader), "{bad}");
    }
    let long = format!(r#"{{"challenge":"{}"}}"#, "x".repeat(1025));
    assert_eq!(ask(NONE, &long), Err(RejectionKind::Malformed));
    assert_eq!(ask(NONE, &"x".repeat(4097)), Err(RejectionKind::TooLarge));
    let announced = ask(&[("content-length", "4097")], "");
    assert_eq!(announced, Err(RejectionKind::MissingHeader));
}

#[test]
fn a_form_that_is_a_ping_is_answered_if_nothing_else_is_in_it() {
    let shop = endpoint(providers::WOOCOMMERCE).build().unwrap();
    let ask = |body: &str| send(&shop, "POST", "/", NONE, body);
    let answer = ask("webhook_id=7").unwrap().unwrap();
    assert_eq!((answer.status(), answer.body().len()), (200, 0));
    for bad in ["", "webhook_id=7&id=1", "id=1", r#"{"id":1}"#] {
        assert_eq!(ask(bad), Err(RejectionKind::MissingHeader), "{bad}");
    }
    assert_eq!(signed(&shop, SECRET, "webhook_id=7"), Ok(None));
}

#[test]
fn a_probe_of_the_certificate_is_answered_and_nothing_else_without_a_signature() {
    let slack = endpoint(providers::SLACK).build().unwrap();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let ask = |body: &str| send(&slack, "POST", "/", &[form], body);
    let answer = ask("ssl_check=1&token=xyzz").unwrap().unwrap();
    assert_eq!((answer.status(), answer.body().len()), (200, 0));
    let long = format!("ssl_check=1&token={}", "x".repeat(5000));
    assert_eq!(ask(&long), Err(RejectionKind::TooLarge));
    for bad in ["", "ssl_check=2", "token=xyzz", r#"{"ssl_check":"1"}"#] {
        assert_eq!(ask(bad), Err(RejectionKind::MissingHeader), "{bad}");
    }
    let unnamed = send(&slack, "POST", "/", NONE, "ssl_check=1");
    assert_eq!(unnamed, Err(RejectionKind::MissingHeader));
    // The challenge in JSON is answered only if it is signed.
    let challenge = r#"{"type":"url_verification","challenge":"abc"}"#;
    assert_eq!(ask(challenge), Err(RejectionKind::MissingHeader));
    assert!(signed(&slack, SECRET, challenge).unwrap().is_some());
    // A signed form is an event, whatever its fields are.
    assert_eq!(signed(&slack, SECRET, "ssl_check=1"), Ok(None));
}

#[test]
fn an_unsigned_probe_is_answered_and_what_might_be_an_event_is_not() {
    let shop = endpoint(providers::unconfirmed::MELHOR_ENVIO)
        .build()
        .unwrap();
    let ask = |headers: &[(&str, &str)], body: &str| send(&shop, "POST", "/", headers, body);
    for probe in ["", "ping", "{}", "[]", r#"{"test":true}"#] {
        let answer = ask(NONE, probe).unwrap().unwrap();
        assert_eq!((answer.status(), answer.body().len()), (200, 0), "{probe}");
    }
    assert_eq!(shop.counts().challenges, 5);
    for event in [
        r#"{"event":"order.paid","data":{"id":1}}"#,
        r#"{"event":1,"event":2}"#,
        r#"{"data":{"event":"order.paid"}"#,
        r#"["event""#,
    ] {
        assert_eq!(
            ask(NONE, event),
            Err(RejectionKind::MissingHeader),
            "{event}"
        );
    }
    let long = ask(NONE, &"x".repeat(4097));
    assert_eq!(long, Err(RejectionKind::TooLarge));
    // With a signature it is a delivery, whatever is in it.
    let wrong = ask(&[("x-me-signature", "AAAA")], "");
    assert!(matches!(wrong, Err(kind) if kind != RejectionKind::MissingHeader));
    assert_eq!(signed(&shop, SECRET, r#"{"event":"order.paid"}"#), Ok(None));
}

#[test]
fn a_proof_is_given_for_what_is_harmless_to_sign() {
    let builder = || endpoint(providers::BRAINTREE).setting("public_key", "integration_public_key");
    let ask = |endpoint: &Endpoint, method: &str, value: &str| {
        let target = format!("/?bt_challenge={value}");
        send(endpoint, method, &target, NONE, "")
    };
    // Braintree's own example, which is for this private key.
    let keys = ["integration_private_key", "another-0123456789abcdef"];
    let shop = Endpoint::braintree(keys, "integration_public_key");
    let shop = shop.build().unwrap();
    let value = "20f9f8ed05f77439fe955c977e4c8a53";
    let answer = ask(&shop, "GET", value).unwrap().unwrap();
    let proof = "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4";
    assert_eq!(
        (answer.status(), &answer.body()[..]),
        (200, proof.as_bytes())
    );
    for (name, expected) in [
        ("content-type", "text/plain"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(header(&answer, name).as_deref(), Some(expected));
    }
    let shop = builder().build().unwrap();
    for value in [
        "",
        "bad+challenge",
        // Uppercase, and so base64 of anything.
        "PD94bWwgdmVyc2lvbj0iMS4w",
        "20F9F8ED05F77439FE955C977E4C8A53",
        // A digit too few, a digit too many.
        "20f9f8ed05f77439fe9",
        "20f9f8ed05f77439fe955c977e4c8a530",
        "20f9f8ed05f77439fe955c977e4c8a5%0A",
        "20f9f8ed05f77439fe955c97%20",
    ] {
        let refused = ask(&shop, "GET", value);
        assert_eq!(refused, Err(RejectionKind::Malformed), "{value}");
    }
    let twice = ask(&shop, "GET", &format!("{value}&bt_challenge=0{value}"));
    assert_eq!(twice, Err(RejectionKind::AmbiguousHeader));
    // A delivery has another method, and no proof in its query.
    assert!(ask(&shop, "POST", value).is_err());
    let other = send(&shop, "GET", "/", NONE, "");
    assert_eq!(other, Err(RejectionKind::MethodNotAllowed));
}

#[test]
fn a_digest_is_made_of_value_token_and_url() {
    let builder = endpoint(EBAY).verify_token("71745723-d031-455c-bfa5-f90d11b4f20a");
    assert_eq!(
        builder.clone().build().unwrap_err(),
        ConfigError::MissingUrl
    );
    let ebay = builder.public_url("http://www.testendpoint.com/webhook");
    let ebay = ebay.build().unwrap();
    let target = "/webhook?challenge_code=a8628072-3d33-45ee-9004-bee86830a22d";
    let answer = send(&ebay, "GET", target, NONE, "").unwrap().unwrap();
    let digest = "ca527df75caa230092d7e90484071e8f05d63068f1317973d6a3a42593734bbb";
    assert_eq!(
        answer.body(),
        format!(r#"{{"challengeResponse":"{digest}"}}"#).as_bytes()
    );
    let unconfigured = endpoint(EBAY).build().unwrap();
    let refused = send(&unconfigured, "GET", target, NONE, "");
    assert_eq!(refused, Err(RejectionKind::MethodNotAllowed));
}

#[test]
fn a_hook_is_asked_once_and_only_of_usable_secrets() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let asana = endpoint(providers::ASANA).on_offered_secret(move |offered| {
        counter.fetch_add(1, Ordering::SeqCst);
        offered != "unwanted-0123456789"
    });
    let asana = asana.build().unwrap();
    let offer = |secret: &str| send(&asana, "POST", "/", &[("x-hook-secret", secret)], "");
    for bad in ["", " ", "a b", "ä", &"x".repeat(1025)] {
        assert!(offer(bad).is_err(), "{bad:?}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert_eq!(
        offer("unwanted-0123456789"),
        Err(RejectionKind::BadSignature)
    );
    let answer = offer("wanted-0123456789").unwrap().unwrap();
    assert_eq!(
        header(&answer, "x-hook-secret").as_deref(),
        Some("wanted-0123456789")
    );
    assert!(!format!("{answer:?}").contains("wanted-0123456789"));
    assert_eq!(offer("other-0123456789"), Err(RejectionKind::BadSignature));
    assert!(offer("wanted-0123456789").is_ok());
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn what_no_handshake_needs_is_not_configured() {
    let stripe = endpoint(providers::STRIPE);
    let refused = stripe.clone().verify_token("token").build().unwrap_err();
    assert_eq!(refused, ConfigError::NoVerifyToken);
    let refused = stripe.on_offered_secret(|_| true).build().unwrap_err();
    assert_eq!(refused, ConfigError::NoOfferedSecret);
    let empty = endpoint(providers::META).verify_token("").build();
    assert!(matches!(empty, Err(ConfigError::VerifyToken { .. })));
}

#[test]
fn a_body_behind_an_answered_head_ends_the_connection() {
    let dropbox = endpoint(providers::DROPBOX).build().unwrap();
    let ask = |headers: &[(&str, &str)]| send(&dropbox, "GET", "/?challenge=a", headers, "");
    let closes = |answer: Answer| header(&answer, "connection").is_some();
    assert!(!closes(ask(NONE).unwrap().unwrap()));
    assert!(!closes(ask(&[("content-length", "0")]).unwrap().unwrap()));
    assert!(closes(ask(&[("content-length", "5")]).unwrap().unwrap()));
    assert!(closes(
        ask(&[("transfer-encoding", "chunked")]).unwrap().unwrap()
    ));
}
