

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme};

/// Fireblocks, version 1 of its webhooks, which ended on 15 June 2026. The key is the environment's public key in PEM.
///
/// Signed with RSA and SHA-512: the body. No time is.
///
/// A body has no id; deliveries are told apart by their content, which has a time in it.
///
/// <https://developers.fireblocks.com/reference/validating-webhooks>
pub const FIREBLOCKS_V1: Provider = Provider::new(
    "fireblocks-v1",
    &[Scheme::signature(Algorithm::RsaSha512, &[Part::Body])
        .in_header("fireblocks-signature")
        .encoding(Encoding::Base64)],
)
.type_at(&["/type"])
.documented_at("https://developers.fireblocks.com/reference/validating-webhooks");
