//! Lighthouse warns of fog. The library does not have this provider. Its documentation says:
//!
//! > Each delivery has three headers. `Lighthouse-Id` is the same for all attempts at one event.
//! > `Lighthouse-Sent` is the time of the attempt in milliseconds. `Lighthouse-Signature` is `v1:`
//! > and, in hexadecimal, the HMAC-SHA-512 of id, time and body, joined by colons. The key is your
//! > secret, decoded from base64. We retry for a day.

use webhook_axum::{Algorithm, KeyFormat, Part, Provider, Scheme, TimeUnit};

/// The documentation above as a value, line by line.
///
/// A contradiction does not compile, for example a time that is read and not signed. A misreading
/// does compile, but verifies no delivery of Lighthouse. A test with a delivery that this value did
/// not sign finds it.
pub const LIGHTHOUSE: Provider = Provider::new(
    // Part of every replay key: do not change it once a store has records.
    "lighthouse",
    &[Scheme::hmac(
        Algorithm::HmacSha512,
        &[
            Part::Id,
            Part::Literal(":"),
            Part::Time,
            Part::Literal(":"),
            Part::Body,
        ],
    )
    .in_header("lighthouse-signature")
    .prefix("v1:")
    // Signed, and the same for all attempts: it identifies the event.
    .id_in_header("lighthouse-id")
    // Signed: a delivery more than 300 s old, or more than 300 s ahead, is refused.
    .time_in_header("lighthouse-sent", TimeUnit::Millis)],
)
.with_key_format(KeyFormat::Base64)
.type_at(&["/event"])
// The store remembers deliveries for at least twice as long.
.retries_for_secs(24 * 3600)
.documented_at("https://lighthouse.example/docs/webhooks");
