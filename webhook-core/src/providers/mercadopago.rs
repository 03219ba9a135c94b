use crate::error::RejectionKind;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::time::TimeUnit;
use crate::verify::custom::mercadopago::{MercadoPago, TAG};

/// Mercado Pago webhooks.
///
/// `x-signature: ts=<time>,v1=<hex>` is an HMAC-SHA-256 over
/// `id:<data.id>;request-id:<x-request-id>;ts:<ts>;`. `data.id` is the query parameter, and a pair
/// without a value is left out.
///
/// * **The signature does not cover the body.** Fetch the payment from the API by the signed
///   `data.id`, and trust nothing else. The replay key comes from the signed message, so the body's
///   `/id` is a label.
/// * Documents and SDKs contradict each other about the letter case of `data.id` and the unit of
///   `ts`. The id is accepted as sent or in lower case. A `ts` from 10^11 on counts milliseconds.
///   The tolerance is 300 s.
/// * QR code notifications are unsigned. Older notifications (IPN, user agent "MercadoPago Feed
///   v2.0") carry an `x-signature` that fits no documented message and are refused. Register the
///   URL with `source_news=webhooks` in its query to receive webhooks alone. Or have the
///   notification [`MERCADOPAGO_IPN`](crate::notification::MERCADOPAGO_IPN) fetch the object that
///   an IPN names.
/// * Mercado Pago waits 22 s for an answer, then retries every 15 minutes.
/// * 200 and 201 are success.
///
/// Source:
/// <https://www.mercadopago.com/developers/en/docs/your-integrations/notifications/webhooks> and
/// its SDKs.
pub const MERCADOPAGO: Provider = Provider::new(
    "mercadopago",
    &[Scheme::with_code(
        &MercadoPago,
        Coverage::NONE.with_time().with_values(),
        "`data.id` of the query, `x-request-id`, timestamp; **not the body** (HMAC-SHA-256)",
    )
    .in_header(TAG)
    .spaced_pairs(b',', "v1")
    .timed(TimeUnit::SecondsOrMillis)
    .time_is("`ts` of `x-signature`")],
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
    "the signed request id is issued for one notification; the body is not covered",
)
.hints(&[(
    RejectionKind::BadSignature,
    "older notifications (IPN) fit no documented signature: \
     register the URL with `source_news=webhooks`",
)])
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
