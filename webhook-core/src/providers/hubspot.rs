use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Questions, Scheme, Success};
use crate::time::TimeUnit;

/// HubSpot, signature version 3.
///
/// `X-HubSpot-Signature-v3`: base64, HMAC-SHA-256 over method, URL, body and the time of `X-HubSpot-Request-Timestamp`
/// in milliseconds. The key is the app's client secret. Versions 1 and 2 are never fallen back to; what still sends them takes
/// [`HUBSPOT_V2`] or [`HUBSPOT_V1`].
///
/// * HubSpot decodes some escapes of the URL before it signs, its SDKs do not, and their lists
///   differ: register a target URL without a query. Behind a query, the body has to be JSON,
///   because nothing stands between the two.
/// * A delivery is a batch of up to 100 events. `eventId` is not promised to be unique, so batches are told apart by their
///   content; a retry counts `attemptNumber` up and so is another content.
/// * 5 s to answer; retries for 24 hours.
/// * Any 2xx is success.
///
/// Source: <https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation> and
/// HubSpot's SDKs.
pub const HUBSPOT: Provider = common(Provider::new(
    "hubspot",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Method, Part::Url, Part::Body, Part::Time],
    )
    .in_header("x-hubspot-signature-v3")
    .encoding(Encoding::Base64)
    .time_in_header("x-hubspot-request-timestamp", TimeUnit::Millis)],
))
.with_aliases(&["hubspot-v3"]);

/// HubSpot, signature version 2: `X-HubSpot-Signature`, hexadecimal SHA-256, a plain hash and no
/// HMAC, over the client secret, method, URL and body. No time is signed. Whoever has one can make
/// the hash of a longer message, but not one that is text: a body that is not UTF-8 is refused. See
/// [`HUBSPOT`].
pub const HUBSPOT_V2: Provider = common(Provider::new(
    "hubspot-v2",
    &[hashed(&[Part::Secret, Part::Method, Part::Url, Part::Body])],
))
.with_methods(&["POST", "GET"]);

/// HubSpot, signature version 1: as [`HUBSPOT_V2`], over the client secret and the body.
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
        .identified_by(Identity::Content, "a delivery is a batch, and the ids in it are not promised to be unique")
        .type_at(&["/0/subscriptionType"])
        .answers_within_millis(5_000)
        .retries_for_secs(24 * 3600)
        .succeeds_with(Success::Any2xx)
        .asks(Questions::With(&["/callbackId"]))
        .configured_by(const { &[Parameter::secret("client_secret"), Parameter::identifier("client_id"), Parameter::identifier("app_id")] })
        .documented_at(
            "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
        )
}
