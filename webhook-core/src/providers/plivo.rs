use crate::parse::Grammar;
use crate::provider::{Coverage, Parameter, Provider, Questions, Scheme};
use crate::verify::custom::plivo::{Plivo, Signs};

/// Plivo voice webhooks, signature version 3.
///
/// `X-Plivo-Signature-V3` holds one or more base64 HMAC-SHA-256 tags, separated by commas. The
/// signed message is the URL, its query, the form fields and `X-Plivo-Signature-V3-Nonce`. Query
/// and fields are decoded and sorted by name. The secret is the auth token.
/// `X-Plivo-Signature-Ma-V3` is made the same way with the token of the main account; the other
/// header then has that of the subaccount. Either is enough.
///
/// * No separator divides the names and values of the form, and the pairs of the query are decoded
///   and sorted. So the signature does not cover every byte of them. A nonce may only contain
///   letters, digits, `-` and `_`, because a dot separates it from the form.
/// * The signature covers no timestamp. It covers the nonce, but a retry may have another nonce.
///   Plivo waits for the instructions in the answer. So a copy is not answered as a duplicate: it
///   runs again.
/// * Messages use version 2: see [`PLIVO_V2`](super::PLIVO_V2).
///
/// Source: plivo 4.63.0 (PyPI), `utils/signature_v3.py`, and
/// <https://www.plivo.com/docs/voice/concepts/signature-validation>.
pub const PLIVO: Provider = Provider::new("plivo", SCHEME)
    .with_aliases(&["plivo-v3"])
    .parses_forms()
    .asks(Questions::All)
    .configured_by(&[
        Parameter::secret("auth_token"),
        Parameter::identifier("auth_id"),
    ])
    .documented_at("https://www.plivo.com/docs/voice/concepts/signature-validation");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &V3,
    Coverage {
        values: true,
        ..Coverage::NONE
    },
    "URL, query and fields of the form, nonce (HMAC-SHA-256)",
)
.in_header("x-plivo-signature-v3")
.signing_address()
.list(b',')];

static V3: Plivo = Plivo {
    tag: "x-plivo-signature-v3",
    main_tag: "x-plivo-signature-ma-v3",
    nonce: "x-plivo-signature-v3-nonce",
    grammar: Grammar::List { separator: b',' },
    signs: Signs::UrlAndFields,
};
