

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme};

/// Fireblocks webhooks of version 1, which ended on 15 June 2026.
///
/// The public key is the environment's, in PEM.
///
/// The signature is RSA with SHA-512 over the body. It covers no separate timestamp.
///
/// A body has no id. The replay key comes from the body, which contains a time.
///
/// Source: <https://developers.fireblocks.com/reference/validating-webhooks>
pub const FIREBLOCKS_V1: Provider = Provider::new(
    "fireblocks-v1",
    &[Scheme::signature(Algorithm::RsaSha512, &[Part::Body])
        .in_header("fireblocks-signature")
        .encoding(Encoding::Base64)],
)
.type_at(&["/type"])
.documented_at("https://developers.fireblocks.com/reference/validating-webhooks");
