

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Challenge, Handshake, Part, Provider, Reply, Scheme};

/// eBay, Notification API. The key is the one that `getPublicKey` gives for the `kid` of the header, with its PEM armour in one
/// line or in several. Either it is configured, and with the setting `kid` a delivery that names another key is refused; or a
/// [`KeySource`](crate::KeySource) of yours asks eBay, with an application's token, and may hand on the answer as it is.
///
/// Signed with ECDSA on P-256 and SHA-1: the body. The header is base64 of a JSON object that names key and algorithm too; the algorithm
/// is not looked at, since there is this one only. No time is signed.
///
/// The vendor's library signs a body that it has parsed and printed again. What arrives is printed that way, so that the bytes
/// received are those signed.
///
/// The id is in the signed body. `publishAttemptCount` beside it changes with every attempt.
///
/// A new endpoint is asked for a `challenge_code` with `GET`, unsigned. It is answered with the hash of code, verification token
/// and URL, if the endpoint has [`verify_token`](crate::EndpointBuilder::verify_token) and
/// [`public_url`](crate::EndpointBuilder::public_url) as they were given to eBay.
///
/// <https://developer.ebay.com/api-docs/commerce/notification/overview.html>
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
