use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme};

/// Notion webhooks.
///
/// `X-Notion-Signature: sha256=<hex>` is an HMAC-SHA-256 over the body. The secret is the
/// `verification_token` (`secret_…`).
///
/// * The signature covers no timestamp. The event id is `/id`, and the event type is `/type`;
///   `/attempt_number` counts retries.
/// * At creation of the subscription, before there is a secret, Notion sends the token in an
///   unsigned `POST`. The endpoint answers it with 200 once, if
///   [`on_offered_secret`](crate::EndpointBuilder::on_offered_secret) accepts the token. Then paste
///   the token into Notion's page. Anyone can send such a request.
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
