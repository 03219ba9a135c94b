//! What mock events say about themselves, and the lists of exceptions.

use std::time::Duration;

use serde_json::{Value, json};
use webhook_core::testing::{MockEvent, TestClock, TestSender};
use webhook_core::{Delivery, Head, Locator, Mode, Provider, SignedRequest, providers};

use crate::doors::Labels;
use crate::played;

/// Copies of a handled delivery run, because nothing tells it from the next event, or because it
/// is a question.
pub(crate) const DUPLICATES_RUN: &[&str] = &[
    "dropbox",
    "dropbox-sign",
    "grafana",
    "microsoft-graph",
    "microsoft-teams",
    "midtrans",
    "opennode",
    "plivo",
    "twilio",
    "vapi",
    "discord-interactions",
    "twilio-shared-key",
];

/// Retries of a handled delivery run, because each is signed anew and nothing else tells events
/// apart.
pub(crate) const RETRIES_RUN: &[&str] = &[
    "atlassian-connect",
    "contentful",
    "hook0",
    "mailgun",
    "mercadopago",
    "moov",
    "qstash",
    "retell",
    "sanity",
    "wompi",
    "zendesk",
    "plaid",
    "paypal",
    "hook0-v0",
];

/// Two mock events of equal data are one event: nothing else that their provider sends tells them
/// apart, and no sample has a value that could.
pub(crate) const SAME_TWICE: &[&str] = &[
    "airtable",
    "atlassian-connect",
    "bird",
    "buildkite",
    "cashfree",
    "clickup",
    "cloudinary",
    "coinify",
    "cursor",
    "elevenlabs",
    "fastspring",
    "fourthwall",
    "front",
    "getstream",
    "hcp-terraform",
    "heroku",
    "juniper-mist",
    "kontent-ai",
    "launchdarkly",
    "mandrill",
    "marqeta",
    "messagebird",
    "modern-treasury",
    "moneybird",
    "monnify",
    "onfido",
    "openpix",
    "oracle-commerce",
    "patreon",
    "phonepe",
    "plivo-v2",
    "prood",
    "pusher",
    "qstash",
    "retell",
    "revolut",
    "sanity",
    "strike",
    "tiktok",
    "veriff",
    "vonage",
    "webex",
    "webflow",
    "websub",
    "x",
    "alipay",
    "dyte",
    "fal",
    "fireblocks-v1",
    "stone-open-bank",
    "buildkite-token",
    "fourthwall-apps",
    "front-rules",
    "cloudinary-sha256",
    "hook0-v0",
    "messagebird-legacy",
];

/// A type of the provider's samples, or any other.
pub(crate) fn a_type(provider: &Provider) -> &'static str {
    match MockEvent::samples(provider).into_iter().next() {
        Some(first) => first.leak(),
        // GitHub and Gitea tell type and action apart.
        None => "paid",
    }
}

/// Whether an event has an id, and its type.
pub(crate) fn labels(provider: &Provider) -> (bool, Option<String>) {
    let has_id = !matches!(provider.id_locator(), Locator::None);
    let has_type = !matches!(provider.type_locator(), Locator::None);
    (has_id, has_type.then(|| a_type(provider).to_owned()))
}

pub(crate) fn present((id, kind): &Labels) -> (bool, Option<String>) {
    (id.is_some(), kind.clone())
}

/// The delivery that an endpoint makes of a request.
fn received(sender: &TestSender, request: &SignedRequest) -> Delivery {
    let endpoint = sender.endpoint().build().unwrap();
    let head = Head::new(request.method, &request.path_and_query, &request.headers);
    let verified = endpoint.verify(&head, request.body.clone());
    verified.unwrap_or_else(|refused| panic!("{}: {refused}", sender.provider().name()))
}

fn payload(delivery: &Delivery) -> Value {
    delivery.json().unwrap()
}

#[test]
fn every_sample_comes_out_with_its_type_and_the_id_that_was_set() {
    let mut samples = 0;
    for provider in played() {
        let sender: TestSender = TestSender::made_up(*provider);
        for kind in MockEvent::samples(provider) {
            let event = sender.event(&kind, ()).id("1234567");
            let delivery = received(&sender, &sender.signed(&event));
            let (has_id, has_type) = (
                !matches!(provider.id_locator(), Locator::None),
                !matches!(provider.type_locator(), Locator::None),
            );
            let name = provider.name();
            assert_eq!(delivery.id(), has_id.then_some("1234567"), "{name} {kind}");
            assert_eq!(
                delivery.event_type(),
                has_type.then_some(&*kind),
                "{name} {kind}"
            );
            samples += 1;
        }
    }
    assert!(samples > 250, "{samples}");
}

#[test]
fn data_is_merged_over_the_sample_and_ends_in_the_payload() {
    for provider in played().filter(|provider| !MockEvent::samples(provider).is_empty()) {
        let sender: TestSender = TestSender::made_up(*provider);
        let event = sender.event(a_type(provider), json!({"a_member_of_a_test": "é"}));
        let delivery = received(&sender, &sender.signed(&event));
        let text = String::from_utf8(delivery.payload().to_vec()).unwrap();
        let is_there = ["a_member_of_a_test\":\"é", "a_member_of_a_test=%C3%A9"]
            .iter()
            .any(|spelled| text.contains(spelled));
        // XML has the elements of the sample alone, and a notification of SNS its documented ones.
        let is_fixed = ["braintree", "aws-sns"].contains(&provider.name());
        assert_eq!(is_there, !is_fixed, "{}: {text}", provider.name());
    }
}

#[test]
fn an_event_without_a_sample_has_the_envelope_and_the_data_alone() {
    let sender: TestSender = TestSender::made_up(providers::STRIPE);
    let event = sender.event("tax_rate.created", json!({"percentage": 19}));
    let delivery = received(&sender, &sender.signed(&event));
    assert_eq!(delivery.event_type(), Some("tax_rate.created"));
    assert_eq!(payload(&delivery)["object"], "event");
    assert_eq!(
        payload(&delivery)["data"],
        json!({"object": {"percentage": 19}})
    );

    // This provider has no samples.
    let sender: TestSender = TestSender::made_up(providers::EASYPOST);
    let event = sender.event(
        "tracker.updated",
        json!({"result": {"status": "delivered"}}),
    );
    let delivery = received(&sender, &sender.signed(&event));
    assert!(delivery.id().is_some());
    assert_eq!(delivery.event_type(), Some("tracker.updated"));
    assert_eq!(payload(&delivery)["result"]["status"], "delivered");
}

#[test]
fn the_envelope_has_mode_and_time_and_what_is_set_beside_the_data() {
    let clock = TestClock::new();
    let sender: TestSender = TestSender::made_up(providers::STRIPE).clock(clock.clone());
    clock.advance(Duration::from_secs(60));
    let event = sender.event("invoice.paid", json!({"amount_paid": 1}));
    for (mode, live) in [(Mode::Live, true), (Mode::Test, false)] {
        let event = event.clone().mode(mode).set("/api_version", "2027-01-01");
        let delivery = received(&sender, &sender.signed(&event));
        assert_eq!(delivery.mode(), Some(mode));
        let body = payload(&delivery);
        assert_eq!(body["livemode"], live);
        assert_eq!(body["created"], clock.now().as_secs());
        assert_eq!(body["api_version"], "2027-01-01");
        assert_eq!(body["data"]["object"]["amount_paid"], 1);
        assert_eq!(body["data"]["object"]["object"], "invoice");
    }
}

#[test]
fn a_type_with_an_action_is_told_apart_as_a_router_does() {
    let sender: TestSender = TestSender::made_up(providers::GITHUB);
    let event = sender.event("issues.closed", json!({"issue": {"number": 7}}));
    let delivery = received(&sender, &sender.signed(&event));
    assert_eq!(delivery.event_type(), Some("issues"));
    assert_eq!(delivery.action().as_deref(), Some("closed"));
    assert_eq!(payload(&delivery)["issue"]["number"], 7);
    assert_eq!(
        payload(&delivery)["issue"]["state"],
        "open",
        "of the sample"
    );
}

#[test]
fn a_form_gets_the_members_of_the_data_as_fields() {
    let sender: TestSender = TestSender::made_up(providers::TWILIO);
    let event = sender.event("message", json!({"Body": "a & b", "NumMedia": 2}));
    let delivery = received(&sender, &sender.signed(&event));
    assert_eq!(payload(&delivery)["Body"], "a & b");
    assert_eq!(payload(&delivery)["NumMedia"], "2");
    assert_eq!(payload(&delivery)["From"], "+15005550006");
}

#[test]
fn a_query_names_what_the_event_is_about() {
    let sender: TestSender =
        TestSender::made_up(providers::MERCADOPAGO).path("/webhooks/mercadopago");
    let event = sender.event("payment", json!({"data": {"id": "ABC"}}));
    let signed = sender.signed(&event);
    assert_eq!(
        signed.path_and_query,
        "/webhooks/mercadopago?data.id=ABC&type=payment"
    );
    received(&sender, &signed);

    let signed = sender.signed(r#"{"type":"payment","data":{"id":5}}"#);
    assert!(signed.path_and_query.ends_with("?data.id=5&type=payment"));
    received(&sender, &signed);
}

#[test]
fn the_most_used_providers_have_samples() {
    let with_samples = Provider::ALL
        .iter()
        .filter(|provider| !MockEvent::samples(provider).is_empty());
    assert!(with_samples.count() >= 90);
    let payments = [
        "stripe",
        "mercadopago",
        "paypal",
        "adyen",
        "square",
        "razorpay",
        "paddle",
        "coinbase-commerce",
        "asaas",
        "pagarme-hub",
        "pagarme-postback",
        "nextpay",
        "smartpay",
        "easypay",
        "codespar",
        "lemonsqueezy",
        "braintree",
    ];
    for name in payments {
        let provider = Provider::ALL
            .iter()
            .find(|known| known.name() == name)
            .unwrap();
        assert!(!MockEvent::samples(provider).is_empty(), "{name}");
    }
}
