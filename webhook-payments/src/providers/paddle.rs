use crate::kind::PaymentKind::{
    PaymentDisputed, PaymentFailed, PaymentRefunded, PaymentSucceeded, PayoutCompleted,
    SubscriptionCanceled, SubscriptionCreated, SubscriptionPastDue, SubscriptionUpdated,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// Paddle Billing. Amounts are texts, in the lowest denomination of the currency.
///
/// * `transaction.paid` is `Other`: `transaction.completed` follows it, when all ids are there.
/// * An adjustment is `PaymentRefunded` once it is approved, and `PaymentDisputed` if it is a
///   chargeback. Its amount is its own, not that of the transaction.
///
/// Source: <https://developer.paddle.com/webhooks/overview>
pub const PADDLE: Mapping = Mapping::new("paddle", OBJECTS).type_at(&["/event_type"]);

const ACTION: &str = "/action";

const OBJECTS: &[Object] = &[
    Object::at(
        "/data",
        &[
            Rule::new("transaction.completed", PaymentSucceeded),
            Rule::new("transaction.payment_failed", PaymentFailed),
            Rule::new("transaction.canceled", PaymentFailed),
        ],
    )
    .amounts(&[
        Amount::minor("/details/totals/grand_total", &["/currency_code"]),
        Amount::minor("/details/totals/total", &["/currency_code"]),
    ])
    .payment(&["/id"])
    .subscription(&["/subscription_id"])
    .customer(&["/customer_id"]),
    Object::at(
        "/data",
        &[
            Rule::new("adjustment.created", PaymentRefunded)
                .when(ACTION, &["refund"])
                .when("/status", &["approved"]),
            Rule::new("adjustment.updated", PaymentRefunded)
                .when(ACTION, &["refund"])
                .when("/status", &["approved"]),
            Rule::new("adjustment.created", PaymentDisputed).when(ACTION, &["chargeback"]),
        ],
    )
    .amounts(&[Amount::minor("/totals/total", &["/currency_code"])])
    .payment(&["/transaction_id"])
    .subscription(&["/subscription_id"])
    .customer(&["/customer_id"]),
    Object::at(
        "/data",
        &[
            Rule::new("subscription.created", SubscriptionCreated),
            Rule::new("subscription.updated", SubscriptionUpdated),
            Rule::new("subscription.activated", SubscriptionUpdated),
            Rule::new("subscription.trialing", SubscriptionUpdated),
            Rule::new("subscription.paused", SubscriptionUpdated),
            Rule::new("subscription.resumed", SubscriptionUpdated),
            Rule::new("subscription.past_due", SubscriptionPastDue),
            Rule::new("subscription.canceled", SubscriptionCanceled),
        ],
    )
    .subscription(&["/id"])
    .customer(&["/customer_id"]),
    Object::at("/data", &[Rule::new("payout.paid", PayoutCompleted)])
        .amounts(&[Amount::minor("/amount", &["/currency_code"])])
        .payout(&["/id"]),
];
