use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme};

/// Dyte webhooks.
///
/// `dyte-signature` is a base64 RSA signature with SHA-256 over the body. The public key is the one
/// of <https://api.dyte.io/.well-known/webhooks.json>. It is the same for all customers.
///
/// * **The key is not yours**: a delivery for another customer of Dyte verifies too. Check the ids
///   of your organisation and meeting in the event.
/// * The signature covers no timestamp, so the replay key comes from the body. The event type is
///   `/event`.
///
/// Source: <https://docs.dyte.io/guides/capabilities/webhooks/signatures> (read on 2026-11-29).
pub const DYTE: Provider = Provider::new(
    "dyte",
    &[Scheme::signature(Algorithm::RsaSha256, &[Part::Body])
        .in_header("dyte-signature")
        .encoding(Encoding::Base64)],
)
.type_at(&["/event"])
.documented_at("https://docs.dyte.io/guides/capabilities/webhooks/signatures");
