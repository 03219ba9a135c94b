//! What a sender takes over from an endpoint, and what it says when something is missing.

use std::time::Duration;

use webhook_core::testing::{TestClock, TestPayload, TestSender};
use webhook_core::{
    Algorithm, Endpoint, Head, Part, Provider, RejectionKind, Scheme, SignedRequest, providers,
};

const SECRET: &str = "whsec_0123456789abcdef";
const BODY: &str = r#"{"id":"evt_1","type":"invoice.paid"}"#;

fn verdict(endpoint: &Endpoint, request: &SignedRequest) -> Result<(), RejectionKind> {
    let head = Head::new(request.method, &request.path_and_query, &request.headers);
    let verified = endpoint.verify(&head, request.body.clone());
    verified.map(drop).map_err(|refused| refused.kind())
}

#[test]
fn a_sender_for_an_endpoint_knows_its_limits_tolerance_and_clock() {
    let clock = TestClock::new();
    let endpoint = Endpoint::stripe(SECRET)
        .tolerance(Duration::from_secs(30))
        .future_tolerance(Duration::from_secs(5))
        .body_limit(100)
        .clock(clock.clone())
        .build()
        .unwrap();
    let sender: TestSender = TestSender::for_endpoint(&endpoint, SECRET);
    assert_eq!(verdict(&endpoint, &sender.signed(BODY)), Ok(()));
    assert_eq!(sender.oversized().body.len(), 101);
    let stale = sender.stale(BODY).unwrap();
    assert_eq!(verdict(&endpoint, &stale), Err(RejectionKind::Stale));
    let future = sender.future(BODY).unwrap();
    assert_eq!(verdict(&endpoint, &future), Err(RejectionKind::Future));
    // One second less would be fresh.
    clock.set(webhook_core::UnixTime::from_secs(clock.now().as_secs() - 1));
    assert_eq!(verdict(&endpoint, &stale), Ok(()));
}

#[test]
fn a_sender_for_an_endpoint_knows_its_url_settings_and_token_parameter() {
    let url = "https://shop.example/hooks/rapyd";
    let rapyd = Endpoint::rapyd(SECRET, url, "access").build().unwrap();
    let sender: TestSender = TestSender::for_endpoint(&rapyd, SECRET);
    let signed = sender.signed(r#"{"id":"wh_1"}"#);
    assert_eq!(signed.path_and_query, "/hooks/rapyd", "the path of the URL");
    assert_eq!(verdict(&rapyd, &signed), Ok(()));

    let grid = Endpoint::azure_event_grid(SECRET)
        .token_parameter("key")
        .build()
        .unwrap();
    let sender: TestSender = TestSender::for_endpoint(&grid, SECRET);
    let signed = sender.signed("[]");
    assert_eq!(signed.path_and_query, format!("/?key={SECRET}"));
    assert_eq!(verdict(&grid, &signed), Ok(()));
}

#[test]
fn a_provider_of_your_own_is_played_too() {
    const ACME: Provider = Provider::new(
        "acme",
        &[
            Scheme::hmac(Algorithm::HmacSha256, &[Part::Url, Part::Body])
                .in_header("acme-signature"),
        ],
    )
    .id_at(&["/id"])
    .type_at(&["/kind"]);
    let sender: TestSender = TestSender::made_up(ACME);
    let endpoint = sender.endpoint().build().unwrap();
    let event = sender.event("paid", ());
    assert_eq!(verdict(&endpoint, &sender.signed(&event)), Ok(()));
    for refused in [sender.tampered(&event), sender.forged(&event)] {
        assert_eq!(
            verdict(&endpoint, &refused),
            Err(RejectionKind::BadSignature)
        );
    }
    assert!(sender.stale(&event).is_none(), "it signs no time");
}

#[test]
fn equal_bodies_are_one_event_and_others_are_others() {
    let sender: TestSender = TestSender::made_up(providers::SVIX);
    let id = |request: &SignedRequest| {
        let mut headers = request.headers.iter();
        headers
            .find(|(name, _)| name == "svix-id" || name == "webhook-id")
            .unwrap()
            .1
            .clone()
    };
    let first = id(&sender.signed(BODY));
    assert_eq!(id(&sender.signed(BODY)), first);
    assert_ne!(id(&sender.signed("{}")), first);
    let named = TestPayload::new(BODY).id("msg_1");
    assert_eq!(id(&sender.signed(named)), "msg_1");
}

#[test]
fn a_body_is_a_form_if_the_provider_sends_forms() {
    let kind = |request: SignedRequest| {
        let mut headers = request.headers.into_iter();
        headers.find(|(name, _)| name == "content-type").unwrap().1
    };
    let twilio: TestSender = TestSender::made_up(providers::TWILIO);
    assert_eq!(
        kind(twilio.signed("Body=a")),
        "application/x-www-form-urlencoded"
    );
    assert_eq!(kind(twilio.signed("{}")), "application/json");
    let braintree: TestSender = TestSender::made_up(providers::BRAINTREE);
    let event = braintree.event("check", ());
    assert_eq!(
        kind(braintree.signed(event)),
        "application/x-www-form-urlencoded"
    );
    let patch: TestSender = TestSender::stripe(SECRET);
    let payload = TestPayload::new("a,b").content_type("text/csv");
    assert_eq!(kind(patch.signed(payload)), "text/csv");
}

#[test]
#[should_panic(expected = "square signs the URL of the endpoint: call `.public_url(…)`")]
fn a_missing_url_is_named() {
    let sender: TestSender = TestSender::new(providers::SQUARE, SECRET);
    let _ = sender.signed(BODY);
}

#[test]
#[should_panic(expected = "rapyd needs a setting: call `.setting(\"access_key\", …)`")]
fn a_missing_setting_is_named() {
    let sender: TestSender = TestSender::new(providers::RAPYD, SECRET);
    let _ = sender.public_url("https://shop.example/").signed(BODY);
}

#[test]
#[should_panic(expected = "a sender of stripe: ")]
fn an_empty_secret_is_refused() {
    let _: TestSender = TestSender::stripe("");
}

#[test]
fn neither_a_sender_nor_what_it_sends_shows_a_secret() {
    let sender: TestSender = TestSender::stripe(SECRET).path("/a");
    let payload = TestPayload::new("card-number");
    let shown = format!(
        "{sender:?} {payload:?} {:?}",
        sender.signed(payload.clone())
    );
    for hidden in ["0123456789abcdef", "card-number", "v1="] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
