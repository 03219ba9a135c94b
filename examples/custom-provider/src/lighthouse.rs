//! Lighthouse, which warns of fog. It is not among the providers that come with the library, so here it is. Its page says:
//!
//! > Each delivery has three headers. `Lighthouse-Id` is the same for all attempts at one event. `Lighthouse-Sent` is the time
//! > of the attempt in milliseconds. `Lighthouse-Signature` is `v1:` and, in hexadecimal, the HMAC-SHA-512 of id, time and
//! > body, joined by colons. The key is your secret, decoded from base64. We retry for a day.

use webhook_axum::{Algorithm, KeyFormat, Part, Provider, Scheme, TimeUnit};

/// The page above as a value, to be read beside it line by line.
///
/// A contradiction, such as a time that is read but not signed, would not compile. A wrong reading of the page does: it
/// verifies nothing that Lighthouse sends, and a test with a delivery that this value did not sign itself finds it.
pub const LIGHTHOUSE: Provider = Provider::new(
    // Part of every replay key: it must not change once deliveries are remembered.
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
    // Signed, and the same for all attempts: copies are told by it.
    .id_in_header("lighthouse-id")
    // Signed, so what is older than 300 s, or as far ahead, is refused.
    .time_in_header("lighthouse-sent", TimeUnit::Millis)],
)
.with_key_format(KeyFormat::Base64)
.type_at(&["/event"])
// Remembered for at least twice as long.
.retries_for_secs(24 * 3600)
.documented_at("https://lighthouse.example/docs/webhooks");
