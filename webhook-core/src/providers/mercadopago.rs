use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success, Value};
use crate::time::TimeUnit;

/// Mercado Pago.
///
/// `x-signature: ts=<time>,v1=<hex>`, HMAC-SHA-256 over `id:<data.id>;request-id:<x-request-id>;ts:<ts>;`, where `data.id` is
/// the query parameter and a pair without a value is left out.
///
/// * **The body is not signed.** Fetch the payment from the API by the signed `data.id`, and believe nothing else.
///   Deliveries are told apart by what is signed, so the body's `/id` is a label.
/// * Documents and SDKs contradict each other about the letter case of `data.id` and the unit of `ts`: the id is accepted
///   as sent or in lower case, and a `ts` from 10^11 on counts milliseconds. Tolerance 300 s.
/// * QR code notifications are not signed at all.
/// * 22 s to answer, then a retry every 15 minutes.
/// * 200 and 201 are success.
///
/// Source: <https://www.mercadopago.com/developers/en/docs/your-integrations/notifications/webhooks> and its SDKs.
pub const MERCADOPAGO: Provider = Provider::new(
    "mercadopago",
    &[
        manifest(&[
            pair("id:", Value::Query("data.id")),
            pair("request-id:", Value::Header("x-request-id")),
            Part::Literal("ts:"),
            Part::Time,
            Part::Literal(";"),
        ]),
        manifest(&[
            pair("id:", Value::QueryLowercase("data.id")),
            pair("request-id:", Value::Header("x-request-id")),
            Part::Literal("ts:"),
            Part::Time,
            Part::Literal(";"),
        ]),
    ],
)
.with_aliases(&["mercado-pago"])
.id_at(&["/id"])
.type_at(&["/type"])
.mode_at("/live_mode", true)
.answers_within_millis(22_000)
.retries_for_secs(2 * 24 * 3600)
.succeeds_with(Success::OneOf(&[200, 201]))
.identified_by(
    Identity::Content,
    "the signed request id is made for one notification; the body is not signed",
)
.configured_by(&[
    Parameter::secret("webhook_secret"),
    Parameter::secret("secret_signature"),
    Parameter::identifier("public_key"),
    Parameter::identifier("client_id"),
    Parameter::identifier("user_id"),
])
.documented_at(
    "https://www.mercadopago.com/developers/en/docs/your-integrations/notifications/webhooks",
);

const fn manifest(parts: &'static [Part]) -> Scheme {
    Scheme::hmac(Algorithm::HmacSha256, parts)
        .in_header("x-signature")
        .spaced_pairs(b',', "v1")
        .time_in_pair("ts", TimeUnit::SecondsOrMillis)
}

const fn pair(before: &'static str, value: Value) -> Part {
    Part::Optional {
        before,
        value,
        after: ";",
    }
}
