use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::contentful::Contentful;

/// Contentful signed webhooks and apps.
///
/// `x-contentful-signature` is a hex HMAC-SHA-256. The signed message is the method, the path with
/// its query, the headers that `x-contentful-signed-headers` names, and the body, one per line.
/// That list and `x-contentful-timestamp` must be among the signed headers.
///
/// * The query is escaped twice in the signed message.
/// * The event type `X-Contentful-Topic` is a label: the request decides whether it is signed.
///   There is no stable id. An entry that is published, unpublished and published again has the
///   same body. So the replay key comes from the body and the signed timestamp.
/// * The tolerance is 30 s in both directions, as in Contentful's own toolkit. Change it with
///   `tolerance`.
///
/// Source: @contentful/node-apps-toolkit@3.16.1 (npm) and
/// <https://www.contentful.com/developers/docs/webhooks/request-verification/>.
pub const CONTENTFUL: Provider = Provider::new(
    "contentful",
    &[Scheme::with_code(
        &Contentful,
        Coverage {
            body: true,
            time: true,
            method: true,
            values: true,
            ..Coverage::NONE
        },
        "method, path, the headers that the request names, body (HMAC-SHA-256)",
    )
    .in_header("x-contentful-signature")
    .timed(TimeUnit::Millis)
    .time_is("`x-contentful-timestamp`")
    .tolerance_secs(30, 30)],
)
.type_in_headers(&["x-contentful-topic"])
.identified_by(
    Identity::ContentAndAttempt,
    "an entry that is published, unpublished and published again has the same body",
)
.configured_by(&[
    Parameter::secret("signing_secret"),
    Parameter::identifier("space_id"),
])
.documented_at("https://www.contentful.com/developers/docs/webhooks/request-verification/");
