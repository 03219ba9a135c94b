use crate::{Algorithm, Part, Provider, Scheme};

/// Notion.
///
/// `X-Notion-Signature: sha256=<hex>`, HMAC-SHA-256 over the body. The key is the `verification_token` (`secret_…`).
///
/// * No time is signed. The id is `/id`, the type `/type`; `/attempt_number` counts retries.
/// * The token itself comes in an unsigned `POST` when the subscription is made, before there is a key. It is not answered here: give
///   it a route of its own for as long as it takes.
///
/// Source: <https://developers.notion.com/reference/webhooks> and @notionhq/client 5.26.0.
pub const NOTION: Provider = Provider::new(
    "notion",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-notion-signature")
        .prefix("sha256=")],
)
.id_at(&["/id"])
.type_at(&["/type"])
.documented_at("https://developers.notion.com/reference/webhooks");
