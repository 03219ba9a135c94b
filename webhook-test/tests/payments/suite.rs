//! What a handler of payment events gets, whatever the framework and the provider. Each adapter
//! includes this file, and supplies its types of the same names and `serve`.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use serde_json::json;
use webhook_core::testing::TestSender;
use webhook_core::{EventFamily, EventType, MemoryStore, Provider, providers};
use webhook_payments::{
    Mapped, MappingError, PaymentEvent, PaymentEvents, PaymentKind, PaymentMapping, PaymentSource,
};

use super::{
    HookResult, Layer, PATH, Served, VerifiedDelivery, VerifiedEvent, WebhookRouter, serve,
};

/// The future of a handler.
type Running = BoxFuture<'static, HookResult>;

/// What handlers saw.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn add(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// A handler of payment events.
    fn payment(
        &self,
    ) -> impl Fn(VerifiedEvent<PaymentEvent>) -> BoxFuture<'static, HookResult>
    + Clone
    + Send
    + Sync
    + 'static {
        let seen = self.clone();
        move |VerifiedEvent(event): VerifiedEvent<PaymentEvent>| {
            let amount = event.data.amount.map(|amount| format!(" {amount}"));
            let provider = event.provider();
            let amount = amount.unwrap_or_default();
            seen.add(format!("{provider} {}{amount}", event.data.kind));
            Box::pin(async { Ok(()) })
        }
    }

    /// A handler of deliveries that leaves its name.
    fn named(
        &self,
        name: &'static str,
    ) -> impl Fn(VerifiedDelivery) -> Running + Clone + Send + Sync + 'static {
        let seen = self.clone();
        move |_: VerifiedDelivery| {
            seen.add(name.to_owned());
            Box::pin(async { Ok(()) })
        }
    }
}

fn sender(provider: Provider) -> TestSender {
    TestSender::made_up(provider).path(PATH)
}

fn layer(sender: &TestSender) -> Layer {
    let endpoint = sender.endpoint().store(MemoryStore::new());
    Layer::new(endpoint.build().unwrap())
}

/// An application whose only handler is that of payments.
fn payments(sender: &TestSender, seen: &Seen) -> Served {
    let hooks = WebhookRouter::new(layer(sender)).on_event(seen.payment());
    serve(hooks.fallback(seen.named("fallback")))
}

#[actix_web::test]
async fn one_handler_takes_the_payments_of_all_providers() {
    for (provider, event_type, expected) in [
        (
            providers::STRIPE,
            "invoice.paid",
            "stripe payment.succeeded 19.99 EUR",
        ),
        (
            providers::ASAAS,
            "PAYMENT_RECEIVED",
            "asaas payment.succeeded 19.99 BRL",
        ),
        (
            providers::ADYEN,
            "CHARGEBACK",
            "adyen payment.disputed 19.99 EUR",
        ),
        (
            providers::SQUARE,
            "refund.created",
            "square payment.refunded 19.99 EUR",
        ),
        (
            providers::RAZORPAY,
            "payment.failed",
            "razorpay payment.failed 1999.00 INR",
        ),
        (
            providers::PADDLE,
            "subscription.canceled",
            "paddle subscription.canceled",
        ),
        (
            providers::NEXTPAY,
            "payout_request.failed",
            "nextpay payout.failed 1999.00 PHP",
        ),
        (
            providers::SMARTPAY,
            "payment.created",
            "smartpay payment.succeeded 1999 JPY",
        ),
        (
            providers::COINBASE_COMMERCE,
            "charge:pending",
            "coinbase-commerce payment.pending 19.99 EUR",
        ),
        (
            providers::CODESPAR,
            "payment.confirmed",
            "codespar payment.succeeded",
        ),
        (providers::EASYPAY, "capture", "easypay notification"),
        (
            providers::MERCADOPAGO,
            "payment",
            "mercadopago notification",
        ),
        // These deliveries have no type of their own.
        (
            providers::IFTHENPAY,
            "",
            "ifthenpay payment.succeeded 19.99 EUR",
        ),
        (
            providers::PAGARME_POSTBACK,
            "transaction_status_changed",
            "pagarme-postback payment.succeeded 19.99 BRL",
        ),
        // The keys of these are public.
        (
            providers::PAYPAL,
            "PAYMENT.CAPTURE.COMPLETED",
            "paypal payment.succeeded 19.99 EUR",
        ),
        (
            providers::PAGARME_HUB,
            "charge.paid",
            "pagarme-hub payment.succeeded 19.99 BRL",
        ),
    ] {
        let seen = Seen::default();
        let sender = sender(provider);
        let served = payments(&sender, &seen);
        let delivery = sender.signed(sender.event(event_type, ()));
        assert_eq!(served.send(&delivery).await, 200, "{expected}");
        assert_eq!(seen.take(), [expected]);
    }
}

#[actix_web::test]
async fn what_is_not_mapped_is_for_the_fallback_and_a_type_of_its_own_comes_first() {
    let seen = Seen::default();
    let sender = sender(providers::STRIPE);
    let hooks = WebhookRouter::new(layer(&sender))
        .on_event(seen.payment())
        .on("charge.refunded", seen.named("charge.refunded"))
        .on("checkout.*", seen.named("checkout.*"))
        .fallback(seen.named("fallback"));
    let served = serve(hooks);
    for (event_type, expected) in [
        ("charge.refunded", "charge.refunded"),
        ("checkout.session.completed", "checkout.*"),
        ("customer.created", "fallback"),
        ("invoice.paid", "stripe payment.succeeded 19.99 EUR"),
    ] {
        let delivery = sender.signed(sender.event(event_type, ()));
        assert_eq!(served.send(&delivery).await, 200);
        assert_eq!(seen.take(), [expected]);
    }
}

#[actix_web::test]
async fn a_malformed_payment_is_answered_422_and_runs_when_it_comes_again() {
    let seen = Seen::default();
    let sender = sender(providers::STRIPE);
    let served = payments(&sender, &seen);
    for bad in [json!("12,00"), json!(12.5), json!({})] {
        let event = sender
            .event("invoice.paid", json!({"amount_paid": bad}))
            .id("evt_1");
        assert_eq!(served.send(&sender.signed(event)).await, 422);
    }
    assert!(seen.take().is_empty());
    // The claim is released: the event is not lost.
    let event = sender
        .event("invoice.paid", json!({"amount_paid": 1200}))
        .id("evt_1");
    assert_eq!(served.send(&sender.signed(event)).await, 200);
    assert_eq!(seen.take(), ["stripe payment.succeeded 12.00 EUR"]);
}

#[actix_web::test]
async fn a_forged_payment_reaches_no_handler() {
    for provider in [
        providers::STRIPE,
        providers::IFTHENPAY,
        providers::MERCADOPAGO,
    ] {
        let seen = Seen::default();
        let sender = sender(provider);
        let served = payments(&sender, &seen);
        let event = sender.event("payment", ());
        assert_eq!(served.send(&sender.forged(&event)).await, 401);
        assert!(seen.take().is_empty());
    }
}

#[actix_web::test]
async fn all_events_of_a_delivery_come_as_a_list() {
    let seen = Seen::default();
    let sender = sender(providers::ADYEN);
    let list = {
        let seen = seen.clone();
        move |VerifiedEvent(event): VerifiedEvent<PaymentEvents>| -> Running {
            for payment in event.data.iter() {
                seen.add(payment.kind.to_string());
            }
            Box::pin(async { Ok(()) })
        }
    };
    let hooks = WebhookRouter::new(layer(&sender)).on_event(list);
    let served = serve(hooks.ignore_unknown());
    let delivery = sender.signed(sender.event("REFUND", ()));
    assert_eq!(served.send(&delivery).await, 200);
    assert_eq!(seen.take(), ["payment.refunded"]);
}

/// Everything of GitHub is a pending payment.
struct Odd;

impl PaymentMapping for Odd {
    fn takes(source: &PaymentSource<'_>) -> bool {
        source.provider() == "github"
    }

    fn map(source: &PaymentSource<'_>) -> Result<Vec<PaymentEvent>, MappingError> {
        Ok(vec![PaymentEvent::new(PaymentKind::PaymentPending, source)])
    }
}

#[actix_web::test]
async fn a_mapping_of_ones_own_has_its_handler() {
    let seen = Seen::default();
    let sender = sender(providers::GITHUB);
    let own = {
        let seen = seen.clone();
        move |VerifiedEvent(event): VerifiedEvent<Mapped<Odd>>| -> Running {
            seen.add(format!("{} {:?}", event.data.kind, event.data.event_type));
            Box::pin(async { Ok(()) })
        }
    };
    let hooks = WebhookRouter::new(layer(&sender)).on_event(own);
    let served = serve(hooks.ignore_unknown());
    let delivery = sender.signed(sender.event("push", ()));
    assert_eq!(served.send(&delivery).await, 200);
    assert_eq!(seen.take(), [r#"payment.pending Some("push")"#]);
}

#[actix_web::test]
#[should_panic(expected = "`payment` has two handlers")]
async fn two_handlers_of_payments_are_an_error_at_start() {
    let seen = Seen::default();
    let hooks = WebhookRouter::new(layer(&sender(providers::STRIPE)));
    let _ = serve(
        hooks
            .on_event(seen.payment())
            .on_event(seen.payment())
            .ignore_unknown(),
    );
}

/// A payload with types and a family.
#[derive(serde::Deserialize)]
struct Both {}

impl EventType for Both {
    const TYPES: &'static [&'static str] = &["a"];
    const FAMILY: Option<EventFamily> = Some(EventFamily::new("long", |delivery| {
        delivery.event_type().is_some_and(|name| name.len() > 3)
    }));
}

#[actix_web::test]
async fn a_payload_has_its_types_and_its_family() {
    let seen = Seen::default();
    let sender = sender(providers::STRIPE);
    let both = {
        let seen = seen.clone();
        move |VerifiedEvent(event): VerifiedEvent<Both>| -> Running {
            seen.add(format!("both {:?}", event.event_type()));
            Box::pin(async { Ok(()) })
        }
    };
    let hooks = WebhookRouter::new(layer(&sender)).on_event(both);
    let served = serve(hooks.fallback(seen.named("fallback")));
    for (event_type, expected) in [
        ("a", r#"both Some("a")"#),
        ("abc", "fallback"),
        ("abcd", r#"both Some("abcd")"#),
    ] {
        let delivery = sender.signed(sender.event(event_type, ()));
        assert_eq!(served.send(&delivery).await, 200);
        assert_eq!(seen.take(), [expected]);
    }
}
