//! Amounts at the edges.

use webhook_payments::MappingProblem::{
    Missing, NotAnAmount, Repeated, TooLarge, TooPrecise, WrongType,
};
use webhook_payments::{MappingError, MappingProblem, Money, PaymentSource, Providers};

/// The amount of a payment of Mercado Pago, in decimals.
fn decimal(amount: &str, currency: &str) -> Result<Option<Money>, MappingError> {
    let object = format!(
        r#"{{"id":1,"status":"approved","transaction_amount":{amount},"currency_id":"{currency}"}}"#
    );
    let source = PaymentSource::new("mercadopago-ipn", object).with_type("payment");
    Providers::read(&source).map(|event| event.amount)
}

/// The amount of a payment intent of Stripe, in minor units.
fn minor(amount: &str, currency: &str) -> Result<Option<Money>, MappingError> {
    let event = format!(
        r#"{{"type":"payment_intent.succeeded","data":{{"object":
            {{"id":"pi_1","amount_received":{amount},"currency":"{currency}"}}}}}}"#
    );
    Providers::read(&PaymentSource::new("stripe", event)).map(|event| event.amount)
}

/// The amount of an authorisation of Adyen, in minor units.
fn adyen(amount: &str, currency: &str) -> Result<Option<Money>, MappingError> {
    let event = format!(
        r#"{{"notificationItems":[{{"NotificationRequestItem":
            {{"eventCode":"AUTHORISATION","success":"true","pspReference":"1",
              "amount":{{"value":{amount},"currency":"{currency}"}}}}}}]}}"#
    );
    Providers::read(&PaymentSource::new("adyen", event)).map(|event| event.amount)
}

#[track_caller]
fn assert_amount(found: Result<Option<Money>, MappingError>, expected: &str) {
    let found = found.unwrap().map(|money| money.to_string());
    assert_eq!(found.as_deref(), Some(expected));
}

#[track_caller]
fn assert_problem(found: Result<Option<Money>, MappingError>, expected: MappingProblem) {
    assert_eq!(found.unwrap_err().problem(), expected);
}

#[test]
fn a_decimal_amount_is_read_from_its_text() {
    assert_amount(decimal("12.34", "EUR"), "12.34 EUR");
    assert_amount(decimal(r#""12.34""#, "EUR"), "12.34 EUR");
    assert_amount(decimal("12", "EUR"), "12.00 EUR");
    assert_amount(decimal("0.07", "EUR"), "0.07 EUR");
    assert_amount(decimal("1.10", "EUR"), "1.10 EUR");
    assert_amount(decimal("-3.5", "EUR"), "-3.50 EUR");
    assert_amount(decimal("-0.05", "EUR"), "-0.05 EUR");
    assert_amount(decimal("1.5e3", "EUR"), "1500.00 EUR");
    assert_amount(decimal("12.340", "EUR"), "12.34 EUR");
    // More digits than a double has.
    assert_amount(decimal("90071992547409.93", "EUR"), "90071992547409.93 EUR");
    assert_amount(
        decimal("92233720368547758.07", "EUR"),
        "92233720368547758.07 EUR",
    );
}

#[test]
fn an_amount_has_the_decimals_of_its_currency() {
    assert_amount(decimal("500", "JPY"), "500 JPY");
    assert_amount(decimal("500.0", "JPY"), "500 JPY");
    assert_amount(decimal("1.234", "KWD"), "1.234 KWD");
    assert_amount(decimal("1.2", "CLF"), "1.2000 CLF");
    assert_amount(minor("500", "jpy"), "500 JPY");
    assert_amount(minor("1250", "kwd"), "1.250 KWD");
    assert_problem(decimal("0.5", "JPY"), TooPrecise);
    assert_problem(decimal("12.345", "EUR"), TooPrecise);
    assert_problem(decimal("1.2345", "KWD"), TooPrecise);
    assert_problem(minor("19.99", "eur"), TooPrecise);
}

#[test]
fn a_unit_of_the_provider_becomes_that_of_iso_4217() {
    assert_amount(minor("500", "isk"), "5 ISK");
    assert_amount(minor("500", "ugx"), "5 UGX");
    assert_amount(minor("5", "mga"), "5.00 MGA");
    assert_amount(adyen("500", "CLP"), "5 CLP");
    assert_amount(adyen("500", "ISK"), "5 ISK");
    assert_amount(adyen("5", "IDR"), "5.00 IDR");
    assert_amount(adyen("5", "CVE"), "5.00 CVE");
    assert_amount(adyen("5", "JPY"), "5 JPY");
    assert_problem(minor("550", "isk"), TooPrecise);
    assert_problem(minor("92233720368547758080", "mga"), TooLarge);
}

#[test]
fn an_amount_that_does_not_fit_is_an_error_and_not_another_amount() {
    assert_amount(
        minor("9223372036854775807", "eur"),
        "92233720368547758.07 EUR",
    );
    assert_amount(
        minor("-9223372036854775808", "eur"),
        "-92233720368547758.08 EUR",
    );
    assert_problem(minor("9223372036854775808", "eur"), TooLarge);
    assert_problem(decimal("92233720368547758.08", "EUR"), TooLarge);
    assert_problem(decimal("1e30", "EUR"), TooLarge);
    assert_problem(decimal("1e-30", "EUR"), TooPrecise);
}

#[test]
fn what_is_not_an_amount_is_an_error() {
    for text in [r#""""#, "null"] {
        assert_eq!(decimal(text, "EUR"), Ok(None), "{text}");
    }
    for text in [
        r#""12,34""#,
        r#""1.234,50""#,
        r#"" 1""#,
        r#""ten""#,
        "true",
        r#""NaN""#,
    ] {
        assert_problem(decimal(text, "EUR"), NotAnAmount);
    }
    assert_problem(decimal("[1]", "EUR"), WrongType);
    assert_problem(decimal(r#"{"value":1}"#, "EUR"), WrongType);
    assert_problem(decimal("1", ""), Missing);
    assert_problem(decimal(r#"1,"transaction_amount":2"#, "EUR"), Repeated);
}

#[test]
fn a_currency_that_iso_4217_does_not_have_leaves_the_amount_out() {
    for currency in ["BTC", "USDC", "XAU", "points"] {
        assert_eq!(decimal("1.00000001", currency), Ok(None), "{currency}");
    }
}

#[test]
fn an_error_names_the_place_and_no_value() {
    let error = minor("19.99", "eur").unwrap_err();
    assert_eq!(error.path(), "/data/object/amount_received");
    assert_eq!(
        error.to_string(),
        "/data/object/amount_received has more decimals than its currency"
    );
    let error = adyen(r#""12,00""#, "EUR").unwrap_err();
    assert_eq!(
        error.path(),
        "/notificationItems/0/NotificationRequestItem/amount/value"
    );
}
