//! Mappings of users.

use webhook_payments::mapping::{Amount, IdAt, Mapping, Notifications, Object, Resource, Rule};
use webhook_payments::{
    MappingError, PaymentEvent, PaymentKind, PaymentMapping, PaymentSource, Providers,
};

const ACME: Mapping = Mapping::new(
    "acme",
    &[Object::at(
        "/order",
        &[
            Rule::new("order", PaymentKind::PaymentSucceeded)
                .when("/paid", &["true"])
                .when("/test", &["false"]),
            Rule::new("order", PaymentKind::PaymentPending).when("/id", &[]),
        ],
    )
    .amounts(&[Amount::decimal("/total", &["/currency"]).or_currency("CHF")])
    .order(&["/id"])],
)
.type_at(&["/kind"]);

fn read(order: &str) -> PaymentEvent {
    let body = format!(r#"{{"kind":"order","order":{order}}}"#);
    ACME.map(&PaymentSource::new("acme", body))
        .unwrap()
        .remove(0)
}

#[test]
fn the_first_rule_whose_conditions_all_hold_decides() {
    let paid = read(r#"{"id":7,"paid":true,"test":false,"total":"1.50"}"#);
    assert_eq!(paid.kind, PaymentKind::PaymentSucceeded);
    assert_eq!(paid.amount.unwrap().to_string(), "1.50 CHF");
    let test = read(r#"{"id":7,"paid":true,"test":true}"#);
    assert_eq!(test.kind, PaymentKind::PaymentPending);
    let without_id = read(r#"{"paid":true,"test":true}"#);
    assert_eq!(without_id.kind, PaymentKind::Other);
}

/// Acme, and all providers of the crate.
struct Mine;

impl PaymentMapping for Mine {
    fn takes(source: &PaymentSource<'_>) -> bool {
        ACME.is_of(source.provider()) && ACME.takes(source) || Providers::takes(source)
    }

    fn map(source: &PaymentSource<'_>) -> Result<Vec<PaymentEvent>, MappingError> {
        match ACME.is_of(source.provider()) {
            true => ACME.map(source),
            false => Providers::map(source),
        }
    }
}

#[test]
fn a_mapping_of_ones_own_hands_on_what_it_does_not_map() {
    let acme = PaymentSource::new("acme", r#"{"kind":"order","order":{"id":1}}"#);
    let stripe = PaymentSource::new(
        "stripe",
        r#"{"type":"payout.paid","data":{"object":{"id":"po_1"}}}"#,
    );
    let other = PaymentSource::new("github", "{}").with_type("push");
    for (source, kind, takes) in [
        (acme, PaymentKind::PaymentPending, true),
        (stripe, PaymentKind::PayoutCompleted, true),
        (other, PaymentKind::Other, false),
    ] {
        assert_eq!(Mine::map(&source).unwrap()[0].kind, kind);
        assert_eq!(Mine::takes(&source), takes);
    }
}

const OBJECTS: Mapping = Mapping::new(
    "acme-api",
    &[Object::at("", &[Rule::new("sale", PaymentKind::PaymentRefunded)]).payment(&["/id"])],
);

const NOTIFIES: Mapping = Mapping::new("acme-notifications", &[])
    .type_at(&["/kind"])
    .notifies(Notifications::new(
        IdAt::Body("/sale/id"),
        &[Resource::new("sale", "/sales/{id}/full", &["sale.changed"])],
        &OBJECTS,
    ));

#[test]
fn a_notification_of_ones_own_names_its_object() {
    let source = PaymentSource::new(
        "acme-notifications",
        r#"{"kind":"sale.changed","sale":{"id":12}}"#,
    );
    assert!(NOTIFIES.takes(&source));
    let event = NOTIFIES.map(&source).unwrap().remove(0);
    let object = event.to_fetch.unwrap();
    assert_eq!(object.path(), "/sales/12/full");
    let fetched = object.read(r#"{"id":12}"#).unwrap();
    assert_eq!(fetched.kind, PaymentKind::PaymentRefunded);
    assert_eq!(fetched.provider, "acme-api");
}
