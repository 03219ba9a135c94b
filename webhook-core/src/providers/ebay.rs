use crate::algorithm::Algorithm;
use crate::provider::Provider;
use crate::scheme::{Encoding, Part, Scheme};

/// eBay, Notification API. The key is the one that `getPublicKey` gives for the `kid` of the header, with its PEM armour in one
/// line or in several.
///
/// Signed with ECDSA on P-256 and SHA-1: the body. The header is base64 of a JSON object that also names key and algorithm; neither
/// is believed, and every configured key is tried. No time is signed.
///
/// The vendor's library signs a body that it has parsed and printed again. What arrives is printed that way, so that the bytes
/// received are those signed.
///
/// The id is in the signed body. `publishAttemptCount` beside it changes with every attempt.
///
/// A new endpoint is asked for a `challenge_code` with `GET`, unsigned; answer that on a route of its own.
///
/// <https://developer.ebay.com/api-docs/commerce/notification/overview.html>
pub const EBAY: Provider = Provider::new(
    "ebay",
    &[Scheme::signature(Algorithm::EcdsaP256Sha1, &[Part::Body])
        .in_header("x-ebay-signature")
        .json("/signature")
        .encoding(Encoding::Base64)],
)
.id_at(&["/notification/notificationId"])
.type_at(&["/metadata/topic"])
.documented_at("https://developer.ebay.com/api-docs/commerce/notification/overview.html");
