use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Kiwify (Brazil) webhooks.
///
/// The parameter `signature` of the query is a hex HMAC-SHA-1 over the body. The secret is the
/// token of the webhook, which Kiwify never sends.
///
/// * **Give every webhook a long random token.** Kiwify signs with an empty key if a webhook has
///   none. Anyone can compute that signature, so an empty secret is refused here.
/// * The signature covers no timestamp, and nothing of the URL. Access logs contain the signature,
///   but it fits no other body.
/// * `/order_id` names an order, which has several events. So the replay key comes from the body.
///   The event type is `/webhook_event_type`.
/// * Kiwify does not follow redirects.
/// * The webhooks of Kiwify's bank account are signed with Ed25519 in a header, which is another
///   scheme.
///
/// Source: <https://docs.kiwify.com.br/api-reference/webhooks/receiving> (read on 2026-11-30).
pub const KIWIFY: Provider = Provider::new(
    "kiwify",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body]).in_query("signature")],
)
.id_at(&["/order_id"])
.identified_by(
    Identity::Content,
    "`/order_id` names the order, which has several events",
)
.type_at(&["/webhook_event_type"])
.configured_by(&[Parameter::secret("token")])
.documented_at("https://docs.kiwify.com.br/api-reference/webhooks/receiving");
