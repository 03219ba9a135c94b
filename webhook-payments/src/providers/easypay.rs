use crate::kind::PaymentKind::{PaymentFailed, PaymentPending, PaymentRefunded, PaymentSucceeded};
use crate::mapping::{Amount, IdAt, Mapping, Notifications, Object, Resource, Rule};

/// Generic notifications of Easypay (Portugal), which only name an object: Easypay itself says to
/// look it up.
///
/// * The paths are below the version of the API, such as `https://api.prod.easypay.pt/2.0`.
/// * `refund`, `chargeback`, `void`, `frequent_create` and `out_payment` are `Other`: Easypay's
///   page does not say which object their id names.
///
/// Source: <https://docs.easypay.pt/docs/guides/webhooks>
pub const EASYPAY: Mapping = Mapping::new("easypay", &[])
    .with_aliases(&["easypay-code"])
    .type_at(&["/type"])
    .notifies(Notifications::new(
        IdAt::Body("/id"),
        &[
            Resource::new("single", "/single/{id}", &["capture", "authorisation"]),
            Resource::new(
                "subscription",
                "/subscription/{id}",
                &["subscription_create", "subscription_capture"],
            ),
        ],
        &EASYPAY_OBJECTS,
    ));

/// Objects of Easypay's API: those that [`EASYPAY`] names, and those that
/// `notification::EASYPAY_SINGLE` of webhook-core fetches itself. Amounts are in euros if no
/// currency is stated.
///
/// * `payment_status` of a single payment decides; without it, the status of its first capture
///   does. A capture that was refunded is `PaymentRefunded`, without an amount.
/// * A subscription is `Other`, with the object in `raw`.
/// * The order is `key`, which the merchant has given.
///
/// Source: <https://docs.easypay.pt/openapi/single-payment>
pub const EASYPAY_OBJECTS: Mapping = Mapping::new("easypay-single", OBJECTS);

const CAPTURE: &str = "/captures/0/status";

const OBJECTS: &[Object] = &[
    Object::at(
        "",
        &[Rule::new("single", PaymentRefunded).when(CAPTURE, &["refunded"])],
    )
    .payment(&["/id"])
    .order(&["/key"])
    .customer(&["/customer/id"]),
    Object::at(
        "",
        &[
            Rule::new("single", PaymentSucceeded).when("/payment_status", &["paid", "success"]),
            Rule::new("single", PaymentFailed)
                .when("/payment_status", &["failed", "error", "voided", "deleted"]),
            Rule::new("single", PaymentPending)
                .when("/payment_status", &["pending", "authorised", "enabled"]),
            Rule::new("single", PaymentSucceeded).when(CAPTURE, &["success"]),
            Rule::new("single", PaymentFailed).when(CAPTURE, &["failed"]),
            Rule::new("single", PaymentPending).when(CAPTURE, &["pending", "waiting", "delayed"]),
        ],
    )
    .amounts(&[Amount::decimal("/value", &["/currency"]).or_currency("EUR")])
    .payment(&["/id"])
    .order(&["/key"])
    .customer(&["/customer/id"]),
];
