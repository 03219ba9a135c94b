use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Authorize.net webhooks.
///
/// `X-ANET-Signature: sha512=<hex>` is an HMAC-SHA-512 over the body, in upper-case hex. The secret
/// is the Signature Key of the Merchant Interface (API Credentials & Keys).
///
/// * The key is the text as shown, 128 hexadecimal digits, **not decoded**. Authorize.net's
///   documents do not say so, and the transaction hashes of its API use the decoded key. A delivery
///   that a developer published with its key decides it: it is among the vectors.
/// * A new Signature Key replaces the old one at once, or after 24 hours. Configure both during
///   that time.
/// * The signature covers no timestamp. The event id is `/notificationId`, the event type is
///   `/eventType`. An event says little about the transaction: ask `getTransactionDetails` for its
///   current state.
///
/// Source: <https://developer.authorize.net/api/reference/features/webhooks.html>, Authorize.net's
/// support article on the Signature Key, and
/// <https://community.developer.cybersource.com/t5/Integration-and-Testing/HMAC-SHA-512-hash-not-matching-in-webhook-callback/td-p/57162>
/// (read on 2026-11-30).
pub const AUTHORIZE_NET: Provider = Provider::new(
    "authorize-net",
    &[Scheme::hmac(Algorithm::HmacSha512, &[Part::Body])
        .in_header("x-anet-signature")
        .prefix("sha512=")],
)
.with_aliases(&["authorizenet", "authnet"])
.id_at(&["/notificationId"])
.type_at(&["/eventType"])
.hints(&[(
    RejectionKind::BadSignature,
    "paste the Signature Key as shown, undecoded; the Transaction Key is another key",
)])
.configured_by(&[
    Parameter::secret("signature_key"),
    Parameter::identifier("api_login_id"),
])
.documented_at("https://developer.authorize.net/api/reference/features/webhooks.html");
