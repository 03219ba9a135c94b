use crate::parse::Grammar;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::plivo::{Plivo, Signs};

/// Plivo webhooks for messages and Verify, signature version 2.
///
/// `X-Plivo-Signature-V2` is a base64 HMAC-SHA-256 over the URL without its query, directly
/// followed by `X-Plivo-Signature-V2-Nonce`. The secret is the auth token.
/// `X-Plivo-Signature-Ma-V2` is made the same way with the token of the main account. Either is
/// enough.
///
/// * **The signature covers neither the query nor the body.** An attacker who has seen one delivery
///   can send another one under its nonce. The replay key comes from the nonce, so a nonce counts
///   once. Ask Plivo's API before anything of value moves.
/// * The signature covers no timestamp. Plivo does not document whether a retry keeps its nonce. A
///   retry with another nonce runs again.
///
/// Source: plivo 4.63.0 (PyPI), `utils/__init__.py`, and
/// <https://docs.plivo.com/docs/messaging/concepts/signature-validation>.
pub const PLIVO_V2: Provider = Provider::new("plivo-v2", SCHEME)
    .parses_forms()
    .identified_by(
        Identity::Content,
        "the signed nonce is issued for one delivery; the body is not covered",
    )
    .configured_by(&[
        Parameter::secret("auth_token"),
        Parameter::identifier("auth_id"),
    ])
    .documented_at("https://docs.plivo.com/docs/messaging/concepts/signature-validation");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &V2,
    Coverage {
        values: true,
        ..Coverage::NONE
    },
    "URL without its query, nonce (HMAC-SHA-256)",
)
.in_header("x-plivo-signature-v2")
.signing_address()];

static V2: Plivo = Plivo {
    tag: "x-plivo-signature-v2",
    main_tag: "x-plivo-signature-ma-v2",
    nonce: "x-plivo-signature-v2-nonce",
    grammar: Grammar::Bare { prefix: "" },
    signs: Signs::Url,
};
