

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Questions, Scheme};
use crate::time::TimeUnit;

/// Telnyx, API version 2. The key is the account's public key of the Mission Control portal, 32 bytes in base64.
///
/// Signed with Ed25519: time and body, with a `|` between. The tolerance of 300 s is that of the vendor's libraries.
///
/// The id is that of the event, in the signed body, and the same for a second try, which may go to the failover URL: give both
/// URLs one store.
///
/// <https://developers.telnyx.com/docs/development/sdk/python/webhooks>
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
