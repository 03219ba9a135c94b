use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::contentful::Contentful;

/// Contentful, signed webhooks and apps.
///
/// `x-contentful-signature`: hexadecimal, HMAC-SHA-256 over method, path with query, the headers that `x-contentful-signed-headers` names, and the body,
/// a line each. The list and `x-contentful-timestamp` have to be among them.
///
/// * The query is escaped twice in what is signed.
/// * The type `X-Contentful-Topic` is a label: the request says whether it is signed. There is no
///   stable id. An entry that is published, unpublished and published again has the same body, so a
///   delivery is known by its content and the signed time.
/// * 30 s to both sides, as in Contentful's own toolkit; `tolerance` sets another.
///
/// Source: @contentful/node-apps-toolkit@3.16.1 (npm) and <https://www.contentful.com/developers/docs/webhooks/request-verification/>.
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
        "method, path, the headers the request names, body (HMAC-SHA-256)",
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
