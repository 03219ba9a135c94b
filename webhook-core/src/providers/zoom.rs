use crate::crypto::Algorithm;
use crate::provider::{
    Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, Success, When,
};
use crate::time::TimeUnit;

/// Zoom webhooks.
///
/// `x-zm-signature: v0=<hex>` is an HMAC-SHA-256 over `v0:`, the timestamp in
/// `x-zm-request-timestamp` (seconds), a colon and the body. The secret is the webhook secret token
/// of the app.
///
/// * Zoom documents no tolerance. The default is 300 s in both directions. The body's `/event_ts`
///   counts milliseconds and is a different time.
/// * Events have no id, so the replay key comes from the body. The event type is `/event`.
/// * `endpoint.url_validation` arrives signed, at first and then every 72 hours. It is verified and
///   answered here, and reaches no handler. The answer is `plainToken` and, as `encryptedToken`,
///   its HMAC-SHA-256 under the secret that verified it. A `plainToken` is only answered if it
///   consists of base64 characters of either alphabet, as Zoom's do. The signed message of a
///   delivery contains colons, so the answer never signs one.
/// * Zoom waits 3 s for an answer and retries after 5, 20 and 60 min.
/// * 200 and 204 are success.
///
/// Source: <https://developers.zoom.us/docs/api/webhooks/> and zoom/webhook-sample, which signs
/// parsed JSON: do not copy that.
pub const ZOOM: Provider = Provider::new(
    "zoom",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[
            Part::Literal("v0:"),
            Part::Time,
            Part::Literal(":"),
            Part::Body,
        ],
    )
    .in_header("x-zm-signature")
    .prefix("v0=")
    .time_in_header("x-zm-request-timestamp", TimeUnit::Seconds)],
)
.type_at(&["/event"])
.answers(Handshake::new(
    Challenge::Signed {
        when: When::Text("/event", "endpoint.url_validation"),
        value: "/payload/plainToken",
    },
    Reply::FieldAndTag("plainToken", "encryptedToken"),
))
.answers_within_millis(3_000)
.retries_for_secs(85 * 60)
.succeeds_with(Success::OneOf(&[200, 204]))
.configured_by(&[
    Parameter::secret("secret_token"),
    Parameter::identifier("client_id"),
    Parameter::identifier("account_id"),
])
.documented_at("https://developers.zoom.us/docs/api/webhooks/");
