//! Schemes with code of their own, through the front door: what vectors cannot say.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use webhook_core::providers::{self, BOX, KLARNA, MAILGUN, RAPYD, TWILIO};
use webhook_core::{
    Algorithm, Claimed, ConfigError, Encoding, Endpoint, EndpointBuilder, Finished, Head,
    MemoryStore, Outcome, Provider, RejectionKind, ReplayKey, SecretProblem, SignedRequest, Signer,
    UnixTime,
};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const URL: &str = "https://shop.example/hooks";

fn signer(provider: Provider) -> Signer {
    Signer::new(provider, SECRET).unwrap().public_url(URL)
}

fn endpoint(builder: EndpointBuilder) -> Endpoint {
    builder
        .public_url(URL)
        .clock(NOW)
        .store(MemoryStore::new())
        .build()
        .unwrap()
}

fn verify(
    endpoint: &Endpoint,
    request: &SignedRequest,
) -> Result<webhook_core::Coverage, RejectionKind> {
    let delivery = endpoint.verify(&head(request), request.body.clone());
    delivery
        .map(|delivery| delivery.proof().coverage())
        .map_err(|rejection| rejection.kind())
}

fn head(request: &SignedRequest) -> Head<'_> {
    Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    }
}

/// Whether the delivery runs; then it is done.
fn runs(endpoint: &Endpoint, request: &SignedRequest) -> bool {
    let mut intake = endpoint.begin(&head(request)).intake().unwrap();
    intake.push(request.body.clone()).unwrap();
    let Finished::Event(checked) = intake.finish().unwrap() else {
        panic!("not an event");
    };
    match block_on(checked.claim()).unwrap() {
        Claimed::Run(permit) => {
            block_on(permit.settle(Outcome::Status(200)));
            true
        }
        _ => false,
    }
}

/// The key of a delivery that is not claimed already.
fn key(endpoint: &Endpoint, request: &SignedRequest) -> ReplayKey {
    let mut intake = endpoint.begin(&head(request)).intake().unwrap();
    intake.push(request.body.clone()).unwrap();
    let Finished::Event(checked) = intake.finish().unwrap() else {
        panic!("no event");
    };
    let Claimed::Run(permit) = block_on(checked.claim()).unwrap() else {
        panic!("a copy");
    };
    *permit.key().unwrap()
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

#[test]
fn twilios_json_is_covered_once_its_hash_was_checked_and_a_swapped_one_is_refused() {
    let endpoint = endpoint(Endpoint::twilio(SECRET, URL));
    let signer = signer(TWILIO).header("content-type", "application/json");
    let signed = signer.sign(NOW, r#"{"a":1}"#);
    assert!(verify(&endpoint, &signed).unwrap().body);
    let mut swapped = signed;
    swapped.body = r#"{"a":2}"#.into();
    assert_eq!(
        verify(&endpoint, &swapped),
        Err(RejectionKind::BadSignature)
    );
}

#[test]
fn twilios_form_is_not_reported_as_covered_byte_for_byte() {
    let endpoint = endpoint(Endpoint::twilio(SECRET, URL));
    let mut signed = signer(TWILIO).sign(NOW, "Digits=1234&Body=+a+");
    let coverage = verify(&endpoint, &signed).unwrap();
    assert!(coverage.values && !coverage.url && !coverage.body);
    // Where a name ends is not signed, so this is why.
    signed.body = "Digits1=234&Body=%20a%20".into();
    assert!(!verify(&endpoint, &signed).unwrap().body);
    signed.body = "Digits=1234&Body=+a".into();
    assert_eq!(verify(&endpoint, &signed), Err(RejectionKind::BadSignature));
}

#[test]
fn another_spelling_of_what_is_signed_has_the_same_key() {
    let endpoint = endpoint(Endpoint::twilio(SECRET, URL));
    let mut signed = signer(TWILIO).sign(NOW, "a=1&b=+x");
    let original = key(&endpoint, &signed);
    for copy in ["b=%20x&a=1", "a=1&b=+x&a=1", "&a=1&&b=%20%78"] {
        signed.body = copy.into();
        assert_eq!(key(&endpoint, &signed), original, "{copy}");
    }
    signed = signer(TWILIO).sign(NOW, "a=1&b=+y");
    assert_ne!(key(&endpoint, &signed), original);
}

#[test]
fn a_path_that_is_only_nearly_the_same_is_still_the_configured_one_and_the_query_counts() {
    let endpoint = endpoint(Endpoint::twilio(SECRET, URL));
    let signed = signer(TWILIO)
        .path_and_query("/hooks?a=b+c")
        .sign(NOW, "x=1");
    let at = |target: &str| {
        let mut request = signed.clone();
        target.clone_into(&mut request.path_and_query);
        verify(&endpoint, &request).is_ok()
    };
    assert!(at("/hooks?a=b+c"));
    for target in [
        "/hooks?a=b%20c",
        "/hooks?a=b+c&",
        "/hooks?",
        "/hooks",
        "/hooks?A=b+c",
        "/hooks?a=b+c%00",
    ] {
        assert!(!at(target), "{target}");
    }
}

#[test]
fn mailguns_token_counts_once_whatever_the_body_says() {
    let endpoint = endpoint(Endpoint::mailgun(SECRET));
    let signed = signer(MAILGUN).sign(NOW, r#"{"event-data":{"id":"a","event":"opened"}}"#);
    assert!(runs(&endpoint, &signed));
    let mut altered = signed;
    let text = String::from_utf8(altered.body.to_vec()).unwrap();
    altered.body = text.replace("opened", "failed").into();
    assert!(!verify(&endpoint, &altered).unwrap().body);
    assert!(!runs(&endpoint, &altered), "one token ran two events");
}

#[test]
fn the_key_slot_of_boxs_secondary_key_is_behind_the_secrets() {
    let builder = Endpoint::builder(BOX, ["another-key-of-sixteen", SECRET]);
    let endpoint = endpoint(builder.setting("secondary_secret", "the-secondary-key-01"));
    let mut signed = Signer::new(BOX, "the-secondary-key-01")
        .unwrap()
        .sign(NOW, "{}");
    assert_eq!(verify(&endpoint, &signed), Err(RejectionKind::BadSignature));
    signed.headers[0].0 = "box-signature-secondary".to_owned();
    let delivery = endpoint
        .verify(&head(&signed), signed.body.clone())
        .unwrap();
    assert_eq!(delivery.proof().key_slot(), 2);
}

#[test]
fn settings_that_are_missing_unknown_or_blank_are_errors() {
    let build = |builder: EndpointBuilder| builder.clock(NOW).build().err();
    let rapyd = || Endpoint::builder(RAPYD, SECRET).public_url(URL);
    let name = "access_key";
    assert_eq!(build(rapyd()), Some(ConfigError::MissingSetting { name }));
    for (value, problem) in [
        ("", SecretProblem::Empty),
        (" ", SecretProblem::Empty),
        (" rak", SecretProblem::SurroundingWhitespace),
        ("rak\0", SecretProblem::ControlCharacter),
    ] {
        let error = build(rapyd().setting(name, value));
        assert_eq!(error, Some(ConfigError::Setting { name, problem }));
    }
    let both = rapyd().setting(name, "rak").setting("kid", "a");
    assert_eq!(
        build(both),
        Some(ConfigError::UnknownSetting {
            name: "kid".to_owned()
        })
    );
    assert_eq!(build(rapyd().setting(name, "").setting(name, "rak")), None);
    assert_eq!(build(Endpoint::klarna(SECRET, "krn:1")), None);
    assert!(KLARNA.required_settings().any(|name| name == "kid"));
}

#[test]
fn a_setting_is_not_shown() {
    let mut options = webhook_core::Options::default();
    options.settings.set("secondary_secret", "hunter2-hunter2");
    let shown = format!("{options:?} {:?}", options.settings);
    assert!(
        shown.contains("secondary_secret") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[test]
fn a_form_that_is_sorted_has_two_thousand_fields_at_the_most() {
    let form = |fields: usize| {
        let fields = (0..fields).map(|i| format!("f{}={i}&", i % 100));
        fields.collect::<String>()
    };
    let endpoint = endpoint(Endpoint::twilio(SECRET, URL).body_limit(4 << 20));
    let sent = |fields| verify(&endpoint, &signer(TWILIO).sign(NOW, form(fields)));
    assert!(sent(2000).is_ok());
    for more in [2001, 100_000] {
        assert_eq!(sent(more), Err(RejectionKind::Malformed));
    }
}

#[test]
fn json_without_end_is_refused() {
    for body in ["[", "{\"a\":", "{\"value\":["] {
        for provider in [providers::ADYEN, providers::MICROSOFT_GRAPH, MAILGUN] {
            let builder = Endpoint::builder(provider, SECRET).body_limit(4 << 20);
            let mut request = signer(provider).sign(NOW, "{}");
            request.body = body.repeat(200_000).into();
            assert!(verify(&endpoint(builder), &request).is_err());
        }
    }
}

#[test]
fn endpoints_of_no_provider_take_what_their_signer_sends_and_nothing_else() {
    let builders = [
        Endpoint::token("x-token", SECRET),
        Endpoint::token_in_query("key", SECRET),
        Endpoint::token_in_form("token", SECRET),
        Endpoint::hmac(
            Algorithm::HmacSha512,
            "x-signature",
            Encoding::Base64,
            SECRET,
        ),
    ];
    for builder in builders {
        let endpoint = builder.clock(NOW).build().unwrap();
        let provider = *endpoint.provider();
        let sign = |secret: &str| Signer::new(provider, secret).unwrap().sign(NOW, "a=1");
        assert_eq!(verify(&endpoint, &sign(SECRET)), Ok(provider.coverage()));
        let refused = verify(&endpoint, &sign("another-secret-of-sixteen"));
        assert_eq!(
            refused,
            Err(RejectionKind::BadSignature),
            "{}",
            provider.name()
        );
    }
    let twice = Endpoint::token_in_form("token", SECRET)
        .clock(NOW)
        .build()
        .unwrap();
    let mut request = Signer::new(*twice.provider(), SECRET)
        .unwrap()
        .sign(NOW, "token=x");
    assert_eq!(
        verify(&twice, &request),
        Err(RejectionKind::AmbiguousHeader)
    );
    request.body = "token=".into();
    assert_eq!(verify(&twice, &request), Err(RejectionKind::Malformed));
    request.body = "a=1".into();
    assert_eq!(verify(&twice, &request), Err(RejectionKind::MissingHeader));
    let basic = Endpoint::basic("shop", SECRET).clock(NOW).build().unwrap();
    let request = Signer::new(*basic.provider(), format!("shop:{SECRET}"))
        .unwrap()
        .sign(NOW, "");
    assert!(verify(&basic, &request).unwrap().is_sender_only());
    assert!(Endpoint::token("x-token", "").build().is_err());
}

#[test]
fn a_credential_beside_the_proof_has_to_be_one() {
    let marqeta = |credentials: &str| {
        let builder = Endpoint::marqeta("a-secret-0123456789abcdef");
        builder.setting("credentials", credentials).build()
    };
    assert!(marqeta("user:hunter2").is_ok());
    for wrong in ["user", ":hunter2", " user:hunter2", ""] {
        let error = marqeta(wrong).unwrap_err();
        assert!(
            matches!(&error, ConfigError::Setting { name, .. } if *name == "credentials"),
            "{wrong:?}: {error}"
        );
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[test]
fn the_payload_is_what_was_inside_and_the_raw_body_what_came() {
    #[derive(serde::Deserialize)]
    struct Note {
        note: String,
    }
    let json = r#"{"note":"inside","message_id":"m1","event_type":"made"}"#;
    let cases: &[(Provider, &str, &str)] = &[
        (providers::KOFI, SECRET, SECRET),
        (providers::GITEA_FORM, SECRET, SECRET),
        (providers::MANDRILL, SECRET, SECRET),
        (providers::DROPBOX_SIGN, SECRET, SECRET),
        (providers::unconfirmed::TRUORA, SECRET, SECRET),
        #[cfg(feature = "asymmetric")]
        (
            providers::STONE_OPEN_BANK,
            include_str!("../../webhook-test/vectors/keys/rsa.pub.pem"),
            include_str!("../../webhook-test/vectors/keys/rsa.pem"),
        ),
        #[cfg(feature = "asymmetric")]
        (providers::FEISHU, SECRET, SECRET),
    ];
    for (provider, ours, theirs) in cases {
        let mut builder = Endpoint::builder(*provider, *ours);
        let mut signer = Signer::new(*provider, *theirs).unwrap();
        for name in provider.required_settings() {
            let private = include_str!("../../webhook-test/vectors/keys/rsa-other.pem");
            (builder, signer) = (
                builder.setting(name, private),
                signer.setting(name, private),
            );
        }
        let request = signer.public_url(URL).sign(NOW, json);
        let delivery = endpoint(builder).verify(&head(&request), request.body.clone());
        let (delivery, name) = (delivery.unwrap(), provider.name());
        assert_eq!(delivery.raw(), &request.body, "{name}");
        assert_ne!(delivery.raw(), delivery.payload(), "{name}");
        assert_eq!(delivery.json::<Note>().unwrap().note, "inside", "{name}");
    }
    let kofi = signer(providers::KOFI).sign(NOW, r#"{"message_id":"m1","type":"Donation"}"#);
    let sign = signer(providers::DROPBOX_SIGN).sign(NOW, "{}");
    for (builder, request, labels) in [
        (Endpoint::kofi(SECRET), kofi, (Some("m1"), Some("Donation"))),
        (
            Endpoint::dropbox_sign(SECRET),
            sign,
            (None, Some("account_confirmed")),
        ),
    ] {
        let delivery = endpoint(builder).verify(&head(&request), request.body.clone());
        let delivery = delivery.unwrap();
        assert_eq!((delivery.id(), delivery.event_type()), labels);
    }
    let request = signer(providers::BRAINTREE)
        .setting("public_key", "p")
        .sign(NOW, "<notification/>");
    let shop = endpoint(Endpoint::braintree(SECRET, "p"));
    let delivery = shop.verify(&head(&request), request.body.clone()).unwrap();
    assert_eq!(delivery.payload(), "<notification/>");
    // Where nothing is inside, they are one.
    let request = Signer::new(providers::GITHUB, SECRET)
        .unwrap()
        .sign(NOW, "{}");
    let delivery = endpoint(Endpoint::github(SECRET)).verify(&head(&request), request.body.clone());
    let delivery = delivery.unwrap();
    assert_eq!(delivery.raw(), delivery.payload());
}
