//! What holds for any input.

use proptest::prelude::*;
use webhook_payments::providers::ALL;
use webhook_payments::{Currency, PaymentMapping as _, PaymentSource, Providers};

use crate::sample::samples;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        rng_seed: prop::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    /// Every amount of every currency survives its way through a decimal text.
    #[test]
    fn an_amount_is_what_its_text_says(
        minor: i64,
        code in prop::sample::select(&["EUR", "JPY", "KWD", "CLF"][..]),
    ) {
        let currency = Currency::from_code(code).unwrap();
        let money = webhook_payments::Money::new(minor, currency);
        let text = money.to_string();
        let (number, _) = text.split_once(' ').unwrap();
        let object = format!(
            r#"{{"status":"approved","transaction_amount":{number},"currency_id":"{code}"}}"#
        );
        let source = PaymentSource::new("mercadopago-ipn", object).with_type("payment");
        prop_assert_eq!(Providers::read(&source).unwrap().amount, Some(money));
    }

    /// A damaged event is read or refused, and nothing panics.
    #[test]
    fn a_damaged_event_does_no_harm(
        place: prop::sample::Index,
        byte: u8,
        which: prop::sample::Index,
    ) {
        let mapping = ALL[which.index(ALL.len())];
        let samples = samples(mapping.provider());
        let sample = &samples.samples[which.index(samples.samples.len())];
        let case = &sample.cases[which.index(sample.cases.len())];
        let mut body = samples.body(sample, case);
        if !body.is_empty() {
            let place = place.index(body.len());
            body[place] = byte;
        }
        let mut source = PaymentSource::new(mapping.provider(), body);
        if let Some(event_type) = case.event_type() {
            source = source.with_type(event_type);
        }
        if let Some(query) = &sample.query {
            source = source.with_query(query);
        }
        let _ = Providers::takes(&source);
        let _ = Providers::map(&source);
    }
}
