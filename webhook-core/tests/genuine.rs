//! Genuine deliveries in every form that their sender documents: none of them is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use webhook_core::{
    Begun, Claimed, Delivery, Endpoint, Finished, Head, Location, MemoryStore, Provider,
    RejectionKind, SignedRequest, Signer, providers,
};

#[allow(dead_code, reason = "shared with other tests")]
#[path = "common/parties.rs"]
mod parties;

mod common;

use common::block_on;
use parties::{NOW, URL, secrets, setting, signing_secret};

fn endpoint(provider: &Provider) -> Endpoint {
    let [secret, _] = secrets(provider);
    let mut builder = Endpoint::builder(*provider, secret)
        .clock(NOW)
        .store(MemoryStore::new());
    if provider.signs_url() {
        builder = builder.public_url(URL);
    }
    for name in provider.required_settings() {
        builder = builder.setting(name, setting(name));
    }
    builder.build().unwrap()
}

fn signer(provider: &Provider) -> Signer {
    try_signer(provider).unwrap()
}

fn try_signer(provider: &Provider) -> Option<Signer> {
    let mut signer = Signer::new(*provider, signing_secret(provider))
        .ok()?
        .public_url(URL);
    for name in provider.required_settings() {
        signer = signer.setting(name, setting(name));
    }
    Some(signer)
}

/// The providers whose signer takes any JSON, each with a delivery.
fn delivered() -> Vec<(&'static Provider, SignedRequest)> {
    let signed = |provider: &'static Provider| {
        let request = try_signer(provider)?.sign(NOW, r#"{"id":"evt_1"}"#);
        let is_received = receive(&endpoint(provider), &request).is_ok();
        is_received.then_some((provider, request))
    };
    let delivered: Vec<_> = Provider::ALL.iter().filter_map(signed).collect();
    assert!(delivered.len() > 100, "{}", delivered.len());
    delivered
}

fn receive(endpoint: &Endpoint, request: &SignedRequest) -> Result<Delivery, RejectionKind> {
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection.kind()),
        Begun::Answer(_) => panic!("a delivery was taken for a challenge"),
    };
    intake.push(request.body.clone()).unwrap();
    match intake.finish().map_err(|rejection| rejection.kind())? {
        Finished::Event(checked) => match block_on(checked.claim()).unwrap() {
            Claimed::Run(permit) => Ok(permit.delivery().clone()),
            other => panic!("not run: {other:?}"),
        },
        other => panic!("no event: {other:?}"),
    }
}

#[test]
fn a_retry_that_keeps_its_first_time_is_accepted_and_still_known() {
    let keeping: Vec<_> = Provider::ALL
        .iter()
        .filter(|provider| provider.keeps_time_on_retry())
        .collect();
    assert!(keeping.contains(&&providers::LINEAR), "{keeping:?}");
    for provider in keeping {
        let horizon = provider.retry_horizon();
        assert!(horizon > Duration::ZERO, "{}", provider.name());
        for scheme in provider.schemes() {
            let past = scheme.tolerance().unwrap().past;
            assert!(past >= horizon, "{}", provider.name());
            // A copy of any age that is fresh is a duplicate, and never a new event.
            assert!(
                provider.remembers_for().unwrap() > past,
                "{}",
                provider.name()
            );
        }
    }
}

#[test]
fn the_last_retry_of_linear_is_accepted() {
    let endpoint = endpoint(&providers::LINEAR);
    let retries = Duration::from_secs(60 + 3600 + 6 * 3600).as_secs();
    let first = webhook_core::UnixTime::from_secs(NOW.as_secs() - retries);
    let request = signer(&providers::LINEAR).sign(first, r#"{"type":"Issue"}"#);
    assert!(receive(&endpoint, &request).is_ok());
}

#[test]
fn the_payload_of_a_form_is_parsed_like_that_of_json() {
    let forms: Vec<_> = Provider::ALL
        .iter()
        .filter(|provider| provider.form_field().is_some())
        .collect();
    assert!(forms.contains(&&providers::GITHUB), "{forms:?}");
    for provider in forms {
        let field = provider.form_field().unwrap();
        let body = format!("{field}=%7B%22action%22%3A%22opened+now%22%7D");
        let request = signer(provider).sign(NOW, body.clone());
        let delivery = receive(&endpoint(provider), &request).unwrap();
        let payload: serde_json::Value = delivery.json().unwrap();
        assert_eq!(payload["action"], "opened now", "{}", provider.name());
        // The form is what was signed.
        assert_eq!(delivery.raw(), body.as_bytes());

        let json = signer(provider).sign(NOW, r#"{"action":"payload=1"}"#);
        let delivery = receive(&endpoint(provider), &json).unwrap();
        let payload: serde_json::Value = delivery.json().unwrap();
        assert_eq!(payload["action"], "payload=1", "{}", provider.name());

        let twice = format!("{body}&{field}=%7B%7D");
        let request = signer(provider).sign(NOW, twice.clone());
        let delivery = receive(&endpoint(provider), &request).unwrap();
        assert_eq!(delivery.payload(), twice.as_bytes(), "which one is a guess");
    }
}

#[test]
fn every_documented_method_is_accepted() {
    for (provider, signed) in delivered() {
        for method in provider.methods() {
            if provider.coverage().method {
                continue; // The signer signs the first method.
            }
            let mut request = signed.clone();
            request.method = method;
            let received = receive(&endpoint(provider), &request);
            assert!(
                received.is_ok(),
                "{} {method}: {received:?}",
                provider.name()
            );
        }
    }
}

#[test]
fn a_header_that_is_repeated_is_ambiguous_unless_the_sender_repeats_it() {
    let mut repeating = Vec::new();
    for (provider, mut request) in delivered() {
        let is_in_header = matches!(provider.schemes()[0].location(), Location::Header(_));
        if !is_in_header {
            continue;
        }
        let again = request.headers.clone();
        request.headers.extend(again);
        if receive(&endpoint(provider), &request).is_ok() {
            repeating.push(provider.name());
        }
    }
    assert_eq!(repeating, ["mollie"]);
}

#[test]
fn a_parameter_that_is_repeated_with_the_same_value_has_that_value() {
    let value = |target| Head::new("GET", target, &[("", ""); 0]).query_value("a");
    assert_eq!(value("/?a=%31&b=2&a=1").unwrap().as_deref(), Some("1"));
    assert_eq!(value("/?a=1&a=2"), Err(RejectionKind::AmbiguousHeader));
    assert_eq!(value("/?b=1"), Ok(None));
}

#[test]
fn documented_sizes_fit_the_default_limit() {
    const MIB: usize = 1024 * 1024;
    for (provider, bytes) in [
        (providers::GITHUB, 25 * 1000 * 1000),
        (providers::MAILGUN, 25 * 1000 * 1000),
        (providers::ELEVENLABS, 15 * 60 * 16_000 * 4 / 3),
        (providers::REPLICATE, 2 * MIB),
    ] {
        let limit = provider.default_body_limit();
        assert!(limit >= bytes, "{}: {limit}", provider.name());
    }
}

#[test]
fn a_refusal_for_a_default_of_the_sender_is_explained_in_the_log() {
    let hint = |provider: Provider, kind| provider.hint(kind).unwrap_or_default();
    let unsupported = RejectionKind::UnsupportedScheme;
    #[cfg(feature = "asymmetric")]
    for named in ["SignatureVersion", "accept_signature_version_1"] {
        assert!(hint(providers::AWS_SNS, unsupported).contains(named));
    }
    assert_eq!(hint(providers::GITHUB, unsupported), "");
    for provider in Provider::ALL.iter().filter(|provider| provider.signs_url()) {
        let said = hint(*provider, RejectionKind::BadSignature);
        assert!(said.contains("URL"), "{}: {said}", provider.name());
    }
}

#[test]
fn a_form_is_parsed_into_the_handlers_type() {
    #[derive(serde::Deserialize)]
    struct Message {
        #[serde(rename = "Body")]
        body: String,
    }
    let mut parsed = 0;
    for provider in Provider::ALL.iter().filter(|provider| provider.has_forms()) {
        let Some(signer) = try_signer(provider) else {
            continue;
        };
        let request = signer.sign(NOW, "From=%2B1&Body=a+b");
        let Ok(delivery) = receive(&endpoint(provider), &request) else {
            continue; // It signs fields that this form does not have.
        };
        let message: Message = delivery.json().unwrap();
        assert_eq!(message.body, "a b", "{}", provider.name());
        parsed += 1;
    }
    assert!(parsed >= 5, "{parsed}");
    // Of a sender of JSON, a form is not an event.
    let request = signer(&providers::STRIPE).sign(NOW, "From=%2B1&Body=a+b");
    let delivery = receive(&endpoint(&providers::STRIPE), &request).unwrap();
    assert!(delivery.json::<Message>().is_err());
}

#[test]
fn a_message_with_an_attachment_is_parsed_into_the_handlers_type() {
    let mut request = signer(&providers::MAILGUN).sign(NOW, "x=1");
    // The signer signs a form; its fields are sent as parts here.
    let fields: Vec<(String, String)> =
        form_urlencoded::parse(&request.body).into_owned().collect();
    let mut body = String::new();
    for (name, value) in &fields {
        body +=
            &format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body +=
        "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nx\r\n--b--\r\n";
    request.body = body.into();
    request.headers.push((
        "content-type".to_owned(),
        "multipart/form-data; boundary=b".to_owned(),
    ));
    let delivery = receive(&endpoint(&providers::MAILGUN), &request).unwrap();
    let parsed: serde_json::Value = delivery.json().unwrap();
    assert_eq!(parsed["x"], "1");
    assert!(parsed.get("f").is_none());
}
