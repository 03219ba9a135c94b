use crate::notification::{NotificationSpec, Place, Resource};
use crate::provider::Success;

/// Classic webhooks of Mollie: a form with `id=tr_…`, and nothing else.
///
/// The object is at `/v2/payments/{id}`. Mollie's next-generation webhooks are signed: prefer
/// [`providers::MOLLIE`](crate::providers::MOLLIE).
pub const MOLLIE_CLASSIC: NotificationSpec =
    NotificationSpec::new("mollie-classic", Place::Form("id"))
        .with_resources(&[Resource::new("payment", "/v2/payments/{id}")])
        .documented_at("https://docs.mollie.com/reference/webhooks-best-practices");

/// IPN of Mercado Pago: `topic` and `id` in the query.
///
/// A `payment` is at `/v1/payments/{id}`; other topics are refused. Mercado Pago takes 200 and 201
/// for success. Its webhooks are signed, although not their bodies: see
/// [`providers::MERCADOPAGO`](crate::providers::MERCADOPAGO).
pub const MERCADOPAGO_IPN: NotificationSpec = NotificationSpec::new(
    "mercadopago-ipn",
    Place::Query("id"),
)
.with_topic(Place::Query("topic"))
.with_resources(&[Resource::new("payment", "/v1/payments/{id}")])
.succeeds_with(Success::OneOf(&[200, 201]))
.documented_at(
    "https://www.mercadopago.com/developers/en/docs/your-integrations/notifications/webhooks",
);

/// Generic notifications of Easypay: JSON with `id`, `key`, `type`, `status` and `date`, which
/// Easypay itself says to look up.
///
/// The object is at `/single/{id}`, below the version of the API, which belongs to the base of your
/// client. Only 200 is success. The `type` is that of the notification, and proves nothing, so it
/// is not the type of the event. An account with HTTP Basic can use
/// [`providers::EASYPAY`](crate::providers::EASYPAY) instead, whose credentials name the sender.
pub const EASYPAY_SINGLE: NotificationSpec =
    NotificationSpec::new("easypay-single", Place::Body("/id"))
        .with_resources(&[Resource::new("single", "/single/{id}")])
        .succeeds_with(Success::Only200)
        .documented_at("https://docs.easypay.pt/docs/guides/webhooks");
