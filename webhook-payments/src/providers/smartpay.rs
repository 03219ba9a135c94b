use crate::kind::PaymentKind::{
    PaymentFailed, PaymentPending, PaymentRefunded, PaymentSucceeded, PayoutCompleted,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// Smartpay (Japan). Amounts are in the smallest unit of the currency: whole yen.
///
/// * A payment is the capture of an order. An authorised order is `PaymentPending`.
/// * The order is the `reference` of the merchant, otherwise Smartpay's order.
/// * `payout.generated` is `Other`: it is the calculation of a payout.
///
/// Source: <https://en.docs.smartpay.co/reference/the-event-object>
pub const SMARTPAY: Mapping = Mapping::new("smartpay", OBJECTS).type_at(&["/eventData/type"]);

const AT: &str = "/eventData/data";
const AMOUNT: &[Amount] = &[Amount::minor("/amount", &["/currency"])];

const OBJECTS: &[Object] = &[
    Object::at(AT, &[Rule::new("payment.created", PaymentSucceeded)])
        .amounts(AMOUNT)
        .payment(&["/id"])
        .order(&["/reference", "/order"]),
    Object::at(
        AT,
        &[
            Rule::new("order.authorized", PaymentPending),
            Rule::new("order.rejected", PaymentFailed),
            Rule::new("order.canceled", PaymentFailed),
        ],
    )
    .amounts(AMOUNT)
    .order(&["/reference", "/id"]),
    Object::at(AT, &[Rule::new("refund.created", PaymentRefunded)])
        .amounts(AMOUNT)
        .payment(&["/payment"])
        .order(&["/reference"]),
    Object::at(AT, &[Rule::new("payout.paid", PayoutCompleted)])
        .amounts(AMOUNT)
        .payout(&["/id"]),
];
