

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Challenge, Handshake, Part, Provider, Reply, Scheme};

/// eBay Notification API webhooks.
///
/// The public key is the one that `getPublicKey` returns for the `kid` of the header, with its PEM
/// armour on one line or on several. Configure it, or have your [`KeySource`](crate::KeySource) ask
/// eBay with an application's token; the source may return the answer unchanged. With the setting
/// `kid`, a delivery that names another key is refused.
///
/// The signature is ECDSA on P-256 with SHA-1 over the body. The header is base64 of a JSON object,
/// which also names the key and the algorithm. The algorithm name is ignored, because there is only
/// one. The signature covers no timestamp.
///
/// eBay's library signs a body that it has parsed and serialised again. Bodies arrive in that form,
/// so the signed message is the bytes received.
///
/// The event id is in the signed body. `publishAttemptCount` next to it changes with every attempt.
///
/// The handshake of a new endpoint is an unsigned `GET` with a `challenge_code`. The answer is the
/// hash of the code, the verification token and the URL. The endpoint sends it if it has
/// [`verify_token`](crate::EndpointBuilder::verify_token) and
/// [`public_url`](crate::EndpointBuilder::public_url) as registered with eBay.
///
/// Source: <https://developer.ebay.com/api-docs/commerce/notification/overview.html>
pub const EBAY: Provider = Provider::new(
    "ebay",
    &[Scheme::signature(Algorithm::EcdsaP256Sha1, &[Part::Body])
        .in_header("x-ebay-signature")
        .json("/signature")
        .encoding(Encoding::Base64)
        .key_beside("/kid")],
)
.id_at(&["/notification/notificationId"])
.type_at(&["/metadata/topic"])
.answers(Handshake::new(
    Challenge::Query("GET", "challenge_code"),
    Reply::Digest("challengeResponse"),
))
.documented_at("https://developer.ebay.com/api-docs/commerce/notification/overview.html");
