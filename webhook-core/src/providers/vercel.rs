use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// Vercel webhooks of accounts and integrations.
///
/// `x-vercel-signature` is a hex HMAC-SHA-1 over the body. The secret is the secret of the webhook,
/// or the client secret of the integration.
///
/// * The signature covers no timestamp. The event id is `/id`, and the event type is `/type`.
/// * Vercel waits 30 s for an answer and retries for 24 hours. Many integrations agree on this and
///   on the signature. Vercel's page was not read for it.
/// * Any 2xx is success.
///
/// Source: <https://vercel.com/docs/webhooks/webhooks-api>.
pub const VERCEL: Provider = Provider::new(
    "vercel",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body]).in_header("x-vercel-signature")],
)
.id_at(&["/id"])
.type_at(&["/type"])
.answers_within_millis(30_000)
.retries_for_secs(24 * 3600)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("client_secret"),
    Parameter::secret("webhook_secret"),
    Parameter::identifier("client_id"),
])
.documented_at("https://vercel.com/docs/webhooks/webhooks-api");
