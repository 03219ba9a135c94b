use crate::crypto::Algorithm;
use crate::provider::{
    Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme, Success, When,
};
use crate::time::TimeUnit;

/// Zoom.
///
/// `x-zm-signature: v0=<hex>`, HMAC-SHA-256 over `v0:`, the time of `x-zm-request-timestamp` in seconds, a colon and the body. The key
/// is the webhook secret token of the app.
///
/// * No tolerance is documented; 300 s to both sides here. The body's `/event_ts` counts milliseconds and is something else.
/// * Events have no id and are told apart by their content. The type is `/event`.
/// * `endpoint.url_validation` arrives signed, at first and every 72 hours. It is verified and
///   answered here, with `plainToken` and, as `encryptedToken`, its HMAC-SHA-256 under the secret
///   that verified it, and reaches no handler. A `plainToken` is answered if it is of base64's
///   alphabets alone, as Zoom's are: what a delivery signs has colons in it.
/// * 3 s to answer; retries after 5, 20 and 60 min.
/// * 200 and 204 are success.
///
/// Source: <https://developers.zoom.us/docs/api/webhooks/> and zoom/webhook-sample, which signs parsed JSON: do not copy that.
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
