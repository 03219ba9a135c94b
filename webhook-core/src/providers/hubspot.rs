use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Questions, Scheme, Success};
use crate::time::TimeUnit;

/// HubSpot webhooks, signature version 3.
///
/// `X-HubSpot-Signature-v3` is a base64 HMAC-SHA-256. The signed message is the method, the URL,
/// the body and the timestamp in `X-HubSpot-Request-Timestamp` (milliseconds). The secret is the
/// app's client secret. Versions 1 and 2 are never accepted as a fallback. Use [`HUBSPOT_V2`] or
/// [`HUBSPOT_V1`] for what still sends them.
///
/// * HubSpot decodes the escapes of `:/?@!$'()*,;` in the URL before it signs, as its page lists
///   them. CRM cards are requested by `GET` with a query such as `userEmail=a%40b.example`, and
///   `a@b.example` is signed. After a query, the body must be JSON, because nothing separates the
///   two.
/// * A delivery is a batch of up to 100 events. HubSpot does not promise that `eventId` is unique,
///   so the replay key comes from the body. A retry increments `attemptNumber`, so it has another
///   replay key.
/// * HubSpot waits 5 s for an answer and retries for 24 hours.
/// * Any 2xx is success.
///
/// Source:
/// <https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation>
/// and HubSpot's SDKs.
pub const HUBSPOT: Provider = common(Provider::new(
    "hubspot",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[
            Part::Method,
            Part::UrlDecoding(b":/?@!$'()*,;"),
            Part::Body,
            Part::Time,
        ],
    )
    .in_header("x-hubspot-signature-v3")
    .encoding(Encoding::Base64)
    .time_in_header("x-hubspot-request-timestamp", TimeUnit::Millis)],
))
.with_methods(&["POST", "GET"])
.with_aliases(&["hubspot-v3"]);

/// HubSpot webhooks, signature version 2; see [`HUBSPOT`].
///
/// `X-HubSpot-Signature` is a hex SHA-256: a plain hash, not an HMAC. The hashed message is the
/// client secret, the method, the URL and the body. It contains no timestamp. An attacker who has
/// one hash can compute the hash of a longer message, but such a message is never UTF-8. So a body
/// that is not UTF-8 is refused.
pub const HUBSPOT_V2: Provider = common(Provider::new(
    "hubspot-v2",
    &[hashed(&[Part::Secret, Part::Method, Part::Url, Part::Body])],
))
.with_methods(&["POST", "GET"]);

/// HubSpot webhooks, signature version 1: like [`HUBSPOT_V2`], but over the client secret and the
/// body.
pub const HUBSPOT_V1: Provider = common(Provider::new(
    "hubspot-v1",
    &[hashed(&[Part::Secret, Part::Body])],
));

const fn hashed(parts: &'static [Part]) -> Scheme {
    Scheme::hash(Algorithm::Sha256, parts).in_header("x-hubspot-signature")
}

const fn common(provider: Provider) -> Provider {
    provider
        .id_at(&["/0/eventId"])
        .identified_by(
            Identity::Content,
            "a delivery is a batch, and its ids are not guaranteed to be unique",
        )
        .type_at(&["/0/subscriptionType"])
        .answers_within_millis(5_000)
        .retries_for_secs(24 * 3600)
        .succeeds_with(Success::Any2xx)
        .asks(Questions::With(&["/callbackId"]))
        .configured_by(
            const {
                &[
                    Parameter::secret("client_secret"),
                    Parameter::identifier("client_id"),
                    Parameter::identifier("app_id"),
                ]
            },
        )
        .documented_at(
            "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
        )
}
