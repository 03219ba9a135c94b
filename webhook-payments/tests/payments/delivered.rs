//! Verified deliveries as payment events.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;

use serde_json::json;
use webhook_core::testing::{MockEvent, Plain, TestSender};
use webhook_core::{Delivery, EventType, FromDelivery as _, Head, SignedRequest, providers};
use webhook_payments::mapping::{Mapping, Object, Rule};
use webhook_payments::providers::ALL;
use webhook_payments::{
    Mapped, MappingError, PaymentEvent, PaymentEvents, PaymentKind, PaymentMapping, PaymentSource,
    Providers,
};

use crate::sample::{Case, samples};

fn verified(sender: &TestSender, request: &SignedRequest) -> Delivery {
    let endpoint = sender.endpoint().build().unwrap();
    let head = Head::new(request.method, &request.path_and_query, &request.headers);
    let delivery = endpoint.verify(&head, request.body.clone());
    delivery.unwrap_or_else(|refused| panic!("{}: {refused}", sender.provider().name()))
}

fn is_of_family<E: EventType>(delivery: &Delivery) -> bool {
    E::FAMILY.is_some_and(|family| family.includes(delivery))
}

#[test]
fn every_mock_event_of_core_is_read() {
    let mut read = 0;
    for provider in webhook_core::Provider::ALL {
        let name = provider.name();
        if Providers::mapping(name).is_none() || !TestSender::<Plain>::can_sign(provider) {
            continue;
        }
        let sender: TestSender = TestSender::made_up(*provider);
        let mut types = MockEvent::samples(provider);
        types.push("type.of.tomorrow".to_owned());
        for event_type in types {
            let request = sender.signed(sender.event(&event_type, ()));
            let delivery = verified(&sender, &request);
            let event = PaymentEvent::from_delivery(&delivery).unwrap_or_else(|error| {
                panic!("{name} {event_type}: {error} {:?}", error.source())
            });
            assert_eq!(event.provider, name);
            let events = PaymentEvents::<Providers>::from_delivery(&delivery).unwrap();
            assert_eq!(events.len(), 1, "{name} {event_type}");
            assert!(events[0] == event, "{name} {event_type}");
            if event.kind != PaymentKind::Other {
                assert!(
                    is_of_family::<PaymentEvent>(&delivery),
                    "{name} {event_type}"
                );
                read += 1;
            }
        }
    }
    assert!(read >= 35, "{read} events have a kind");
}

/// By type, what all of its documented events say.
fn documented(provider: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for sample in samples(provider).samples {
        let of: BTreeSet<_> = sample.expect.into_keys().collect();
        for event_type in sample.cases.iter().filter_map(Case::event_type) {
            let known = said.entry(event_type.to_owned());
            known
                .or_insert_with(|| of.clone())
                .retain(|name| of.contains(name));
        }
    }
    said
}

/// What a documented event says of its payment, the mock event of that type says too.
#[test]
fn a_mock_event_of_money_has_its_amount_and_its_payment() {
    let (mut held, mut missing) = (0, Vec::new());
    for mapping in ALL {
        let name = mapping.provider();
        let mut all = webhook_core::Provider::ALL.iter();
        let provider = all.find(|known| known.name() == name);
        let Some(provider) = provider.filter(|known| TestSender::<Plain>::can_sign(known)) else {
            continue;
        };
        let sender: TestSender = TestSender::made_up(*provider);
        let documented = documented(name);
        for event_type in MockEvent::samples(provider) {
            let Some(expect) = documented.get(&event_type) else {
                continue;
            };
            let request = sender.signed(sender.event(&event_type, ()));
            let event = PaymentEvent::from_delivery(&verified(&sender, &request)).unwrap();
            let has = [
                ("amount", event.amount.is_some()),
                ("payment", event.ids.payment.is_some()),
            ];
            let lacks = has
                .iter()
                .filter(|(what, has)| !has && expect.contains(*what));
            missing.extend(lacks.map(|(what, _)| format!("{name} {event_type}: {what}")));
            held += 1;
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(held >= 25, "{held} mock events are documented");
}

#[test]
fn all_mappings_but_those_of_fetched_objects_and_public_keys_are_played() {
    let missing: Vec<_> = ALL
        .iter()
        .map(|mapping| mapping.provider())
        .filter(|name| {
            !webhook_core::Provider::ALL
                .iter()
                .any(|known| known.name() == *name)
        })
        .collect();
    let fetched = ["easypay-single", "mercadopago-ipn"];
    let asymmetric = ["pagarme-hub", "paypal"];
    assert!(
        missing
            .iter()
            .all(|name| fetched.contains(name) || asymmetric.contains(name)),
        "{missing:?}"
    );
}

#[test]
fn a_callback_of_ifthenpay_is_read_from_its_query_without_the_key() {
    let sender: TestSender = TestSender::ifthenpay("anti-phishing-key");
    let delivery = verified(&sender, &sender.signed(sender.event("", ())));
    let event = PaymentEvent::from_delivery(&delivery).unwrap();
    assert_eq!(event.kind, PaymentKind::PaymentSucceeded);
    assert_eq!(event.amount.unwrap().to_string(), "19.99 EUR");
    assert_eq!(event.ids.order.as_deref(), Some("order-1"));
    let raw = std::str::from_utf8(&event.raw).unwrap();
    assert!(raw.contains("orderId=order-1"), "{raw}");
    assert!(!raw.contains("anti-phishing-key"), "{raw}");
    assert!(is_of_family::<PaymentEvent>(&delivery));
}

#[test]
fn a_delivery_of_mercado_pago_says_what_to_fetch_by_its_signed_id() {
    let sender: TestSender = TestSender::mercadopago("0123456789abcdef");
    let event = sender.event("payment", json!({"data": {"id": "1310000001"}}));
    let delivery = verified(&sender, &sender.signed(event));
    let event = PaymentEvent::from_delivery(&delivery).unwrap();
    assert_eq!(event.kind, PaymentKind::Notification);
    assert_eq!(event.to_fetch.unwrap().path(), "/v1/payments/1310000001");
}

#[test]
fn a_malformed_event_is_refused_with_its_place_and_without_its_values() {
    let sender: TestSender = TestSender::stripe("whsec_0123456789abcdef");
    let event = sender.event(
        "payment_intent.succeeded",
        json!({"amount_received": "card-7"}),
    );
    let delivery = verified(&sender, &sender.signed(event));
    let error = PaymentEvent::from_delivery(&delivery).unwrap_err();
    assert_eq!(
        error.path(),
        "/data/object/amount_received is not an amount in decimal digits"
    );
    assert_eq!(
        error.rejection().kind(),
        webhook_core::RejectionKind::Unprocessable
    );
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("card-7"), "{shown}");
    let source = error.source().unwrap().downcast_ref::<MappingError>();
    assert_eq!(source.unwrap().path(), "/data/object/amount_received");
}

const CUSTOMERS: Mapping = Mapping::new(
    "stripe",
    &[Object::at(
        "/data/object",
        &[Rule::new(
            "customer.created",
            PaymentKind::SubscriptionCreated,
        )],
    )
    .customer(&["/id"])],
)
.type_at(&["/type"]);

/// Maps another event of a provider that the crate maps too.
struct Mine;

impl PaymentMapping for Mine {
    fn takes(source: &PaymentSource<'_>) -> bool {
        CUSTOMERS.takes(source)
    }

    fn map(source: &PaymentSource<'_>) -> Result<Vec<PaymentEvent>, MappingError> {
        CUSTOMERS.map(source)
    }
}

#[test]
fn a_mapping_of_ones_own_decides_for_its_own_types() {
    let sender: TestSender = TestSender::new(providers::STRIPE, "whsec_0123456789abcdef");
    let created = verified(
        &sender,
        &sender.signed(sender.event("customer.created", ())),
    );
    let paid = verified(&sender, &sender.signed(sender.event("invoice.paid", ())));
    let event = Mapped::<Mine>::from_delivery(&created).unwrap();
    assert_eq!(event.kind, PaymentKind::SubscriptionCreated);
    assert_eq!(event.customer.as_deref(), Some("cus_Mock0000000001"));
    for (delivery, mine, of_the_crate) in [(&created, true, false), (&paid, false, true)] {
        assert_eq!(is_of_family::<Mapped<Mine>>(delivery), mine);
        assert_eq!(is_of_family::<PaymentEvents<Mine>>(delivery), mine);
        assert_eq!(is_of_family::<PaymentEvent>(delivery), of_the_crate);
    }
}
