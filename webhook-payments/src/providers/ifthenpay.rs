use crate::kind::PaymentKind::PaymentSucceeded;
use crate::mapping::{Amount, Mapping, Object, Rule};

/// ifthenpay (Portugal). A callback is a query, and means that a payment was made. Amounts are in
/// euros.
///
/// * The merchant names the parameters. Those of ifthenpay's page, of its OpenCart module and of
///   its older Portuguese page are read. For other names, write a mapping of your own.
/// * The payment is `requestId`. A payment method without one is known by its reference.
/// * **Compare the amount with that of the order**: nothing is signed.
///
/// Source: <https://ifthenpay.com/docs/en/guides/callback> and ifthenpay's OpenCart module.
pub const IFTHENPAY: Mapping = Mapping::new("ifthenpay", OBJECTS).reads_queries();

const OBJECTS: &[Object] = &[Object::at("", &[Rule::untyped(PaymentSucceeded)])
    .amounts(&[
        Amount::decimal("/amount", &[]).or_currency("EUR"),
        Amount::decimal("/val", &[]).or_currency("EUR"),
        Amount::decimal("/valor", &[]).or_currency("EUR"),
    ])
    .payment(&["/requestId", "/tid", "/reference", "/ref", "/referencia"])
    .order(&["/orderId", "/oid"])];
