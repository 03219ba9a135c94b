

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme};

/// Pagar.me, installations linked through its Hub. The key is one of `https://hubapi.pagar.me/.well-known/jwks.json`: configured, and with
/// the setting `kid` a delivery that names another is refused; or found there by a [`KeySource`](crate::KeySource).
///
/// Signed with RSA and SHA-256: the body. The header names the algorithm, of which only `RS256` is
/// accepted, and the key. Its pairs come with a space after `;` and without, the signature in
/// base64 of either alphabet, padded or not. No time is signed.
///
/// The id is in the signed body. Basic authentication, which accounts without the Hub have, is another scheme.
///
/// <https://github.com/pagarme/ecommerce-module-core/blob/master/src/Webhook/Services/WebhookValidatorService.php>
pub const PAGARME_HUB: Provider = Provider::new(
    "pagarme-hub",
    &[Scheme::signature(Algorithm::RsaSha256, &[Part::Body])
        .in_header("x-webhook-asymmetric-signature")
        .spaced_pairs_beside(b';', "signature", "alg", "RS256")
        .encoding(Encoding::Base64Any)
        .key_beside("kid")
        .keys_at("https://hubapi.pagar.me/.well-known/jwks.json")],
)
.id_at(&["/id"])
.type_at(&["/type"])
.publishes_keys()
.documented_at(
    "https://github.com/pagarme/ecommerce-module-core/blob/master/src/Webhook/Services/WebhookValidatorService.php",
);
