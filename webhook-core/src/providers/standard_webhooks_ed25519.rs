

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Webhooks of any sender that follows the Standard Webhooks specification, with `v1a` signatures.
///
/// The public key is `whpk_` and base64.
///
/// The signature is Ed25519 over the id, the timestamp and the body. Entries of other versions,
/// such as the `v1` of [`STANDARD_WEBHOOKS`](super::STANDARD_WEBHOOKS), are ignored.
///
/// The id is signed and the same for all attempts, whose timestamps differ. The sender chooses how
/// often it retries; the specification gives 75 hours and 35 minutes as an example.
///
/// Any 2xx is success; 410 ends the subscription. The specification asks senders to wait 15 to 30
/// s.
///
/// Source:
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
pub const STANDARD_WEBHOOKS_ED25519: Provider = Provider::new(
    "standard-webhooks-ed25519",
    &[Scheme::signature(
        Algorithm::Ed25519,
        &[
            Part::Id,
            Part::Literal("."),
            Part::Time,
            Part::Literal("."),
            Part::Body,
        ],
    )
    .in_header("webhook-signature")
    .versions("v1a")
    .encoding(Encoding::Base64)
    .id_in_header("webhook-id")
    .time_in_header("webhook-timestamp", TimeUnit::Seconds)],
)
.type_at(&["/type"])
.with_aliases(&["standard-webhooks-v1a"])
.documented_at(
    "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
)
.retries_for_secs(75 * 3600 + 35 * 60 + 5)
.answers_within_millis(15_000)
.succeeds_with(Success::Any2xx);
