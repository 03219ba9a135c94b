use crate::provider::{Coverage, Parameter, Provider, Scheme, Success};
use crate::verify::custom::keyed_body::{KeyedBody, NAMES};

/// Klarna notifications of API version 2.
///
/// `Klarna-Signature` is a hex HMAC-SHA-256 over the body. `Klarna-Signing-Key-Id` names the key.
/// It must be one of the ids in the setting `kid`, which lists the ids of your keys, separated by
/// commas. That header is not signed and selects nothing: every secret is tried.
///
/// * The signature covers no timestamp, but it covers the event id `/metadata/event_id`. The event
///   type is `/metadata/event_type`.
/// * Klarna's WooCommerce plugin shows that the tag is hex and that the secret is used as text.
///   Klarna's page does not say it.
/// * Push notifications of Klarna Checkout and callbacks of order management are unsigned and not
///   supported here.
/// * Klarna retries for up to 12 hours.
/// * 200, 201, 202 and 204 are success.
///
/// Source: <https://docs.klarna.com/acquirer/klarna/web-payments/additional-resources/webhooks/>.
pub const KLARNA: Provider = Provider::new(
    "klarna",
    &[Scheme::with_code(
        &KeyedBody {
            tag: "klarna-signature",
            key_name: "klarna-signing-key-id",
        },
        Coverage {
            body: true,
            ..Coverage::NONE
        },
        "body (HMAC-SHA-256)",
    )
    .in_header("klarna-signature")],
)
.id_at(&["/metadata/event_id"])
.type_at(&["/metadata/event_type"])
.retries_for_secs(12 * 3600)
.succeeds_with(Success::OneOf(&[200, 201, 202, 204]))
.configured_by(&[
    Parameter::secret("signing_key"),
    Parameter::identifier(NAMES).required(),
])
.documented_at(
    "https://docs.klarna.com/acquirer/klarna/web-payments/additional-resources/webhooks/",
);
