use crate::provider::{Identity, Provider, Scheme};
use crate::providers::hook0::{TAG, signed};
use crate::verify::custom::hook0::Hook0;

/// Coinbase Developer Platform webhooks, signed like [Hook0](super::HOOK0).
///
/// * The signature covers the timestamp, the headers that `h` names, and the body. `v0`, which
///   covers no header, is refused. A header that `h` names and the request does not have is signed
///   as an empty one, as in the sample of Coinbase's page.
/// * A dot may occur in a header and in the body, and nothing else marks the end of the headers.
///   The body is JSON, so it begins with the first bracket, and every byte of it is covered.
///   [`Coverage::body`](crate::Coverage::body) is false if a header contains a bracket or the body
///   begins with another character.
/// * `/id` names the object, so the events of one payment link share it. The header `X-Event-Id`
///   has the same value. The replay key comes from the signed headers and the body. The event type
///   is `/type` or `/eventType`.
///
/// Source: <https://docs.cdp.coinbase.com/webhooks/verify-signatures>.
pub const COINBASE_CDP: Provider = Provider::new("coinbase-cdp", SCHEME)
    .id_at(&["/id"])
    .type_at(&["/type", "/eventType"])
    .identified_by(
        Identity::Content,
        "`/id` names the object, so the events of a payment link share it",
    )
    .documented_at("https://docs.cdp.coinbase.com/webhooks/verify-signatures");

const SCHEME: &[Scheme] = &[signed(&JSON, true).reads_body()];

static JSON: Hook0 = Hook0 {
    tag: TAG,
    is_json: true,
    signs_absent: true,
};
