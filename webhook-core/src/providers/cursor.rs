use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme, Success};

/// Cursor webhooks of cloud agents.
///
/// `X-Webhook-Signature: sha256=<hex>` is an HMAC-SHA-256 over the body. The secret is the one that
/// the agent was created with.
///
/// * The signature covers no timestamp. `X-Webhook-ID` is an unsigned label, and `/id` of the body
///   names the agent, which has several events. The replay key comes from the body, which has the
///   time of the event.
/// * The event type is `/event`: `statusChange`. `/status` says what became of the agent.
/// * Any 2xx is success.
///
/// Source: <https://docs.cursor.com/en/background-agent/api/webhooks> (read on 2026-11-30).
pub const CURSOR: Provider = Provider::new(
    "cursor",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-webhook-signature")
        .prefix("sha256=")],
)
.id_in_headers(&["x-webhook-id"])
.identified_by(
    Identity::Content,
    "the header with an id is not signed; the body carries the time of the event",
)
.type_at(&["/event"])
.succeeds_with(Success::Any2xx)
.documented_at("https://docs.cursor.com/en/background-agent/api/webhooks");
