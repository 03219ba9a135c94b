//! Events that are malformed, unknown, or several.

use webhook_payments::MappingProblem::{Malformed, Missing, Repeated, SeveralEvents, WrongType};
use webhook_payments::providers::{ADYEN, ALL};
use webhook_payments::{PaymentKind, PaymentMapping as _, PaymentSource, Providers};

use crate::sample::samples;

#[test]
fn an_unknown_type_is_other_and_keeps_type_and_document() {
    for mapping in ALL {
        let provider = mapping.provider();
        if provider == "ifthenpay" {
            continue; // It has no types.
        }
        let samples = samples(provider);
        let (sample, case) = samples
            .samples
            .iter()
            .flat_map(|sample| sample.cases.iter().map(move |case| (sample, case)))
            .find(|(_, case)| case.event_type().is_some())
            .unwrap();
        let known = case.event_type().unwrap();
        let body = String::from_utf8(samples.body(sample, case)).unwrap();
        let body = body.replace(known, "type.of.tomorrow");
        let mut source = PaymentSource::new(provider, body.clone()).with_type("type.of.tomorrow");
        if let Some(query) = &sample.query {
            source = source.with_query(query);
        }
        let event = Providers::read(&source).unwrap();
        assert_eq!(event.kind, PaymentKind::Other, "{provider}");
        assert_eq!(
            event.event_type.as_deref(),
            Some("type.of.tomorrow"),
            "{provider}"
        );
        assert_eq!((event.amount, event.customer), (None, None), "{provider}");
        assert!(
            body.contains(std::str::from_utf8(&event.raw).unwrap()),
            "{provider}"
        );
        assert!(!Providers::takes(&source), "{provider}");
    }
}

#[test]
fn an_event_of_another_provider_is_other() {
    let source = PaymentSource::new("github", r#"{"action":"opened"}"#).with_type("issues");
    let event = Providers::read(&source).unwrap();
    assert_eq!(event.kind, PaymentKind::Other);
    assert_eq!(event.event_type.as_deref(), Some("issues"));
    assert_eq!(event.raw, r#"{"action":"opened"}"#);
    assert!(!Providers::takes(&source));
}

#[test]
fn a_known_event_without_its_object_is_an_error() {
    for (body, problem, path) in [
        ("", Malformed, ""),
        ("not JSON", Malformed, ""),
        (r#"{"type":"payout.paid""#, Malformed, ""),
        (r#"{"type":"payout.paid"}"#, Missing, "/data/object"),
        (
            r#"{"type":"payout.paid","data":{}}"#,
            Missing,
            "/data/object",
        ),
        (
            r#"{"type":"payout.paid","data":{"object":null}}"#,
            Missing,
            "/data/object",
        ),
        (
            r#"{"type":"payout.paid","data":{"object":[1]}}"#,
            WrongType,
            "/data/object",
        ),
        (
            r#"{"type":"payout.paid","data":{"object":"po_1"}}"#,
            WrongType,
            "/data/object",
        ),
        (
            r#"{"type":"payout.paid","data":{"object":{"id":{}}}}"#,
            WrongType,
            "/data/object/id",
        ),
        (r#"{"type":"a","type":"payout.paid"}"#, Repeated, "/type"),
        (
            r#"{"type":"payout.paid","data":{"object":{}},"data":{"object":{}}}"#,
            Repeated,
            "/data/object",
        ),
        (r#"{"type":{"name":"payout.paid"}}"#, WrongType, "/type"),
        ("\u{feff}{}", Malformed, ""),
    ] {
        let source = PaymentSource::new("stripe", body);
        let error = Providers::read(&source).unwrap_err();
        assert_eq!((error.problem(), error.path()), (problem, path), "{body}");
        // The handler gets it, so that somebody hears of it.
        assert!(Providers::takes(&source), "{body}");
    }
}

#[test]
fn a_document_without_a_type_is_other() {
    for body in ["{}", "[]", "1", r#"{"type":null}"#, r#"{"type":""}"#] {
        let event = Providers::read(&PaymentSource::new("stripe", body)).unwrap();
        assert_eq!(
            (event.kind, event.event_type),
            (PaymentKind::Other, None),
            "{body}"
        );
    }
}

#[test]
fn an_escaped_name_is_the_name_that_it_spells() {
    let body = r#"{"typ\u0065":"payout.paid","data":{"object":{"id":"p\u006f_1"}}}"#;
    let event = Providers::read(&PaymentSource::new("stripe", body)).unwrap();
    assert_eq!(event.kind, PaymentKind::PayoutCompleted);
    assert_eq!(event.ids.payout.as_deref(), Some("po_1"));
}

fn item(code: &str, reference: &str, success: &str) -> String {
    format!(
        r#"{{"NotificationRequestItem":{{"eventCode":"{code}","success":"{success}",
            "pspReference":"{reference}","amount":{{"value":1999,"currency":"EUR"}}}}}}"#
    )
}

#[test]
fn a_list_of_adyen_is_several_events_each_with_its_own_item() {
    let items = [
        item("AUTHORISATION", "1", "true"),
        item("REPORT_AVAILABLE", "2", "true"),
        item("AUTHORISATION", "3", "false"),
    ];
    let body = format!(
        r#"{{"live":"false","notificationItems":[{}]}}"#,
        items.join(",")
    );
    let source = PaymentSource::new("adyen", body);
    let events = ADYEN.map(&source).unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["payment.succeeded", "other", "payment.failed"]);
    let payments: Vec<_> = events
        .iter()
        .map(|event| event.ids.payment.as_deref())
        .collect();
    assert_eq!(payments, [Some("1"), None, Some("3")]);
    for (event, reference) in events.iter().zip(["1", "2", "3"]) {
        let raw: serde_json::Value = serde_json::from_slice(&event.raw).unwrap();
        assert_eq!(raw["pspReference"], reference);
    }
    assert!(Providers::takes(&source));
    // A handler for one event does not see the first alone.
    assert_eq!(
        Providers::read(&source).unwrap_err().problem(),
        SeveralEvents
    );
}

#[test]
fn a_list_of_adyen_that_is_not_one_is_an_error() {
    for (body, problem, path) in [
        ("{}", Missing, "/notificationItems"),
        (
            r#"{"notificationItems":{}}"#,
            WrongType,
            "/notificationItems",
        ),
        (r#"{"notificationItems":[]}"#, Missing, ""),
        (
            r#"{"notificationItems":[{}]}"#,
            Missing,
            "/notificationItems/0/NotificationRequestItem",
        ),
    ] {
        let error = Providers::read(&PaymentSource::new("adyen", body)).unwrap_err();
        assert_eq!((error.problem(), error.path()), (problem, path), "{body}");
    }
}

#[test]
fn a_parameter_with_two_values_is_an_error() {
    let source = PaymentSource::new("ifthenpay", "").with_query("amount=1&amount=2&orderId=7");
    let error = Providers::read(&source).unwrap_err();
    assert_eq!((error.problem(), error.path()), (Repeated, "/amount"));
    let source = PaymentSource::new("ifthenpay", "").with_query("amount=1&amount=1&orderId=7");
    assert!(Providers::read(&source).is_ok());
}

#[test]
fn a_form_that_is_not_text_is_an_error() {
    let source = PaymentSource::new("pagarme-postback", &b"event=\xff"[..]);
    assert_eq!(Providers::read(&source).unwrap_err().problem(), Malformed);
}

#[test]
fn debug_shows_nothing_about_the_customer() {
    let body = r#"{"type":"payout.paid","data":{"object":{"id":"po_secret","amount":7,
        "currency":"eur"}}}"#;
    let source = PaymentSource::new("stripe", body);
    let event = Providers::read(&source).unwrap();
    let shown = format!("{source:?} {event:?}");
    assert!(!shown.contains("po_secret"), "{shown}");
    assert!(shown.contains("payout.paid"), "{shown}");
}
