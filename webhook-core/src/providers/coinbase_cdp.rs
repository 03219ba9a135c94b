use super::hook0::signed;
use crate::Provider;

/// Coinbase Developer Platform: [Hook0](super::HOOK0).
///
/// * Time, the headers that `h` names, and the body are signed. `v0`, which covers no header, is not accepted.
/// * The id is the signed `/id`; `X-Event-Id` is the same in a header. The type is `/type` or `/eventType`.
///
/// Source: <https://docs.cdp.coinbase.com/webhooks/verify-signatures>.
pub const COINBASE_CDP: Provider = Provider::new("coinbase-cdp", &[signed()])
    .id_at(&["/id"])
    .type_at(&["/type", "/eventType"])
    .documented_at("https://docs.cdp.coinbase.com/webhooks/verify-signatures");
