use crate::crypto::Algorithm;
use crate::provider::{Coverage, Identity, Part, Provider, Scheme};
use crate::time::TimeUnit;
use crate::verify::custom::hook0::Hook0;

/// Hook0.
///
/// `X-Hook0-Signature: t=<seconds>,h=<header names>,v1=<tag>`: hexadecimal, HMAC-SHA-256 over the time, the names as sent, the values of these headers
/// and the body, with a dot between.
///
/// * The request names the headers that are signed, so rely on none unless `h` has it.
/// * **A dot may stand in a header and in the body**, and nothing else says where the headers end:
///   the beginning of a body may be moved into a header, and the end of a header into the body. It
///   is the same delivery then, but not every byte of the body is covered.
/// * The id `X-Event-Id` and the type `X-Event-Type` are labels here, as nothing says that `h`
///   names them. The application writes the body, so a delivery is known by its content and the
///   signed time.
/// * 300 s to both sides, as in Hook0's client.
///
/// Source: Hook0's `clients/rust/tests/webhook_verification.rs` and <https://documentation.hook0.com>.
pub const HOOK0: Provider = Provider::new("hook0", SCHEME)
    .id_in_headers(&["x-event-id"])
    .type_in_headers(&["x-event-type"])
    .identified_by(
        Identity::ContentAndAttempt,
        "the application writes the body",
    )
    .documented_at("https://documentation.hook0.com");

/// Hook0's older form, `t=<seconds>,v0=<tag>`, which covers time and body but no header. A value of its own, so that nobody can choose it for
/// an endpoint of [`HOOK0`].
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
    "the application writes the body",
)
.documented_at("https://documentation.hook0.com");

const SCHEME: &[Scheme] = &[signed(&ANY, false)];

static ANY: Hook0 = Hook0 {
    tag: TAG,
    is_json: false,
};

pub(super) const TAG: &str = "x-hook0-signature";

pub(super) const fn signed(code: &'static Hook0, covers_body: bool) -> Scheme {
    let coverage = Coverage {
        body: covers_body,
        time: true,
        values: true,
        ..Coverage::NONE
    };
    let words = "time, the headers the request names, body (HMAC-SHA-256)";
    Scheme::with_code(code, coverage, words)
        .in_header(TAG)
        .pairs(b',', "v1")
        .timed(TimeUnit::Seconds)
        .time_is("`t` of `x-hook0-signature`")
}
