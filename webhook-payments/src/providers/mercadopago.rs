use crate::kind::PaymentKind::{
    PaymentDisputed, PaymentFailed, PaymentPending, PaymentRefunded, PaymentSucceeded,
    SubscriptionCanceled, SubscriptionCreated, SubscriptionPastDue, SubscriptionUpdated,
};
use crate::mapping::{Amount, IdAt, Mapping, Notifications, Object, Resource, Rule};

/// Mercado Pago webhooks, which only name an object.
///
/// * The id comes from `data.id` of the query, which is signed. The body is not. Its `/type` says
///   which kind of object the id is of; the API does not have the id as another kind.
/// * `order` and other types are `Other`.
///
/// Source:
/// <https://www.mercadopago.com/developers/en/docs/your-integrations/notifications/webhooks>
pub const MERCADOPAGO: Mapping = Mapping::new("mercadopago", &[])
    .type_at(&["/type"])
    .notifies(Notifications::new(
        IdAt::Query("data.id"),
        &[
            Resource::new("payment", "/v1/payments/{id}", &["payment"]),
            Resource::new(
                "subscription_preapproval",
                "/preapproval/{id}",
                &["subscription_preapproval"],
            ),
            Resource::new(
                "subscription_authorized_payment",
                "/authorized_payments/{id}",
                &["subscription_authorized_payment"],
            ),
        ],
        &MERCADOPAGO_OBJECTS,
    ));

/// Objects of Mercado Pago's API: those that [`MERCADOPAGO`] names, and those that
/// `notification::MERCADOPAGO_IPN` of webhook-core fetches itself.
///
/// * The status of the object decides, and the type is its topic.
/// * A payment with a partial refund is `PaymentRefunded`. The amount is everything refunded so
///   far.
/// * An object of a subscription does not say what has changed in it: `pending`, which is its first
///   status, is `SubscriptionCreated`.
/// * The order is `external_reference`.
///
/// Source: <https://www.mercadopago.com/developers/en/reference>
pub const MERCADOPAGO_OBJECTS: Mapping = Mapping::new("mercadopago-ipn", OBJECTS);

const OBJECTS: &[Object] = &[
    Object::at(
        "",
        &[
            Rule::new("payment", PaymentRefunded).when("/status", &["refunded"]),
            Rule::new("payment", PaymentRefunded).when("/status_detail", &["partially_refunded"]),
        ],
    )
    .amounts(&[
        Amount::decimal("/transaction_amount_refunded", &["/currency_id"]),
        Amount::decimal("/transaction_amount", &["/currency_id"]),
    ])
    .payment(&["/id"])
    .order(&["/external_reference"])
    .customer(&["/payer/id"]),
    Object::at(
        "",
        &[
            Rule::new("payment", PaymentSucceeded).when("/status", &["approved"]),
            Rule::new("payment", PaymentFailed).when("/status", &["rejected", "cancelled"]),
            Rule::new("payment", PaymentDisputed)
                .when("/status", &["charged_back", "in_mediation"]),
            Rule::new("payment", PaymentPending)
                .when("/status", &["pending", "in_process", "authorized"]),
        ],
    )
    .amounts(&[Amount::decimal("/transaction_amount", &["/currency_id"])])
    .payment(&["/id"])
    .order(&["/external_reference"])
    .customer(&["/payer/id"]),
    Object::at(
        "",
        &[
            Rule::new("subscription_preapproval", SubscriptionCreated)
                .when("/status", &["pending"]),
            Rule::new("subscription_preapproval", SubscriptionUpdated)
                .when("/status", &["authorized", "paused"]),
            Rule::new("subscription_preapproval", SubscriptionCanceled)
                .when("/status", &["cancelled", "finished"]),
        ],
    )
    .amounts(&[Amount::decimal(
        "/auto_recurring/transaction_amount",
        &["/auto_recurring/currency_id"],
    )])
    .subscription(&["/id"])
    .order(&["/external_reference"])
    .customer(&["/payer_id"]),
    Object::at(
        "",
        &[
            Rule::new("subscription_authorized_payment", SubscriptionPastDue)
                .when("/status", &["recycling"]),
            Rule::new("subscription_authorized_payment", PaymentSucceeded)
                .when("/payment/status", &["approved"]),
            Rule::new("subscription_authorized_payment", PaymentFailed)
                .when("/payment/status", &["rejected", "cancelled"]),
            Rule::new("subscription_authorized_payment", PaymentPending)
                .when("/status", &["scheduled"]),
        ],
    )
    .amounts(&[Amount::decimal("/transaction_amount", &["/currency_id"])])
    .payment(&["/payment/id"])
    .subscription(&["/preapproval_id"])
    .order(&["/external_reference"]),
];
