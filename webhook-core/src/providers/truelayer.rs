

use crate::provider::{Coverage, KEY_ID, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::detached::TrueLayer;

/// TrueLayer webhooks.
///
/// `Tl-Signature` is a JSON Web Signature without its payload, signed with ES512. The payload is a
/// line of method and path, a line `Name: value` for each header that `tl_headers` names, and the
/// body. `jku` is the address of the public key. It must be one of TrueLayer's two addresses, for
/// live and sandbox; no other address is fetched or trusted. Configure the key of the set there, or
/// have a [`KeySource`](crate::KeySource) fetch it.
///
/// * The signature covers the method, the path, the body and the named headers. It does not cover
///   the host, so a delivery to one of your hosts verifies at another.
/// * `X-TL-Webhook-Timestamp` is a signed header and is ignored, because TrueLayer names no
///   tolerance.
/// * The path is tried as received, with and without a final slash, as in TrueLayer's own
///   libraries. It includes the query, about which the libraries say nothing: register a URL
///   without one. A proxy must not rewrite the path.
/// * The event id `/event_id` is covered. TrueLayer retries for up to 72 hours.
///
/// Source: <https://docs.truelayer.com/docs/configure-webhooks-for-your-integration> and
/// truelayer-signing@0.2.3 (npm).
pub const TRUELAYER: Provider = Provider::new("truelayer", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .id_at(&["/event_id"])
    .type_at(&["/type"])
    .retries_for_secs(72 * 60 * 60)
    .configured_by(&[KEY_ID, Parameter::identifier("client_id")])
    .publishes_keys()
    .documented_at("https://docs.truelayer.com/docs/configure-webhooks-for-your-integration");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TrueLayer,
    Coverage {
        body: true,
        method: true,
        values: true,
        ..Coverage::NONE
    },
    "method, path, named headers, body (detached JWS, ES512)",
)
.in_header("tl-signature")];
