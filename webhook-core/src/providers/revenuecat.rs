use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// RevenueCat webhooks.
///
/// The `Authorization` header is exactly the value configured for the webhook: paste that value,
/// with its `Bearer` if you wrote one. **Nothing is signed**: the value only identifies the sender.
/// If the webhook signs its deliveries, use [`REVENUECAT_SIGNED`].
///
/// * The event id is `/event/id`, and the event type is `/event/type`.
/// * Only 200 is success. RevenueCat waits 60 s for an answer and retries after 5, 10, 20, 40 and
///   80 min.
///
/// Source: <https://www.revenuecat.com/docs/integrations/webhooks>.
pub const REVENUECAT: Provider = common(Provider::new(
    "revenuecat",
    &[Scheme::token().in_header("authorization")],
))
.configured_by(&[Parameter::secret("authorization")]);

/// RevenueCat webhooks with signing switched on; otherwise like [`REVENUECAT`].
///
/// `X-RevenueCat-Webhook-Signature: t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and
/// the body. Paste the signing secret of the webhook, not the value of the `Authorization` header.
///
/// * This is a separate provider, so that a sender without the secret cannot choose the token.
/// * With the setting `authorization`, deliveries must also have that `Authorization` header.
///
/// Source: <https://www.revenuecat.com/docs/integrations/webhooks> and iktakahiro/revcatgo.
pub const REVENUECAT_SIGNED: Provider = common(Provider::new(
    "revenuecat-signed",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("x-revenuecat-webhook-signature")
    .spaced_pairs(b',', "v1")
    .time_in_pair("t", TimeUnit::Seconds)],
))
.configured_by(&[
    Parameter::secret("signing_secret"),
    Parameter::extra_secret("authorization").in_header("authorization"),
]);

const fn common(provider: Provider) -> Provider {
    provider
        .id_at(&["/event/id"])
        .type_at(&["/event/type"])
        .answers_within_millis(60_000)
        .retries_for_secs(155 * 60)
        .succeeds_with(Success::Only200)
        .documented_at("https://www.revenuecat.com/docs/integrations/webhooks")
}
