use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::provider::{KEY_ID, KeySet, MessageSignatures, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;

/// Webhooks of the Ad Context Protocol (AdCP), version 3.
///
/// An HTTP Message Signature (RFC 9421) with the label `sig1` and the tag
/// `adcp/webhook-signing/v1`, by Ed25519 or ECDSA on P-256. It has to cover `@method`,
/// `@target-uri`, `@authority`, `content-type` and `content-digest`, and to have `created`,
/// `expires`, `nonce`, `keyid` and `alg`. The secret is the sender's public key, best as the JSON
/// Web Key of its key set. Or set `jwks_url` to the address of that set and have a
/// [`KeySource`](crate::KeySource) fetch it. A fetched key must have the purpose `adcp_use`, with
/// the value `request-signing`, or `webhook-signing` in earlier versions; of a configured key it is
/// checked if the key has it. With the setting `kid`, a delivery that names another key is refused.
///
/// * **The public URL is signed.** AdCP puts an operation into the path of each registered URL. So
///   configure the origin alone, such as `https://example.com`: the path is then that of the
///   request. A proxy must not rewrite it. The path is normalized before it is compared, the query
///   is not.
/// * A signature is valid for at most 300 s, and the clocks may differ by 60 s. So the tolerance is
///   360 s for the past and 60 s for the future.
/// * The id of an event is `/idempotency_key`, which stays the same over retries. A sender may
///   retry for up to seven days. The type is `/task_type`, and its action `/status`.
/// * Keys from different senders are kept apart by tenants or consumers: one endpoint is one
///   sender.
/// * There is no revocation list: remove a revoked key from the configuration. A fetched set is
///   asked for again after an hour.
/// * Binary values may be base64url without padding, as AdCP 3 writes signatures, or the base64 of
///   the standard. The two older ways, a hexadecimal HMAC in `X-ADCP-Signature` and a bearer token,
///   are not accepted.
///
/// Source: <https://adcontextprotocol.org/docs/building/by-layer/L1/security#webhook-callbacks>,
/// and the vectors of its release 3.2.4.
pub const ADCP: Provider = Provider::new("adcp", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .id_at(&["/idempotency_key"])
    .type_at(&["/task_type"])
    .action_at("/status")
    .retries_for_secs(7 * 24 * 60 * 60)
    .succeeds_with(Success::Any2xx)
    .configured_by(&[KEY_ID, Parameter::setting("jwks_url")])
    .hints(&[
        (
            RejectionKind::MissingHeader,
            "a sender that was given `authentication` uses the deprecated `X-ADCP-Signature` or a \
             bearer token: leave it out of the notification's configuration",
        ),
        (
            RejectionKind::UnsupportedScheme,
            "no signature has the label `sig1`, the tag `adcp/webhook-signing/v1` and all required \
             components, or a component has `sf`, `bs`, `req` or `tr`, which are not supported",
        ),
    ])
    .documented_at(
        "https://adcontextprotocol.org/docs/building/by-layer/L1/security#webhook-callbacks",
    );

const SCHEME: &[Scheme] = &[Scheme::message_signatures(&SIGNATURES).tolerance_secs(360, 60)];

const SIGNATURES: MessageSignatures = MessageSignatures::new(
    &[Algorithm::Ed25519, Algorithm::EcdsaP256Sha256Fixed],
    &[
        "@method",
        "@target-uri",
        "@authority",
        "content-type",
        "content-digest",
    ],
)
.with_parameters(&["created", "expires", "nonce", "keyid", "alg"])
.with_label("sig1")
.with_tag("adcp/webhook-signing/v1")
.valid_for_secs(300)
.with_base64url()
.normalizing_path()
.with_keys(KeySet {
    setting: "jwks_url",
    named_in: None,
    key_member: Some("adcp_use"),
})
.in_words("method, target URI, authority, content type, digest of the body (RFC 9421)");
