

#[cfg(feature = "asymmetric")]
use crate::crypto::chain::CA_CERTIFICATES;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::paypal::{PayPal, WEBHOOK_ID};
#[cfg(feature = "asymmetric")]
use crate::verify::custom::sns::CERT_URL;

/// PayPal.
///
/// `PAYPAL-TRANSMISSION-SIG`: base64, RSA, SHA-256, over id and time of the transmission, the id of the webhook, and the CRC-32 of the body in
/// decimal digits, with `|` between. The setting `webhook_id` is needed: it is signed, and not sent. `PAYPAL-CERT-URL` names the certificate:
/// configure it, or its key, or a [`KeySource`](crate::KeySource). It is asked for `/v1/notifications/certs/…` of `api.paypal.com`,
/// `api-m.paypal.com` and the two of the sandbox, and for nothing else. What it finds is believed if it is a chain of certificates for
/// `messageverificationcerts.paypal.com`, or that of the sandbox, to an authority on Mozilla's list, and all of them are valid at the time: what
/// PayPal's own libraries ask. The setting `ca_certificates` has other authorities, in PEM, for a network with its own. With the setting `cert_url`, the
/// configured key is that certificate's and no other's.
///
/// * **The body is not signed, only its CRC-32**, which is no hash: whoever has one genuine delivery can write another body with
///   the same checksum. [`Coverage::body`] is false, so no id of the body goes into a replay key. Before money moves, ask PayPal's
///   API for the object.
/// * A certificate that is configured is believed as it is, and yours to renew. Whether one was revoked is not asked.
/// * Deliveries are told apart by what is signed, the id of the transmission among it. Whether retries, which go on for three days, keep time
///   and id is not said anywhere; so times of up to three days and an hour are taken, and a retry may run again.
/// * Any 2xx is success.
/// * `PAYPAL-AUTH-ALGO` has to be `SHA256withRSA`: it chooses nothing. Events of the simulator are signed for the webhook `WEBHOOK_ID`.
///
/// Source: <https://developer.paypal.com/api/rest/webhooks/rest/>; what a certificate has to be, in PayPal's Python, Java and .NET libraries.
pub const PAYPAL: Provider = Provider::new("paypal", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .id_at(&["/id"])
    .type_at(&["/event_type"])
    .retries_for_secs(3 * 24 * 60 * 60)
    .succeeds_with(Success::Any2xx)
    .identified_by(Identity::Content, "the signed transmission id is made for one transmission; the body is covered by a checksum alone")
.configured_by(&[Parameter::identifier(WEBHOOK_ID).required(), Parameter::setting(CERT_URL), Parameter::setting(CA_CERTIFICATES), Parameter::identifier("client_id")]).publishes_keys().documented_at("https://developer.paypal.com/api/rest/webhooks/rest/");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &PayPal,
    Coverage {
        time: true,
        values: true,
        ..Coverage::NONE
    },
    "id and time of the transmission, CRC-32 of the body (RSA, SHA-256)",
)
.in_header("paypal-transmission-sig")
.timed(TimeUnit::Rfc3339)
.tolerance_secs(73 * 60 * 60, 300)
.time_is("`paypal-transmission-time`")];
