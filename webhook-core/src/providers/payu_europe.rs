use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme, Success};

/// PayU Europe (PayU GPO Europe, REST API) notifications.
///
/// `OpenPayu-Signature: sender=…;signature=<hex>;algorithm=…;content=DOCUMENT` is also sent as
/// `X-OpenPayU-Signature`. The tag is a plain hash, not an HMAC, over the body and the second key.
/// **The sender names the algorithm**: only `SHA-256` and `MD5` are accepted, each with a tag of
/// its length. If your shop is set to SHA-256, use [`PAYU_EUROPE_SHA256`].
///
/// * The signature covers no timestamp. `/order/orderId` names the order, which has several states,
///   so the replay key comes from the body.
/// * Only 200 is success. PayU makes about 20 attempts over more than a day.
///
/// Source: <https://developers.payu.com/europe/docs/webhooks/> and openpayu_php (`Util.php`).
pub const PAYU_EUROPE: Provider = common(Provider::new(
    "payu-europe",
    &[SHA256, hashed(Algorithm::Md5, "MD5")],
));

/// PayU Europe notifications of shops that are set to SHA-256; see [`PAYU_EUROPE`].
pub const PAYU_EUROPE_SHA256: Provider = common(Provider::new("payu-europe-sha256", &[SHA256]));

const SHA256: Scheme = hashed(Algorithm::Sha256, "SHA-256");

const fn hashed(algorithm: Algorithm, name: &'static str) -> Scheme {
    Scheme::hash(algorithm, &[Part::Body, Part::Secret])
        .in_any_header(&["openpayu-signature", "x-openpayu-signature"])
        .pairs_beside(b';', "signature", "algorithm", name)
}

const fn common(provider: Provider) -> Provider {
    provider
        .id_at(&["/order/orderId"])
        .identified_by(
            Identity::Content,
            "`/order/orderId` names the order, which has several states",
        )
        .type_at(&["/order/status"])
        .retries_for_secs(24 * 3600)
        .succeeds_with(Success::Only200)
        .configured_by(
            const {
                &[
                    Parameter::secret("second_key"),
                    Parameter::secret("md5_key"),
                    Parameter::identifier("pos_id"),
                    Parameter::identifier("client_id"),
                ]
            },
        )
        .same_headers(&[&["openpayu-signature", "x-openpayu-signature"]])
        .documented_at("https://developers.payu.com/europe/docs/webhooks/")
}
