use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// CodeSpar triggers, in both of their forms.
///
/// `X-CodeSpar-Signature` is either `t=<seconds>,v1=<hex>`, HMAC-SHA-256 over time, dot and body,
/// or bare hexadecimal over the body alone. A body of the second form that begins with a digit is
/// refused: it could be one of the first, with its time in the body and never stale. The key is the
/// whole `whsec_…` text. Where all your triggers send the first, use [`CODESPAR_V1`]: the second
/// signs no time.
///
/// * `/id` names an event of the first form; the second has none (`payment_id` is the payment's) and is told apart by
///   its content.
/// * 10 s to answer, then 12 attempts with growing pauses.
/// * Any 2xx is success.
///
/// Source: <https://codespar.dev/docs/concepts/triggers>.
pub const CODESPAR: Provider = common(Provider::new("codespar", &[TIMED, BARE]));

/// CodeSpar triggers that sign a time; the form without is refused. See [`CODESPAR`].
pub const CODESPAR_V1: Provider = common(Provider::new("codespar-v1", &[TIMED]));

const TIMED: Scheme = Scheme::hmac(
    Algorithm::HmacSha256,
    &[Part::Time, Part::Literal("."), Part::Body],
)
.in_header("x-codespar-signature")
.pairs(b',', "v1")
.time_in_pair("t", TimeUnit::Seconds);

const BARE: Scheme =
    Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-codespar-signature");

const fn common(provider: Provider) -> Provider {
    provider
        .id_at(&["/id"])
        .type_at(&["/type", "/event"])
        .answers_within_millis(10_000)
        .retries_for_secs(24 * 3600)
        .succeeds_with(Success::Any2xx)
        .documented_at("https://codespar.dev/docs/concepts/triggers")
}
