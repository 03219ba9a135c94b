

use crate::provider::{Coverage, KEY_ID, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::detached::TrueLayer;

/// TrueLayer.
///
/// `Tl-Signature`: a JSON Web Signature without its payload, ES512. The payload is a line of method and path, a line for each header that
/// `tl_headers` names, as `Name: value`, and the body. `jku` says where the key is, and has to be one of TrueLayer's two addresses, for
/// live and sandbox; nothing else is fetched or believed. Configure the key of the set there, or a [`KeySource`](crate::KeySource).
///
/// * Method, path, body and the named headers are signed; the host is not, so a delivery to one of your hosts is genuine at another.
/// * `X-TL-Webhook-Timestamp` is among the signed headers and is not looked at: TrueLayer names no tolerance.
/// * The path is taken as received, with and without a slash at its end, as TrueLayer's own libraries do, and with its query, of which
///   they say nothing: register a URL without one. A proxy must not rewrite it.
/// * `/event_id` is signed. Retried for up to 72 hours.
///
/// Source: <https://docs.truelayer.com/docs/configure-webhooks-for-your-integration> and truelayer-signing@0.2.3 (npm).
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
    "method, path, chosen headers, body (detached JWS, ES512)",
)
.in_header("tl-signature")];
