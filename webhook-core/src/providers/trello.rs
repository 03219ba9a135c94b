use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{
    Challenge, Coverage, Handshake, Identity, Parameter, Part, Provider, Reply, Scheme,
};
use crate::verify::custom::trello::{TAG, Trello};

/// Trello webhooks.
///
/// `X-Trello-Webhook` is a base64 HMAC-SHA-1 over the body, directly followed by the callback URL
/// as registered. The secret is the app's secret.
///
/// * Trello's page says that text is signed as "binary": the low eight bits of each UTF-16 unit.
///   That form is accepted as well as UTF-8. It **does not cover the body**, because many texts
///   have the same low bits, including ASCII texts. The coverage of the event then shows it. All of
///   these texts count as one delivery. If none of your cards has non-ASCII text, use
///   [`TRELLO_UTF8`].
/// * The URL directly follows the body, and the body may contain the URL. So the body must be JSON,
///   and a query must not contain brackets.
/// * The signature covers no timestamp. The event id is `/action/id`, but the replay key comes from
///   the signed message, because of the "binary" form. The event type is `/action/type`. Trello
///   retries after 30, 60 and 120 s.
/// * The `HEAD` at creation is answered 200, which only reveals that an endpoint exists.
/// * This scheme was read in copies of Trello's page and not seen in live traffic.
///
/// Source: <https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/>.
pub const TRELLO: Provider = common(Provider::new("trello", &[EITHER])).identified_by(
    Identity::Content,
    "the body carries ids or times that differ between events",
);

/// Trello webhooks whose body is signed as UTF-8; see [`TRELLO`]. A body with non-ASCII text may be
/// refused.
pub const TRELLO_UTF8: Provider = common(Provider::new("trello-utf8", &[UTF8]));

const UTF8: Scheme = Scheme::hmac(Algorithm::HmacSha1, &[Part::Body, Part::Url])
    .in_header(TAG)
    .encoding(Encoding::Base64);

const EITHER: Scheme = Scheme::with_code(
    &Trello,
    Coverage::NONE.with_body().with_url(),
    "body or its low bytes, URL (HMAC-SHA-1)",
)
.in_header(TAG);

const fn common(provider: Provider) -> Provider {
    provider
        .id_at(&["/action/id"])
        .type_at(&["/action/type"])
        .answers(Handshake::new(
            Challenge::Method("HEAD"),
            Reply::Status(200),
        ))
        .retries_for_secs(210)
        .configured_by(
            const {
                &[
                    Parameter::secret("api_secret"),
                    Parameter::secret("oauth_secret"),
                    Parameter::identifier("key"),
                    Parameter::identifier("api_key"),
                ]
            },
        )
        .documented_at("https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/")
}
