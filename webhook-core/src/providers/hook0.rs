use crate::crypto::Algorithm;
use crate::provider::{Coverage, Identity, Part, Provider, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::hook0::Hook0;

/// Hook0 webhooks.
///
/// `X-Hook0-Signature: t=<seconds>,h=<header names>,v1=<tag>` carries a hex HMAC-SHA-256 tag. The
/// signed message is the timestamp, the names as sent, the values of these headers and the body,
/// joined by dots.
///
/// * The request names the signed headers. Rely on a header only if `h` names it.
/// * **A dot may occur in a header and in the body**, and nothing else marks the end of the
///   headers. An attacker can move the beginning of a body into a header, or the end of a header
///   into the body. The result is the same delivery, but the signature does not cover every byte of
///   the body.
/// * The id `X-Event-Id` and the type `X-Event-Type` are labels here, because the request decides
///   whether `h` names them. The sending application writes the body. So the replay key comes from
///   the signed headers, the body and the signed timestamp.
/// * The tolerance is 300 s in both directions, as in Hook0's client.
///
/// Source: Hook0's `clients/rust/tests/webhook_verification.rs` and
/// <https://documentation.hook0.com>.
pub const HOOK0: Provider = Provider::new("hook0", SCHEME)
    .id_in_headers(&["x-event-id"])
    .type_in_headers(&["x-event-type"])
    .identified_by(
        Identity::ContentAndAttempt,
        "the sending application writes the body",
    )
    .documented_at("https://documentation.hook0.com");

/// Hook0 webhooks in the older form, `t=<seconds>,v0=<tag>`.
///
/// The signature covers the timestamp and the body but no header. This is a separate provider, so
/// that no sender can choose this form for an endpoint of [`HOOK0`].
pub const HOOK0_V0: Provider = Provider::new(
    "hook0-v0",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("x-hook0-signature")
    .pairs(b',', "v0")
    .time_in_pair("t", TimeUnit::Seconds)],
)
.id_in_headers(&["x-event-id"])
.type_in_headers(&["x-event-type"])
.identified_by(
    Identity::ContentAndAttempt,
    "the sending application writes the body",
)
.documented_at("https://documentation.hook0.com");

const SCHEME: &[Scheme] = &[signed(&ANY, false)];

static ANY: Hook0 = Hook0 {
    tag: TAG,
    is_json: false,
    signs_absent: false,
};

pub(super) const TAG: &str = "x-hook0-signature";

pub(super) const fn signed(code: &'static Hook0, covers_body: bool) -> Scheme {
    let coverage = Coverage {
        body: covers_body,
        time: true,
        values: true,
        ..Coverage::NONE
    };
    let words = "timestamp, the headers that the request names, body (HMAC-SHA-256)";
    Scheme::with_code(code, coverage, words)
        .in_header(TAG)
        .pairs(b',', "v1")
        .timed(TimeUnit::Seconds)
        .time_is("`t` of `x-hook0-signature`")
}
