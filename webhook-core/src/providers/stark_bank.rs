use crate::provider::{Coverage, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
use crate::verify::custom::stark_bank::{SIGNATURE, StarkBank, WORKSPACE_ID};

/// Stark Bank (Brazil) webhooks.
///
/// `Digital-Signature` is base64 of an ECDSA signature on secp256k1 with SHA-256, over the body.
/// The public key is the newest that `GET /v2/public-key` lists. The sandbox has another key.
/// Deliveries do not name their key, so configure both keys while Stark Bank changes them.
///
/// * **The setting `workspace_id` is required**: your own workspaces, separated by commas. One key
///   signs the events of all customers, and anyone with a workspace can have genuine events sent to
///   your URL. A delivery with another `/event/workspaceId`, or with none, is refused.
/// * The signature covers no timestamp. The event id is `/event/id`, the event type is
///   `/event/subscription`. What has happened to the object is `/event/log/type`.
/// * The SDK for Python also accepts a body whose JSON, written again with sorted names, was
///   signed. Deliveries are signed as sent, so only that is accepted here.
///
/// Source: <https://docs.starkbank.com/get-started/webhook>, starkbank 2.36.0 and starkcore 0.8.0
/// (PyPI), starkbank 2.42.0 (npm). A delivery of the SDK's tests is among the vectors (read on
/// 2026-11-30).
pub const STARK_BANK: Provider = Provider::new(
    "stark-bank",
    &[Scheme::with_code(
        &StarkBank,
        Coverage {
            body: true,
            ..Coverage::NONE
        },
        "the body (ECDSA secp256k1, SHA-256)",
    )
    .in_header(SIGNATURE)
    .reads_body()],
)
.with_key_format(KeyFormat::PublicKey)
.with_aliases(&["starkbank"])
.id_at(&["/event/id"])
.type_at(&["/event/subscription"])
.configured_by(&[Parameter::setting(WORKSPACE_ID).required()])
.documented_at("https://docs.starkbank.com/get-started/webhook");
