use crate::crypto::Algorithm;
use crate::provider::{Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// CodeSpar trigger webhooks, in both of their forms.
///
/// `X-CodeSpar-Signature` has two forms. `t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over the
/// timestamp, a dot and the body. Bare hex is an HMAC-SHA-256 over the body alone. In the second
/// form, a body that begins with a digit is refused. Such a body could be a message of the first
/// form, whose timestamp would then never become stale. The secret is the whole `whsec_…` text. If
/// all your triggers send the first form, use [`CODESPAR_V1`], because the second form signs no
/// timestamp.
///
/// * `/id` names an event of the first form. The second form has no event id (`payment_id` names
///   the payment), so its replay key comes from the body.
/// * CodeSpar waits 10 s for an answer, then makes 12 attempts with growing pauses.
/// * Any 2xx is success.
///
/// Source: <https://codespar.dev/docs/concepts/triggers>.
pub const CODESPAR: Provider = common(Provider::new("codespar", &[TIMED, BARE]));

/// CodeSpar trigger webhooks with a signed timestamp; the form without one is refused. See
/// [`CODESPAR`].
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
