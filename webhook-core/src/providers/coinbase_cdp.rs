use crate::provider::{Identity, Provider, Scheme};
use crate::providers::hook0::{TAG, signed};
use crate::verify::custom::hook0::Hook0;

/// Coinbase Developer Platform: [Hook0](super::HOOK0).
///
/// * Time, the headers that `h` names, and the body are signed. `v0`, which covers no header, is not accepted.
/// * A dot may stand in a header and in the body, and nothing else says where the headers end. The
///   body is JSON, so it begins with the first bracket: every byte of it is covered, and
///   [`Coverage::body`](crate::Coverage::body) is false where a header has a bracket or the body
///   begins otherwise.
/// * `/id` names the object, so the events of one payment link share it; `X-Event-Id` is the same
///   in a header. A delivery is known by its content. The type is `/type` or `/eventType`.
///
/// Source: <https://docs.cdp.coinbase.com/webhooks/verify-signatures>.
pub const COINBASE_CDP: Provider = Provider::new("coinbase-cdp", SCHEME)
    .id_at(&["/id"])
    .type_at(&["/type", "/eventType"])
    .identified_by(
        Identity::Content,
        "`/id` names the object: the events of a payment link share it",
    )
    .documented_at("https://docs.cdp.coinbase.com/webhooks/verify-signatures");

const SCHEME: &[Scheme] = &[signed(&JSON, true).reads_body()];

static JSON: Hook0 = Hook0 {
    tag: TAG,
    is_json: true,
};
