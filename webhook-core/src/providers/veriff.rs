use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Veriff webhooks.
///
/// `X-HMAC-SIGNATURE` is a hex HMAC-SHA-256 over the body. The secret is the shared secret key of
/// the integration. The header `VRF-HMAC-SIGNATURE` belongs to another API and is ignored.
///
/// * The signature covers no timestamp. The ids in the body name the session, which has several
///   events, so the replay key comes from the body. The event type is `/action` of an event, or
///   `/status` of a decision.
///
/// Source: <https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security> (read on
/// 2026-11-29).
pub const VERIFF: Provider = Provider::new(
    "veriff",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-hmac-signature")],
)
.type_at(&["/action", "/status"])
.configured_by(&[
    Parameter::secret("shared_secret_key"),
    Parameter::identifier("api_key"),
])
.documented_at("https://devdocs.veriff.com/docs/hmac-authentication-and-endpoint-security");
