//! Every row of every mapping, with an event as its provider documents it.

use std::collections::{BTreeMap, BTreeSet};

use webhook_payments::providers::ALL;
use webhook_payments::{PaymentEvent, PaymentKind, PaymentMapping as _, Providers};

use crate::sample::samples;

/// What is known about an event, as text.
fn known(event: &PaymentEvent) -> BTreeMap<String, String> {
    let ids = &event.ids;
    let all = [
        ("amount", event.amount.map(|amount| amount.to_string())),
        ("customer", event.customer.clone()),
        ("payment", ids.payment.clone()),
        ("subscription", ids.subscription.clone()),
        ("payout", ids.payout.clone()),
        ("checkout", ids.checkout.clone()),
        ("order", ids.order.clone()),
    ];
    let known = all.into_iter();
    known
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

#[test]
fn every_sample_is_read_as_expected_and_every_rule_has_one() {
    for mapping in ALL {
        let provider = mapping.provider();
        let samples = samples(provider);
        assert!(samples.source.starts_with("https://"), "{provider}");
        let mut seen = BTreeSet::new();
        for sample in &samples.samples {
            for case in &sample.cases {
                let source = samples.source(provider, sample, case);
                let event = Providers::read(&source);
                let event = event.unwrap_or_else(|error| panic!("{provider} {case:?}: {error}"));
                assert_eq!(event.kind.as_str(), case.kind(), "{provider} {case:?}");
                assert_eq!(known(&event), sample.expect, "{provider} {case:?}");
                assert_eq!(event.provider, provider);
                assert!(!event.raw.is_empty(), "{provider} {case:?}");
                if let Some(event_type) = case.event_type() {
                    assert_eq!(event.event_type.as_deref(), Some(event_type));
                }
                let by_type = event.event_type.clone();
                let is_known = mapping.rules().any(|rule| {
                    rule.event_type().is_none() || rule.event_type() == by_type.as_deref()
                });
                let notifies = event.kind == PaymentKind::Notification;
                assert_eq!(Providers::takes(&source), is_known || notifies, "{case:?}");
                seen.insert((by_type, event.kind.as_str()));
            }
        }
        for rule in mapping.rules() {
            let row = (rule.event_type().map(str::to_owned), rule.kind().as_str());
            assert!(seen.contains(&row), "{provider}: no sample for {row:?}");
        }
        let notified = mapping.notifications().into_iter();
        let notified = notified.flat_map(|known| known.resources());
        for event_type in notified.flat_map(|resource| resource.types()) {
            let row = (Some((*event_type).to_owned()), "notification");
            assert!(seen.contains(&row), "{provider}: no sample for {row:?}");
        }
    }
}

#[test]
fn every_kind_has_a_provider_and_every_provider_a_const_in_core() {
    let kinds: BTreeSet<_> = ALL
        .iter()
        .flat_map(|mapping| mapping.rules())
        .map(|rule| rule.kind().as_str())
        .collect();
    for kind in PaymentKind::ALL {
        let is_special = matches!(kind, PaymentKind::Other | PaymentKind::Notification);
        assert_eq!(kinds.contains(kind.as_str()), !is_special, "{kind}");
    }
    let fetched = [
        webhook_core::notification::MERCADOPAGO_IPN.name(),
        webhook_core::notification::EASYPAY_SINGLE.name(),
    ];
    for mapping in ALL {
        let name = mapping.provider();
        let is_known = webhook_core::Provider::ALL
            .iter()
            .any(|known| known.name() == name);
        // Some need the feature `asymmetric`.
        let asymmetric = ["pagarme-hub", "paypal"];
        assert!(
            is_known || fetched.contains(&name) || asymmetric.contains(&name),
            "{name}"
        );
    }
}
