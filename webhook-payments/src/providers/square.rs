use crate::kind::PaymentKind::{
    CheckoutCompleted, CheckoutExpired, PaymentDisputed, PaymentFailed, PaymentPending,
    PaymentRefunded, PaymentSucceeded, PayoutCompleted, PayoutFailed, SubscriptionCanceled,
    SubscriptionCreated, SubscriptionPastDue, SubscriptionUpdated,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// Square. Amounts are in the smallest denomination of the currency.
///
/// * The status of the object decides. `payment.updated` comes for every change, so one payment can
///   be `PaymentSucceeded` several times.
/// * The amount of a payment is its total, with the tip.
/// * The order is the `reference_id` of the merchant, otherwise Square's order.
/// * Checkouts are those of Square Terminal.
///
/// Source: <https://developer.squareup.com/reference/square/webhooks>
pub const SQUARE: Mapping = Mapping::new("square", OBJECTS).type_at(&["/type"]);

const STATUS: &str = "/status";
const COMPLETED: &[&str] = &["COMPLETED"];
const FAILED: &[&str] = &["FAILED", "CANCELED"];
const PENDING: &[&str] = &["APPROVED", "PENDING"];

/// Events of payouts name the member in another way.
const CURRENCY: &[&str] = &["/amount_money/currency", "/amount_money/currency_code"];
const AMOUNT: &[Amount] = &[Amount::minor("/amount_money/amount", CURRENCY)];

const OBJECTS: &[Object] = &[
    Object::at(
        "/data/object/payment",
        &[
            Rule::new("payment.created", PaymentSucceeded).when(STATUS, COMPLETED),
            Rule::new("payment.updated", PaymentSucceeded).when(STATUS, COMPLETED),
            Rule::new("payment.created", PaymentFailed).when(STATUS, FAILED),
            Rule::new("payment.updated", PaymentFailed).when(STATUS, FAILED),
            Rule::new("payment.created", PaymentPending).when(STATUS, PENDING),
            Rule::new("payment.updated", PaymentPending).when(STATUS, PENDING),
        ],
    )
    .amounts(&[
        Amount::minor("/total_money/amount", &["/total_money/currency"]),
        Amount::minor("/amount_money/amount", CURRENCY),
    ])
    .payment(&["/id"])
    .order(&["/reference_id", "/order_id"])
    .customer(&["/customer_id"]),
    Object::at(
        "/data/object/refund",
        &[
            Rule::new("refund.created", PaymentRefunded).when(STATUS, COMPLETED),
            Rule::new("refund.updated", PaymentRefunded).when(STATUS, COMPLETED),
        ],
    )
    .amounts(AMOUNT)
    .payment(&["/payment_id"])
    .order(&["/order_id"]),
    Object::at(
        "/data/object/dispute",
        &[Rule::new("dispute.created", PaymentDisputed)],
    )
    .amounts(AMOUNT)
    .payment(&["/disputed_payment/payment_id"]),
    Object::at(
        "/data/object/subscription",
        &[
            Rule::new("subscription.created", SubscriptionCreated),
            Rule::new("subscription.updated", SubscriptionCanceled)
                .when(STATUS, &["CANCELED", "DEACTIVATED"]),
            Rule::new("subscription.updated", SubscriptionUpdated),
        ],
    )
    .subscription(&["/id"])
    .customer(&["/customer_id"]),
    Object::at(
        "/data/object/invoice",
        &[
            Rule::new("invoice.scheduled_charge_failed", SubscriptionPastDue)
                .when("/subscription_id", &[]),
            Rule::new("invoice.scheduled_charge_failed", PaymentFailed),
        ],
    )
    .subscription(&["/subscription_id"])
    .order(&["/order_id"])
    .customer(&["/primary_recipient/customer_id"]),
    Object::at(
        "/data/object/payout",
        &[
            Rule::new("payout.paid", PayoutCompleted),
            Rule::new("payout.failed", PayoutFailed),
        ],
    )
    .amounts(AMOUNT)
    .payout(&["/id"]),
    Object::at(
        "/data/object/checkout",
        &[
            Rule::new("terminal.checkout.updated", CheckoutCompleted).when(STATUS, COMPLETED),
            Rule::new("terminal.checkout.updated", CheckoutExpired).when(STATUS, &["CANCELED"]),
        ],
    )
    .amounts(AMOUNT)
    .checkout(&["/id"])
    .payment(&["/payment_ids/0"])
    .order(&["/reference_id", "/order_id"]),
];
