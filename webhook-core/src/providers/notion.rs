use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme};

/// Notion.
///
/// `X-Notion-Signature: sha256=<hex>`, HMAC-SHA-256 over the body. The key is the `verification_token` (`secret_…`).
///
/// * No time is signed. The id is `/id`, the type `/type`; `/attempt_number` counts retries.
/// * The token itself comes in an unsigned `POST` when the subscription is made, before there is a key. It is answered
///   200 here if [`on_offered_secret`](crate::EndpointBuilder::on_offered_secret) takes the token, once; paste it into Notion's page then.
///   Anybody can send one.
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
.answers(
    Handshake::new(
        Challenge::UnsignedField("/verification_token"),
        Reply::Status(200),
    )
    .offering_secret(),
)
.configured_by(&[Parameter::secret("verification_token")])
.documented_at("https://developers.notion.com/reference/webhooks");
