use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::provider::{
    Identity, KEY_ID, KeySet, MessageSignatures, Parameter, Provider, Scheme, Success,
};
use crate::secret::KeyFormat;

/// Order webhooks of the Universal Commerce Protocol (UCP).
///
/// An HTTP Message Signature (RFC 9421) by ECDSA on P-256 or Ed25519. It has to cover `@method`,
/// `@authority`, `@path`, `content-digest` and `content-type`, and of what the request has
/// `@query`, `ucp-agent`, `idempotency-key` and `signature-agent`. The secret is a public key of
/// the business, best as the JSON Web Key of its profile. Or have a [`KeySource`](crate::KeySource)
/// fetch the profile. The setting `profile_url` is required: it is the address of the profile, such
/// as `https://merchant.example/.well-known/ucp`. A delivery that names another one in `UCP-Agent`
/// is refused, because every business can sign for itself. With the setting `kid`, so is a delivery
/// that names another key.
///
/// * **One endpoint is one business.** Use tenants for several, and check that the order is theirs.
/// * **The public URL is signed**: its host, and its path unless the configured URL is an origin.
///   The query is that of the request.
/// * **No time has to be signed**, so a captured delivery verifies for as long as its key does. If
///   a signature has `expires`, it is refused afterwards.
/// * The body is the whole order, not an event, and its `/id` is that of the order. `Webhook-Id`
///   names the event, but it need not be signed. So one body runs under at most 16 ids.
/// * An ECDSA signature is two numbers of 32 bytes. DER, which many libraries write, is refused.
///   ES384, which UCP leaves optional, is not supported.
/// * Of several signatures, the first that covers everything required counts, such as one with the
///   tag `web-bot-auth`.
/// * UCP asks for a fast answer with any 2xx. It has no schedule of retries.
///
/// Source: <https://ucp.dev/specification/signatures> and <https://ucp.dev/specification/order>.
pub const UCP: Provider = Provider::new("ucp", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .id_in_headers(&["webhook-id"])
    .identified_by(
        Identity::labels(&["webhook-id"], 16),
        "the body is a snapshot of the order, and the id of the event need not be signed",
    )
    .succeeds_with(Success::Any2xx)
    .configured_by(&[Parameter::setting("profile_url").required(), KEY_ID])
    .publishes_keys()
    .hints(&[
        (
            RejectionKind::UnsupportedScheme,
            "no signature covers all required components, the query and the headers that the \
             request has, or a component has `sf`, `bs`, `req` or `tr`, which are not supported",
        ),
        (
            RejectionKind::UnknownKey,
            "`UCP-Agent` names another profile than `profile_url`, or the profile has no such key",
        ),
    ])
    .documented_at("https://ucp.dev/specification/signatures");

const SCHEME: &[Scheme] = &[Scheme::message_signatures(&SIGNATURES)];

const SIGNATURES: MessageSignatures = MessageSignatures::new(
    &[Algorithm::EcdsaP256Sha256Fixed, Algorithm::Ed25519],
    &[
        "@method",
        "@authority",
        "@path",
        "content-digest",
        "content-type",
    ],
)
.covering_if_present(&["@query", "ucp-agent", "idempotency-key", "signature-agent"])
.with_parameters(&["keyid"])
.with_keys(KeySet {
    setting: "profile_url",
    named_in: Some(("ucp-agent", "profile")),
    key_member: None,
})
.in_words("method, authority, path, query, named headers, digest of the body (RFC 9421)");
