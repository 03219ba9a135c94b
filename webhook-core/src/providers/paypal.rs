

#[cfg(feature = "asymmetric")]
use crate::crypto::chain::CA_CERTIFICATES;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::paypal::{PayPal, WEBHOOK_ID};
#[cfg(feature = "asymmetric")]
use crate::verify::custom::sns::CERT_URL;

/// PayPal webhooks.
///
/// `PAYPAL-TRANSMISSION-SIG` is a base64 RSA signature with SHA-256. The signed message has four
/// parts, joined by `|`. They are the transmission id, the transmission time, the webhook id, and
/// the CRC-32 of the body in decimal digits. The setting `webhook_id` is required, because the
/// webhook id is signed but not sent. It is the id of the webhook in PayPal's dashboard or API, and
/// not the client id. PayPal shares no secret.
///
/// `PAYPAL-CERT-URL` names the certificate. Configure it, or its public key, or have a
/// [`KeySource`](crate::KeySource) fetch it. The source is only asked for
/// `/v1/notifications/certs/…` of `api.paypal.com`, `api-m.paypal.com` and the two hosts of the
/// sandbox. A fetched certificate chain must be for `messageverificationcerts.paypal.com`, or that
/// of the sandbox. It must lead to an authority on Mozilla's list, and all certificates must be
/// valid at the time. PayPal's own libraries require the same. The setting `ca_certificates` holds
/// other authorities in PEM, for a network that has its own. With the setting `cert_url`, the
/// configured key counts only for that certificate.
///
/// * **The signature does not cover the body, only its CRC-32**, which is not a cryptographic hash.
///   An attacker who has one genuine delivery can write another body with the same checksum.
///   [`Coverage::body`] is false, so no id of the body enters a replay key. Before money moves, ask
///   PayPal's API for the object.
/// * A configured certificate is trusted as it is; renew it yourself. Revocation is not checked.
/// * The replay key comes from the signed message, which includes the transmission id. PayPal
///   retries for three days but does not document whether a retry keeps the time and the id. So a
///   delivery may be up to three days and an hour old, and a retry may run again.
/// * Any 2xx is success.
/// * `PAYPAL-AUTH-ALGO` must be `SHA256withRSA`; it selects nothing. The simulator signs its events
///   for the webhook `WEBHOOK_ID`.
///
/// Source: <https://developer.paypal.com/api/rest/webhooks/rest/>; PayPal's Python, Java and .NET
/// libraries for the requirements on the certificate.
pub const PAYPAL: Provider = Provider::new("paypal", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .id_at(&["/id"])
    .type_at(&["/event_type"])
    .retries_for_secs(3 * 24 * 60 * 60)
    .succeeds_with(Success::Any2xx)
    .identified_by(
        Identity::Content,
        "the signed transmission id is issued for one transmission; \
         the signature covers only a checksum of the body",
    )
    .configured_by(&[
        Parameter::identifier(WEBHOOK_ID).required(),
        Parameter::setting(CERT_URL),
        Parameter::setting(CA_CERTIFICATES),
        Parameter::identifier("client_id"),
    ])
    .publishes_keys()
    .documented_at("https://developer.paypal.com/api/rest/webhooks/rest/");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &PayPal,
    Coverage {
        time: true,
        values: true,
        ..Coverage::NONE
    },
    "id and timestamp of the transmission, CRC-32 of the body (RSA, SHA-256)",
)
.in_header("paypal-transmission-sig")
.timed(TimeUnit::Rfc3339)
.tolerance_secs(73 * 60 * 60, 300)
.time_is("`paypal-transmission-time`")];
