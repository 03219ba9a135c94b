//! Deliveries that only name an object.

use webhook_payments::MappingProblem::{Malformed, Missing, NotAnId};
use webhook_payments::{PaymentKind, PaymentSource, Providers};

const PAYMENT: &str = r#"{"id":1,"type":"payment","action":"payment.updated","data":{"id":"666"}}"#;

#[test]
fn the_object_of_mercado_pago_is_that_of_the_signed_query() {
    let source = PaymentSource::new("mercadopago", PAYMENT).with_query("type=payment&data.id=7");
    let event = Providers::read(&source).unwrap();
    assert_eq!(event.kind, PaymentKind::Notification);
    let object = event.to_fetch.unwrap();
    assert_eq!(
        (object.topic(), object.id(), object.path()),
        ("payment", "7", "/v1/payments/7")
    );

    let fetched = object
        .read(r#"{"id":7,"status":"approved","transaction_amount":58.9,"currency_id":"BRL"}"#);
    let fetched = fetched.unwrap();
    assert_eq!(fetched.kind, PaymentKind::PaymentSucceeded);
    assert_eq!(fetched.amount.unwrap().to_string(), "58.90 BRL");
    assert_eq!(object.read("<html>").unwrap_err().problem(), Malformed);
}

#[test]
fn an_id_that_is_not_signed_or_changes_the_path_is_not_fetched() {
    let of = |query| Providers::read(&PaymentSource::new("mercadopago", PAYMENT).with_query(query));
    for query in ["", "type=payment", "id=7", "data.id="] {
        assert_eq!(of(query).unwrap_err().problem(), Missing, "{query}");
    }
    let long = format!("data.id={}", "7".repeat(129));
    for query in [
        "data.id=..%2Fusers",
        "data.id=7%3Fx",
        "data.id=7%2F8",
        "data.id=a%20b",
        &long,
    ] {
        assert_eq!(of(query).unwrap_err().problem(), NotAnId, "{query}");
    }
}

#[test]
fn the_object_of_easypay_is_that_of_the_notification() {
    let body = r#"{"id":"00000000-0000-4000-8000-000000000001","key":"order-7","type":"capture",
        "status":"success","messages":[],"date":"2027-01-15 08:00:00"}"#;
    let event = Providers::read(&PaymentSource::new("easypay-code", body)).unwrap();
    assert_eq!(event.kind, PaymentKind::Notification);
    let object = event.to_fetch.unwrap();
    assert_eq!(
        object.path(),
        "/single/00000000-0000-4000-8000-000000000001"
    );
    // What the notification says of itself decides nothing.
    let fetched = object.read(r#"{"id":"1","payment_status":"failed","value":1,"currency":"EUR"}"#);
    assert_eq!(fetched.unwrap().kind, PaymentKind::PaymentFailed);
}
