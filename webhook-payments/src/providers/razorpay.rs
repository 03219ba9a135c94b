use crate::kind::PaymentKind::{
    CheckoutCompleted, CheckoutExpired, PaymentDisputed, PaymentFailed, PaymentPending,
    PaymentRefunded, PaymentSucceeded, PayoutCompleted, PayoutFailed, SubscriptionCanceled,
    SubscriptionCreated, SubscriptionPastDue, SubscriptionUpdated,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// Razorpay. Amounts are in the smallest unit of the currency.
///
/// * `order.paid` is `Other`: `payment.captured` reports the same payment.
/// * `subscription.charged` is `SubscriptionUpdated`, and `payment.captured` is its payment.
///   `subscription.pending` and `.halted` mean that a charge failed.
/// * Checkouts are payment links.
///
/// Source: <https://razorpay.com/docs/webhooks/payloads/>
pub const RAZORPAY: Mapping = Mapping::new("razorpay", OBJECTS).type_at(&["/event"]);

const AMOUNT: &[Amount] = &[Amount::minor("/amount", &["/currency"])];

const OBJECTS: &[Object] = &[
    Object::at(
        "/payload/payment/entity",
        &[
            Rule::new("payment.captured", PaymentSucceeded),
            Rule::new("payment.failed", PaymentFailed),
            Rule::new("payment.authorized", PaymentPending),
        ],
    )
    .amounts(AMOUNT)
    .payment(&["/id"])
    .order(&["/order_id"])
    .customer(&["/customer_id"]),
    Object::at(
        "/payload/refund/entity",
        &[Rule::new("refund.processed", PaymentRefunded)],
    )
    .amounts(AMOUNT)
    .payment(&["/payment_id"]),
    Object::at(
        "/payload/dispute/entity",
        &[Rule::new("payment.dispute.created", PaymentDisputed)],
    )
    .amounts(AMOUNT)
    .payment(&["/payment_id"]),
    Object::at(
        "/payload/subscription/entity",
        &[
            Rule::new("subscription.authenticated", SubscriptionCreated),
            Rule::new("subscription.activated", SubscriptionUpdated),
            Rule::new("subscription.charged", SubscriptionUpdated),
            Rule::new("subscription.updated", SubscriptionUpdated),
            Rule::new("subscription.paused", SubscriptionUpdated),
            Rule::new("subscription.resumed", SubscriptionUpdated),
            Rule::new("subscription.pending", SubscriptionPastDue),
            Rule::new("subscription.halted", SubscriptionPastDue),
            Rule::new("subscription.cancelled", SubscriptionCanceled),
            Rule::new("subscription.completed", SubscriptionCanceled),
        ],
    )
    .subscription(&["/id"])
    .customer(&["/customer_id"]),
    Object::at(
        "/payload/payout/entity",
        &[
            Rule::new("payout.processed", PayoutCompleted),
            Rule::new("payout.failed", PayoutFailed),
            Rule::new("payout.reversed", PayoutFailed),
            Rule::new("payout.rejected", PayoutFailed),
        ],
    )
    .amounts(AMOUNT)
    .payout(&["/id"])
    .order(&["/reference_id"]),
    Object::at(
        "/payload/payment_link/entity",
        &[
            Rule::new("payment_link.paid", CheckoutCompleted),
            Rule::new("payment_link.expired", CheckoutExpired),
            Rule::new("payment_link.cancelled", CheckoutExpired),
        ],
    )
    .amounts(AMOUNT)
    .checkout(&["/id"])
    .order(&["/reference_id", "/order_id"]),
];
