use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// PayMongo.
///
/// `Paymongo-Signature: t=<seconds>,te=<hex>,li=<hex>`, HMAC-SHA-256 over `t`, a dot and the body. One of `te` (test) and `li` (live) is
/// empty. The key is the `whsk_…` of the webhook, which is for one mode only, so that a test event never matches a live key.
///
/// * PayMongo's SDK knows no tolerance; 300 s to both sides here.
/// * The id is `/data/id`, the type `/data/attributes/type`.
/// * 12 retries over 136.5 min; three events that run out of them in a row disable the webhook.
/// * Any 2xx is success.
///
/// Source: <https://developers.paymongo.com/docs/webhook-retry-logic> and paymongo-php (`WebhookService`).
pub const PAYMONGO: Provider = Provider::new("paymongo", &[SIGNED.pairs(b',', "li"), SIGNED])
    .id_at(&["/data/id"])
    .type_at(&["/data/attributes/type"])
    .retries_for_secs(8190)
    .succeeds_with(Success::Any2xx)
    .configured_by(&[
        Parameter::secret("webhook_secret_key"),
        Parameter::secret("secret_key"),
        Parameter::identifier("public_key"),
    ])
    .documented_at("https://developers.paymongo.com/docs/webhook-retry-logic");

const SIGNED: Scheme = Scheme::hmac(
    Algorithm::HmacSha256,
    &[Part::Time, Part::Literal("."), Part::Body],
)
.in_header("paymongo-signature")
.pairs(b',', "te")
.time_in_pair("t", TimeUnit::Seconds);
