use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Recurly JSON webhooks.
///
/// `recurly-signature: <milliseconds>,<hex>[,<hex>…]` is an HMAC-SHA-256 over the timestamp, a dot
/// and the body. During a rotation, both secrets sign for 24 hours. XML webhooks are unsigned and
/// not supported here.
///
/// * The tolerance is 300 s, as in Recurly's clients. The documentation shows a timestamp of ten
///   digits next to a text that says milliseconds; the clients read milliseconds.
/// * Recurly does not document what `/id` names, so the replay key comes from the body. The event
///   type is `/event_type`.
/// * Recurly retries up to ten times. Retry number `x` comes `10 + x·2^(x+5)` s after the one
///   before, about a week in total.
/// * Any 2xx is success.
///
/// Source: <https://docs.recurly.com/recurly-subscriptions/docs/signature-verification> and
/// recurly-client-ruby.
pub const RECURLY: Provider = Provider::new(
    "recurly",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("recurly-signature")
    .list(b',')
    .time_first(TimeUnit::Millis)],
)
.id_at(&["/id"])
.identified_by(
    Identity::Content,
    "Recurly does not document what `/id` names",
)
.type_at(&["/event_type"])
.retries_for_secs(589_988)
.succeeds_with(Success::Any2xx)
.documented_at("https://docs.recurly.com/recurly-subscriptions/docs/signature-verification");
