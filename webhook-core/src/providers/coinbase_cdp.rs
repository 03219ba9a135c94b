use super::hook0::signed;
use crate::{Identity, Provider};

/// Coinbase Developer Platform: [Hook0](super::HOOK0).
///
/// * Time, the headers that `h` names, and the body are signed. `v0`, which covers no header, is not accepted.
/// * `/id` names the object, so the events of one payment link share it; `X-Event-Id` is the same
///   in a header. A delivery is known by its content. The type is `/type` or `/eventType`.
///
/// Source: <https://docs.cdp.coinbase.com/webhooks/verify-signatures>.
pub const COINBASE_CDP: Provider = Provider::new("coinbase-cdp", &[signed()])
    .id_at(&["/id"])
    .type_at(&["/type", "/eventType"])
    .identified_by(
        Identity::Content,
        "`/id` names the object: the events of a payment link share it",
    )
    .documented_at("https://docs.cdp.coinbase.com/webhooks/verify-signatures");
