

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Questions, Scheme};
use crate::time::TimeUnit;

/// Telnyx webhooks of API version 2.
///
/// The public key is the account's, from the Mission Control portal: 32 bytes in base64.
///
/// The signature is Ed25519 over the timestamp, a `|` and the body. The tolerance of 300 s is that
/// of Telnyx's libraries.
///
/// The event id is in the signed body and the same for a second attempt. That attempt may go to the
/// failover URL, so both URLs need the same store.
///
/// Source: <https://developers.telnyx.com/docs/development/sdk/python/webhooks>
pub const TELNYX: Provider = Provider::new(
    "telnyx",
    &[Scheme::signature(
        Algorithm::Ed25519,
        &[Part::Time, Part::Literal("|"), Part::Body],
    )
    .in_header("telnyx-signature-ed25519")
    .encoding(Encoding::Base64)
    .time_in_header("telnyx-timestamp", TimeUnit::Seconds)],
)
.id_at(&["/data/id"])
.type_at(&["/data/event_type"])
.identified_without_id_by(Identity::ContentAndAttempt)
.asks(Questions::Forms)
.documented_at("https://developers.telnyx.com/docs/development/sdk/python/webhooks");
