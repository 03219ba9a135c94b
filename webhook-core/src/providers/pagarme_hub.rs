

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme};

/// Pagar.me webhooks of installations that are linked through its Hub.
///
/// The public key is one of `https://hubapi.pagar.me/.well-known/jwks.json`. Configure it, or have
/// a [`KeySource`](crate::KeySource) fetch it. With the setting `kid`, a delivery that names
/// another key is refused.
///
/// The signature is RSA with SHA-256 over the body. The header names the algorithm and the key;
/// only the algorithm `RS256` is accepted. The pairs of the header may have a space after `;`. The
/// signature is base64 of either alphabet, padded or not. It covers no timestamp.
///
/// The event id is in the signed body. Accounts without the Hub have Basic authentication, which is
/// another scheme.
///
/// Source:
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
