use crate::kind::PaymentKind::{
    CheckoutCompleted, CheckoutExpired, PaymentDisputed, PaymentFailed, PaymentPending,
    PaymentRefunded, PaymentSucceeded, PayoutCompleted, PayoutFailed, SubscriptionCanceled,
    SubscriptionCreated, SubscriptionPastDue, SubscriptionUpdated,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// PayPal. Amounts are decimal texts.
///
/// * **The signature covers only a checksum of the body**: fetch the object before money moves.
/// * `PAYMENT.SALE.*` are the payments of subscriptions.
/// * A payment that PayPal takes back (`REVERSED`) is `PaymentRefunded`; `CUSTOMER.DISPUTE.CREATED`
///   is `PaymentDisputed`.
/// * An order that the buyer has approved waits for its capture: `PaymentPending`. It may have
///   several units, so orders have no amount.
/// * The resource of a refund has its own id. The payment is there only for sales.
///
/// Source: <https://developer.paypal.com/api/rest/webhooks/event-names/>
pub const PAYPAL: Mapping = Mapping::new("paypal", OBJECTS).type_at(&["/event_type"]);

/// Version 2 of the API, and version 1.
const AMOUNT: &[Amount] = &[
    Amount::decimal("/amount/value", &["/amount/currency_code"]),
    Amount::decimal("/amount/total", &["/amount/currency"]),
];

const OBJECTS: &[Object] = &[
    Object::at(
        "/resource",
        &[
            Rule::new("PAYMENT.CAPTURE.COMPLETED", PaymentSucceeded),
            Rule::new("PAYMENT.SALE.COMPLETED", PaymentSucceeded),
            Rule::new("PAYMENT.CAPTURE.DECLINED", PaymentFailed),
            Rule::new("PAYMENT.CAPTURE.DENIED", PaymentFailed),
            Rule::new("PAYMENT.SALE.DENIED", PaymentFailed),
            Rule::new("PAYMENT.CAPTURE.PENDING", PaymentPending),
            Rule::new("PAYMENT.SALE.PENDING", PaymentPending),
        ],
    )
    .amounts(AMOUNT)
    .payment(&["/id"])
    .subscription(&["/billing_agreement_id"])
    .order(&[
        "/invoice_id",
        "/invoice_number",
        "/custom_id",
        "/supplementary_data/related_ids/order_id",
    ]),
    Object::at(
        "/resource",
        &[
            Rule::new("PAYMENT.CAPTURE.REFUNDED", PaymentRefunded),
            Rule::new("PAYMENT.CAPTURE.REVERSED", PaymentRefunded),
            Rule::new("PAYMENT.SALE.REFUNDED", PaymentRefunded),
            Rule::new("PAYMENT.SALE.REVERSED", PaymentRefunded),
        ],
    )
    .amounts(AMOUNT)
    .payment(&["/sale_id"])
    .order(&["/invoice_id", "/invoice_number", "/custom_id"]),
    Object::at(
        "/resource",
        &[Rule::new("CUSTOMER.DISPUTE.CREATED", PaymentDisputed)],
    )
    .amounts(&[Amount::decimal(
        "/dispute_amount/value",
        &["/dispute_amount/currency_code"],
    )])
    .payment(&["/disputed_transactions/0/seller_transaction_id"])
    .order(&["/disputed_transactions/0/invoice_number"]),
    Object::at(
        "/resource",
        &[
            Rule::new("CHECKOUT.ORDER.APPROVED", PaymentPending),
            Rule::new("CHECKOUT.ORDER.COMPLETED", CheckoutCompleted),
        ],
    )
    .checkout(&["/id"])
    .customer(&["/payer/payer_id"]),
    Object::at(
        "/resource",
        &[Rule::new(
            "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
            CheckoutExpired,
        )],
    )
    .checkout(&["/order_id"]),
    Object::at(
        "/resource",
        &[
            Rule::new("BILLING.SUBSCRIPTION.CREATED", SubscriptionCreated),
            Rule::new("BILLING.SUBSCRIPTION.ACTIVATED", SubscriptionUpdated),
            Rule::new("BILLING.SUBSCRIPTION.UPDATED", SubscriptionUpdated),
            Rule::new("BILLING.SUBSCRIPTION.SUSPENDED", SubscriptionUpdated),
            Rule::new("BILLING.SUBSCRIPTION.PAYMENT.FAILED", SubscriptionPastDue),
            Rule::new("BILLING.SUBSCRIPTION.CANCELLED", SubscriptionCanceled),
            Rule::new("BILLING.SUBSCRIPTION.EXPIRED", SubscriptionCanceled),
        ],
    )
    .subscription(&["/id"])
    .order(&["/custom_id"])
    .customer(&["/subscriber/payer_id"]),
    Object::at(
        "/resource",
        &[
            Rule::new("PAYMENT.PAYOUTS-ITEM.SUCCEEDED", PayoutCompleted),
            Rule::new("PAYMENT.PAYOUTS-ITEM.FAILED", PayoutFailed),
            Rule::new("PAYMENT.PAYOUTS-ITEM.BLOCKED", PayoutFailed),
            Rule::new("PAYMENT.PAYOUTS-ITEM.CANCELED", PayoutFailed),
            Rule::new("PAYMENT.PAYOUTS-ITEM.DENIED", PayoutFailed),
            Rule::new("PAYMENT.PAYOUTS-ITEM.REFUNDED", PayoutFailed),
            Rule::new("PAYMENT.PAYOUTS-ITEM.RETURNED", PayoutFailed),
        ],
    )
    .amounts(&[Amount::decimal(
        "/payout_item/amount/value",
        &["/payout_item/amount/currency"],
    )])
    .payout(&["/payout_item_id"])
    .order(&["/payout_item/sender_item_id"]),
];
