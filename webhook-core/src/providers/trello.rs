use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme};

/// Trello.
///
/// `X-Trello-Webhook`: base64, HMAC-SHA-1 over the body and the callback URL as registered. The key is the app's secret.
///
/// * Trello's page says that text is taken as "binary", the low eight bits of each UTF-16 unit.
///   That is accepted beside UTF-8, but **does not cover the body**, since many texts have the same
///   low bits, ASCII among them: the event says so then. All of these texts are one delivery. Where
///   none of your cards has text beyond ASCII, use [`TRELLO_UTF8`].
/// * The body ends where the URL begins, and may have the URL in it: it has to be JSON, and a query
///   must not have brackets.
/// * No time is signed. `/action/id` is the id, but, because of the above, deliveries are told apart by their content; the type is
///   `/action/type`. Retries after 30, 60 and 120 s.
/// * The `HEAD` on creation is answered 200 here, which says nothing but that there is an endpoint.
/// * Read in copies of Trello's page and not seen on live traffic.
///
/// Source: <https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/>.
pub const TRELLO: Provider = common(Provider::new("trello", &[UTF8, BINARY]));

/// Trello, where the body is signed as the UTF-8 it is; see [`TRELLO`]. A body beyond ASCII may be refused.
pub const TRELLO_UTF8: Provider = common(Provider::new("trello-utf8", &[UTF8]));

const UTF8: Scheme = over(&[Part::Body, Part::Url]);
const BINARY: Scheme = over(&[Part::BodyLowBytes, Part::Url]);

const fn over(parts: &'static [Part]) -> Scheme {
    Scheme::hmac(Algorithm::HmacSha1, parts)
        .in_header("x-trello-webhook")
        .encoding(Encoding::Base64)
}

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
