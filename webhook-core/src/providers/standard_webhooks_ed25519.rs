

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// Any sender that follows the Standard Webhooks specification, with `v1a` signatures. The key is public: `whpk_` and base64.
///
/// Signed with Ed25519: id, time and body. Entries of other versions, such as the `v1` of
/// [`STANDARD_WEBHOOKS`](super::STANDARD_WEBHOOKS), are left to those who hold a key for them.
///
/// The id is signed, and the same for all attempts, whose times differ. How often one is tried is up to the sender; the
/// specification gives 75 hours and 35 minutes as an example.
///
/// Any 2xx is success; 410 ends the subscription. Senders are told to wait 15 to 30 s.
///
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
