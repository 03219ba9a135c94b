use crate::kind::PaymentKind::{
    CheckoutCompleted, CheckoutExpired, PaymentDisputed, PaymentFailed, PaymentPending,
    PaymentRefunded, PaymentSucceeded, PayoutCompleted, PayoutFailed, SubscriptionCanceled,
    SubscriptionCreated, SubscriptionPastDue, SubscriptionUpdated,
};
use crate::mapping::{Amount, Mapping, Object, Rule};

/// Pagar.me through its Hub. Amounts are in centavos, and in reais if no currency is stated.
///
/// * An order is paid by its charges, so `charge.*` are payments and `order.*` are `Other`.
/// * The amount of a refund is `canceled_amount`, everything refunded so far.
/// * The order is the `code` that the merchant has given it.
///
/// Source: <https://docs.pagar.me/docs/lista-de-events> and
/// <https://connect-v2.stone.com.br/reference/retorno-webhook>.
pub const PAGARME_HUB: Mapping = Mapping::new("pagarme-hub", HUB).type_at(&["/type"]);

const HUB: &[Object] = &[
    Object::at(
        "/data",
        &[
            Rule::new("charge.paid", PaymentSucceeded),
            Rule::new("charge.overpaid", PaymentSucceeded),
        ],
    )
    .amounts(&[
        Amount::minor("/paid_amount", &["/currency"]).or_currency("BRL"),
        Amount::minor("/amount", &["/currency"]).or_currency("BRL"),
    ])
    .payment(&["/id"])
    .subscription(SUBSCRIPTION)
    .order(CODE)
    .customer(&["/customer/id"]),
    Object::at(
        "/data",
        &[
            Rule::new("charge.refunded", PaymentRefunded),
            Rule::new("charge.partial_canceled", PaymentRefunded),
        ],
    )
    .amounts(&[Amount::minor("/canceled_amount", &["/currency"]).or_currency("BRL")])
    .payment(&["/id"])
    .subscription(SUBSCRIPTION)
    .order(CODE)
    .customer(&["/customer/id"]),
    Object::at(
        "/data",
        &[
            Rule::new("charge.payment_failed", PaymentFailed),
            Rule::new("charge.chargedback", PaymentDisputed),
            Rule::new("charge.pending", PaymentPending),
            Rule::new("charge.processing", PaymentPending),
        ],
    )
    .amounts(&[Amount::minor("/amount", &["/currency"]).or_currency("BRL")])
    .payment(&["/id"])
    .subscription(SUBSCRIPTION)
    .order(CODE)
    .customer(&["/customer/id"]),
    Object::at(
        "/data",
        &[
            Rule::new("subscription.created", SubscriptionCreated),
            Rule::new("subscription.updated", SubscriptionUpdated),
            Rule::new("subscription.canceled", SubscriptionCanceled),
        ],
    )
    .subscription(&["/id"])
    .order(&["/code"])
    .customer(&["/customer/id"]),
    Object::at(
        "/data",
        &[Rule::new("invoice.payment_failed", SubscriptionPastDue)],
    )
    .amounts(&[Amount::minor("/amount", &["/currency"]).or_currency("BRL")])
    .payment(&["/charge/id"])
    .subscription(&["/subscription/id", "/subscriptionId"])
    .customer(&["/customer/id"]),
    Object::at(
        "/data",
        &[
            Rule::new("transfer.paid", PayoutCompleted),
            Rule::new("transfer.failed", PayoutFailed),
            Rule::new("transfer.canceled", PayoutFailed),
        ],
    )
    .amounts(&[Amount::minor("/amount", &["/currency"]).or_currency("BRL")])
    .payout(&["/id"]),
    Object::at(
        "/data",
        &[
            Rule::new("checkout.closed", CheckoutCompleted),
            Rule::new("checkout.canceled", CheckoutExpired),
        ],
    )
    .amounts(&[Amount::minor("/amount", &["/currency"]).or_currency("BRL")])
    .checkout(&["/id"])
    .customer(&["/customer/id"]),
];

const CODE: &[&str] = &["/order/code", "/code"];
const SUBSCRIPTION: &[&str] = &["/invoice/subscriptionId", "/subscription/id"];

/// Pagar.me postbacks of versions 1 to 4, which are forms. Amounts are in centavos of reais.
///
/// * `current_status` decides.
/// * The order is `reference_key`.
///
/// Source: <https://docs.pagar.me/v4/docs/gerenciando-postbacks> and
/// <https://docs.pagar.me/v4/reference/objeto-transaction>.
pub const PAGARME_POSTBACK: Mapping = Mapping::new("pagarme-postback", POSTBACK)
    .type_at(&["/event"])
    .reads_forms();

const TRANSACTION: &str = "transaction_status_changed";
const STATUS: &str = "/current_status";

const POSTBACK: &[Object] = &[
    Object::at(
        "",
        &[
            Rule::new(TRANSACTION, PaymentSucceeded).when(STATUS, &["paid"]),
            Rule::new(TRANSACTION, PaymentFailed).when(STATUS, &["refused"]),
            Rule::new(TRANSACTION, PaymentDisputed).when(STATUS, &["chargedback"]),
            Rule::new(TRANSACTION, PaymentPending).when(
                STATUS,
                &[
                    "processing",
                    "analyzing",
                    "pending_review",
                    "authorized",
                    "waiting_payment",
                ],
            ),
        ],
    )
    .amounts(&[Amount::minor("/transaction[amount]", &[]).or_currency("BRL")])
    .payment(&["/transaction[id]", "/id"])
    .order(&["/transaction[reference_key]"])
    .customer(&["/transaction[customer][id]"]),
    Object::at(
        "",
        &[Rule::new(TRANSACTION, PaymentRefunded).when(STATUS, &["refunded"])],
    )
    .amounts(&[
        Amount::minor("/transaction[refunded_amount]", &[]).or_currency("BRL"),
        Amount::minor("/transaction[amount]", &[]).or_currency("BRL"),
    ])
    .payment(&["/transaction[id]", "/id"])
    .order(&["/transaction[reference_key]"])
    .customer(&["/transaction[customer][id]"]),
    Object::at(
        "",
        &[
            Rule::new("subscription_status_changed", SubscriptionUpdated)
                .when(STATUS, &["trialing", "paid"]),
            Rule::new("subscription_status_changed", SubscriptionPastDue)
                .when(STATUS, &["pending_payment", "unpaid"]),
            Rule::new("subscription_status_changed", SubscriptionCanceled)
                .when(STATUS, &["canceled", "ended"]),
        ],
    )
    .subscription(&["/subscription[id]", "/id"])
    .customer(&["/subscription[customer][id]"]),
];
