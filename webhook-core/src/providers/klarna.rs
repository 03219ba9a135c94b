use crate::provider::{Coverage, Parameter, Provider, Scheme, Success};
use crate::verify::custom::keyed_body::{KeyedBody, NAMES};

/// Klarna, notifications API version 2.
///
/// `Klarna-Signature`: hexadecimal, HMAC-SHA-256 over the body. `Klarna-Signing-Key-Id` names the key and has to be one of the setting `kid`, which
/// has the ids of your keys with commas between. The name is not signed and chooses nothing: every secret is tried.
///
/// * No time is signed. The id `/metadata/event_id` is. The type is `/metadata/event_type`.
/// * That the tag is hexadecimal and the key its text is from Klarna's WooCommerce plugin, not from its page.
/// * Push of Klarna Checkout and callbacks of order management are not signed, and not this.
/// * Retries for up to 12 hours.
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
