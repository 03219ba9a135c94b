use crate::crypto::Algorithm;
use crate::provider::{Identity, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Recurly, JSON webhooks.
///
/// `recurly-signature: <milliseconds>,<hex>[,<hex>…]`, HMAC-SHA-256 over the time, a dot and the body. While a secret is rotated, both
/// sign for 24 hours. XML webhooks are not signed and are not this.
///
/// * Tolerance 300 s, as in Recurly's clients. Documents show a time of ten digits beside the text that says milliseconds; the clients
///   read milliseconds.
/// * What `/id` names is not documented, so deliveries are told apart by their content. The type is `/event_type`.
/// * Up to ten retries, of which number `x` comes `10 + x·2^(x+5)` s after the one before: about a week in all.
/// * Any 2xx is success.
///
/// Source: <https://docs.recurly.com/recurly-subscriptions/docs/signature-verification> and recurly-client-ruby.
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
.identified_by(Identity::Content, "the page does not say what `/id` names")
.type_at(&["/event_type"])
.retries_for_secs(589_988)
.succeeds_with(Success::Any2xx)
.documented_at("https://docs.recurly.com/recurly-subscriptions/docs/signature-verification");
