use crate::provider::{Coverage, Identity, Provider, Scheme};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
use crate::verify::custom::fal::{Fal, SIGNATURE};

/// fal.ai webhooks.
///
/// `X-Fal-Webhook-Signature` is a hex Ed25519 signature over four lines: the request id, the user
/// id, the timestamp (seconds) and the hex SHA-256 of the body. The first three are the headers
/// `X-Fal-Webhook-Request-Id`, `X-Fal-Webhook-User-Id` and `X-Fal-Webhook-Timestamp`. Configure the
/// public keys of the set at <https://rest.fal.ai/.well-known/jwks.json>, each as a JSON Web Key. A
/// delivery does not name its key, so no [`KeySource`](crate::KeySource) can fetch it.
///
/// * **The keys are not yours**: a delivery for another customer of fal verifies too. Compare the
///   signed `X-Fal-Webhook-User-Id` with your own, or the request id with those that you sent.
/// * The tolerance is 300 s in both directions, as fal asks for.
/// * fal retries ten times within two hours. The replay key comes from the signed message without
///   its timestamp. The event type is `/status`.
///
/// Source: <https://docs.fal.ai/model-endpoints/webhooks>; the format of the message was read in
/// implementations that agree.
pub const FAL: Provider = Provider::new("fal", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .type_at(&["/status"])
    .identified_by(
        Identity::Content,
        "the signed request id and the hash of the body name the event",
    )
    .retries_for_secs(2 * 3600)
    .documented_at("https://docs.fal.ai/model-endpoints/webhooks");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &Fal,
    Coverage {
        body: true,
        time: true,
        values: true,
        ..Coverage::NONE
    },
    "request id, user id, timestamp, hash of the body (Ed25519)",
)
.in_header(SIGNATURE)
.timed(TimeUnit::Seconds)
.time_is("`x-fal-webhook-timestamp`")];
