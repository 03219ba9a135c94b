use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Questions, Scheme};
use crate::secret::KeyFormat;

/// Microsoft Teams outgoing webhooks.
///
/// `Authorization: HMAC <base64>` is an HMAC-SHA-256 over the body. The secret is the security
/// token that Teams shows once, in base64, which is decoded.
///
/// * **A delivery is a question**: Teams shows the answer of the handler in the channel. So a
///   duplicate runs again. Teams waits 10 s for an answer.
/// * The signature covers no timestamp. The body has the id and the time of the message, so the
///   replay key comes from the body. The event type is `/type`.
/// * This is not for bots or for workflows, which have other schemes.
/// * Independent descriptions and implementations agree on this scheme. Microsoft's own page was
///   not read for it.
///
/// Source: <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/>.
pub const MICROSOFT_TEAMS: Provider = Provider::new(
    "microsoft-teams",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("authorization")
        .prefix("HMAC ")
        .encoding(Encoding::Base64)],
)
.with_aliases(&["teams"])
.with_key_format(KeyFormat::Base64)
.type_at(&["/type"])
.answers_within_millis(10_000)
.asks(Questions::All)
.configured_by(&[Parameter::secret("security_token")])
.documented_at("https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/");
