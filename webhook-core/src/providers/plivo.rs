use crate::parse::Grammar;
use crate::provider::{Coverage, Parameter, Provider, Questions, Scheme};
use crate::verify::custom::plivo::{Plivo, Signs};

/// Plivo, signatures of version 3: voice.
///
/// `X-Plivo-Signature-V3`: one or more tags with commas between, base64, HMAC-SHA-256 over the URL, its query and the fields of the form, each
/// decoded and in the order of their names, and `X-Plivo-Signature-V3-Nonce`. The key is the auth token. `X-Plivo-Signature-Ma-V3` has the
/// same with the token of the main account, where a subaccount's is in the other header: either is enough.
///
/// * Nothing stands between the names and values of the form, and the pairs of the query are
///   decoded and sorted, so not every byte of them is covered. A nonce of other than letters,
///   digits, `-` and `_` is refused, because a dot is what separates it from the form.
/// * No time is signed. The nonce is, but a retry may have another. Plivo waits for the
///   instructions that the answer gives, so a copy is not answered as a duplicate and runs again.
/// * Messages are signed by version 2: see [`PLIVO_V2`](super::PLIVO_V2).
///
/// Source: plivo 4.63.0 (PyPI), `utils/signature_v3.py`, and <https://www.plivo.com/docs/voice/concepts/signature-validation>.
pub const PLIVO: Provider = Provider::new("plivo", SCHEME)
    .with_aliases(&["plivo-v3"])
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
