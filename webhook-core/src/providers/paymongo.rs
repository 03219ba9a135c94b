use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// PayMongo webhooks.
///
/// `Paymongo-Signature: t=<seconds>,te=<hex>,li=<hex>` is an HMAC-SHA-256 over `t`, a dot and the
/// body. One of `te` (test) and `li` (live) is empty. The secret is the `whsk_…` of the webhook. It
/// belongs to one mode, so a test event never matches a live secret.
///
/// * PayMongo's SDK has no tolerance. The default is 300 s in both directions.
/// * The event id is `/data/id`, and the event type is `/data/attributes/type`.
/// * PayMongo retries 12 times over 136.5 min. Three events in a row that exhaust their retries
///   disable the webhook.
/// * Any 2xx is success.
///
/// Source: <https://developers.paymongo.com/docs/webhook-retry-logic> and paymongo-php
/// (`WebhookService`).
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
