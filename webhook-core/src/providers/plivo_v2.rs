use crate::parse::Grammar;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::plivo::{Plivo, Signs};

/// Plivo, signatures of version 2: messages, Verify.
///
/// `X-Plivo-Signature-V2`: base64, HMAC-SHA-256 over the URL without its query and `X-Plivo-Signature-V2-Nonce`, with nothing between. The key is the
/// auth token. `X-Plivo-Signature-Ma-V2` has the same with the token of the main account: either is enough.
///
/// * **Neither query nor body is signed**: whoever has seen one delivery can send another one under its nonce. Deliveries are told apart by their nonce,
///   so that one is taken once. Ask Plivo's API before anything of value moves.
/// * No time is signed. Whether a retry keeps its nonce is not said anywhere: with another one it runs again.
///
/// Source: plivo 4.63.0 (PyPI), `utils/__init__.py`, and <https://docs.plivo.com/docs/messaging/concepts/signature-validation>.
pub const PLIVO_V2: Provider = Provider::new("plivo-v2", SCHEME)
    .identified_by(
        Identity::Content,
        "the signed nonce is made for one delivery; the body is not signed",
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
