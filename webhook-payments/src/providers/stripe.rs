use crate::kind::PaymentKind::{
    CheckoutCompleted, CheckoutExpired, PaymentDisputed, PaymentFailed, PaymentPending,
    PaymentRefunded, PaymentSucceeded, PayoutCompleted, PayoutFailed, SubscriptionCanceled,
    SubscriptionCreated, SubscriptionPastDue, SubscriptionUpdated,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// Stripe.
///
/// * Stripe reports one payment by several types. `charge.succeeded`, `charge.failed` and
///   `refund.created` are `Other`, because `payment_intent.*` and `charge.refunded` report the
///   same. The payment of an invoice is reported by `invoice.paid`, `invoice.payment_succeeded` and
///   `payment_intent.succeeded`: subscribe the endpoint to one of them.
/// * The amount of `charge.refunded` is everything refunded so far.
/// * The payment of an invoice is its payment intent, or the invoice itself where the version of
///   the API has none.
/// * The order is `client_reference_id` of a checkout session.
/// * Stripe counts `ISK` and `UGX` in hundredths, and `MGA` in whole ariary. The amounts here are
///   in the minor unit of ISO 4217.
///
/// Source: <https://docs.stripe.com/api/events/types> and <https://docs.stripe.com/currencies>.
pub const STRIPE: Mapping = Mapping::new("stripe", OBJECTS)
    .type_at(&["/type"])
    .exponents(&[("ISK", 2), ("MGA", 0), ("UGX", 2)]);

const AT: &str = "/data/object";

const OBJECTS: &[Object] = &[
    Object::at(
        AT,
        &[Rule::new("payment_intent.succeeded", PaymentSucceeded)],
    )
    .amounts(&[Amount::minor("/amount_received", &["/currency"])])
    .payment(&["/id"])
    .customer(&["/customer"]),
    Object::at(
        AT,
        &[
            Rule::new("payment_intent.payment_failed", PaymentFailed),
            Rule::new("payment_intent.canceled", PaymentFailed),
            Rule::new("payment_intent.processing", PaymentPending),
            Rule::new("payment_intent.requires_action", PaymentPending),
            Rule::new("payment_intent.amount_capturable_updated", PaymentPending),
        ],
    )
    .amounts(&[Amount::minor("/amount", &["/currency"])])
    .payment(&["/id"])
    .customer(&["/customer"]),
    Object::at(AT, &[Rule::new("charge.refunded", PaymentRefunded)])
        .amounts(&[Amount::minor("/amount_refunded", &["/currency"])])
        .payment(&["/payment_intent", "/id"])
        .customer(&["/customer"]),
    Object::at(AT, &[Rule::new("charge.dispute.created", PaymentDisputed)])
        .amounts(&[Amount::minor("/amount", &["/currency"])])
        .payment(&["/payment_intent", "/charge"]),
    Object::at(
        AT,
        &[
            Rule::new("invoice.paid", PaymentSucceeded),
            Rule::new("invoice.payment_succeeded", PaymentSucceeded),
        ],
    )
    .amounts(&[Amount::minor("/amount_paid", &["/currency"])])
    .payment(&["/payment_intent", "/id"])
    .subscription(INVOICED)
    .customer(&["/customer"]),
    Object::at(AT, &[Rule::new("invoice.payment_failed", PaymentFailed)])
        .amounts(&[Amount::minor("/amount_due", &["/currency"])])
        .payment(&["/payment_intent", "/id"])
        .subscription(INVOICED)
        .customer(&["/customer"]),
    Object::at(
        AT,
        &[
            Rule::new("customer.subscription.created", SubscriptionCreated),
            Rule::new("customer.subscription.updated", SubscriptionPastDue)
                .when("/status", &["past_due", "unpaid"]),
            Rule::new("customer.subscription.updated", SubscriptionUpdated),
            Rule::new("customer.subscription.paused", SubscriptionUpdated),
            Rule::new("customer.subscription.resumed", SubscriptionUpdated),
            Rule::new("customer.subscription.deleted", SubscriptionCanceled),
        ],
    )
    .subscription(&["/id"])
    .customer(&["/customer"]),
    Object::at(
        AT,
        &[
            Rule::new("payout.paid", PayoutCompleted),
            Rule::new("payout.failed", PayoutFailed),
            Rule::new("payout.canceled", PayoutFailed),
        ],
    )
    .amounts(&[Amount::minor("/amount", &["/currency"])])
    .payout(&["/id"]),
    Object::at(
        AT,
        &[
            Rule::new("checkout.session.completed", CheckoutCompleted),
            Rule::new("checkout.session.expired", CheckoutExpired),
            Rule::new("checkout.session.async_payment_succeeded", PaymentSucceeded),
            Rule::new("checkout.session.async_payment_failed", PaymentFailed),
        ],
    )
    .amounts(&[Amount::minor("/amount_total", &["/currency"])])
    .checkout(&["/id"])
    .payment(&["/payment_intent"])
    .subscription(&["/subscription"])
    .order(&["/client_reference_id"])
    .customer(&["/customer"]),
];

const INVOICED: &[&str] = &["/subscription", "/parent/subscription_details/subscription"];
