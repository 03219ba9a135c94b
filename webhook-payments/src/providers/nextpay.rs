use crate::kind::PaymentKind::{
    PaymentFailed, PaymentPending, PaymentSucceeded, PayoutCompleted, PayoutFailed,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// NextPay (Philippines). Amounts are in centavos, and in pesos if no currency is stated.
///
/// * `payout_request.initiated`, `.pending` and `.processing` are `Other`: the money is on its way.
/// * A payout that is reversed after its completion is `PayoutFailed`.
///
/// Source: <https://developers.nextpay.world/docs/concepts/webhooks>
pub const NEXTPAY: Mapping = Mapping::new("nextpay", OBJECTS).type_at(&["/type"]);

const AMOUNT: &[Amount] = &[
    Amount::minor("/amount", &["/currency"]).or_currency("PHP"),
    Amount::minor("/amount_cents", &["/currency"]).or_currency("PHP"),
];

const OBJECTS: &[Object] = &[
    Object::at(
        "/data",
        &[
            Rule::new("payment_intent.paid", PaymentSucceeded),
            Rule::new("payment_intent.expired", PaymentFailed),
            Rule::new("payment_intent.cancelled", PaymentFailed),
            Rule::new("payment_intent.created", PaymentPending),
        ],
    )
    .amounts(AMOUNT)
    .payment(&["/id"])
    .order(&["/external_id"]),
    Object::at(
        "/data",
        &[
            Rule::new("payout_request.completed", PayoutCompleted),
            Rule::new("payout_request.failed", PayoutFailed),
            Rule::new("payout_request.cancelled", PayoutFailed),
            Rule::new("payout_request.reversed", PayoutFailed),
        ],
    )
    .amounts(AMOUNT)
    .payout(&["/id"])
    .order(&["/external_id"]),
];
