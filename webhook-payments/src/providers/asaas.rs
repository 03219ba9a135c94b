use crate::kind::PaymentKind::{
    CheckoutCompleted, CheckoutExpired, PaymentDisputed, PaymentFailed, PaymentPending,
    PaymentRefunded, PaymentSucceeded, PayoutCompleted, PayoutFailed, SubscriptionCanceled,
    SubscriptionCreated, SubscriptionPastDue, SubscriptionUpdated,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// Asaas. Amounts are in Brazilian reais.
///
/// * A payment by card is `PAYMENT_CONFIRMED` when it is made and `PAYMENT_RECEIVED` when its money
///   is there. Both are `PaymentSucceeded` of one payment: handle the first.
/// * An overdue payment of a subscription is `SubscriptionPastDue`; another is `PaymentFailed`, and
///   can still be paid.
/// * `PAYMENT_PARTIALLY_REFUNDED` has no amount, because `value` is that of the whole payment.
/// * The order is `externalReference`.
///
/// Source: <https://docs.asaas.com/docs/payment-events>, and the pages about transfers,
/// subscriptions and checkouts beside it.
pub const ASAAS: Mapping = Mapping::new("asaas", OBJECTS).type_at(&["/event"]);

const VALUE: &[Amount] = &[Amount::decimal("/value", &[]).or_currency("BRL")];

const OBJECTS: &[Object] = &[
    Object::at(
        "/payment",
        &[
            Rule::new("PAYMENT_CONFIRMED", PaymentSucceeded),
            Rule::new("PAYMENT_RECEIVED", PaymentSucceeded),
            Rule::new("PAYMENT_CREDIT_CARD_CAPTURE_REFUSED", PaymentFailed),
            Rule::new("PAYMENT_REPROVED_BY_RISK_ANALYSIS", PaymentFailed),
            Rule::new("PAYMENT_OVERDUE", SubscriptionPastDue).when("/subscription", &[]),
            Rule::new("PAYMENT_OVERDUE", PaymentFailed),
            Rule::new("PAYMENT_REFUNDED", PaymentRefunded),
            Rule::new("PAYMENT_CHARGEBACK_REQUESTED", PaymentDisputed),
            Rule::new("PAYMENT_CHARGEBACK_DISPUTE", PaymentDisputed),
            Rule::new("PAYMENT_CREATED", PaymentPending),
            Rule::new("PAYMENT_AUTHORIZED", PaymentPending),
            Rule::new("PAYMENT_AWAITING_RISK_ANALYSIS", PaymentPending),
        ],
    )
    .amounts(VALUE)
    .payment(&["/id"])
    .subscription(&["/subscription"])
    .order(&["/externalReference"])
    .customer(&["/customer"]),
    Object::at(
        "/payment",
        &[Rule::new("PAYMENT_PARTIALLY_REFUNDED", PaymentRefunded)],
    )
    .payment(&["/id"])
    .subscription(&["/subscription"])
    .order(&["/externalReference"])
    .customer(&["/customer"]),
    Object::at(
        "/subscription",
        &[
            Rule::new("SUBSCRIPTION_CREATED", SubscriptionCreated),
            Rule::new("SUBSCRIPTION_UPDATED", SubscriptionUpdated),
            Rule::new("SUBSCRIPTION_INACTIVATED", SubscriptionCanceled),
            Rule::new("SUBSCRIPTION_DELETED", SubscriptionCanceled),
        ],
    )
    .amounts(VALUE)
    .subscription(&["/id"])
    .order(&["/externalReference"])
    .customer(&["/customer"]),
    Object::at(
        "/transfer",
        &[
            Rule::new("TRANSFER_DONE", PayoutCompleted),
            Rule::new("TRANSFER_FAILED", PayoutFailed),
            Rule::new("TRANSFER_CANCELLED", PayoutFailed),
        ],
    )
    .amounts(VALUE)
    .payout(&["/id"]),
    Object::at(
        "/checkout",
        &[
            Rule::new("CHECKOUT_PAID", CheckoutCompleted),
            Rule::new("CHECKOUT_EXPIRED", CheckoutExpired),
            Rule::new("CHECKOUT_CANCELED", CheckoutExpired),
        ],
    )
    .checkout(&["/id"])
    .customer(&["/customer"]),
];
