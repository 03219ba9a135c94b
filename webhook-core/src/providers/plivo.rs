use crate::custom::plivo::Plivo;
use crate::scheme::Coverage;
use crate::{Provider, Scheme};

/// Plivo, signatures of version 3.
///
/// `X-Plivo-Signature-V3`: one or more tags with commas between, base64, HMAC-SHA-256 over the URL, its query and the fields of the form, each
/// decoded and in the order of their names, and `X-Plivo-Signature-V3-Nonce`. The key is the auth token.
///
/// * Nothing stands between the names and values of the form, so not every byte of it is covered.
/// * No time is signed. The nonce is, but a retry may have another: deliveries are told apart by URL, query and fields.
/// * Version 2 signs neither query nor form. It is not looked at.
///
/// Source: plivo 4.63.0 (PyPI), `utils/signature_v3.py`, and <https://www.plivo.com/docs/voice/concepts/signature-validation>.
pub const PLIVO: Provider = Provider::new(
    "plivo",
    &[Scheme::custom(
        &Plivo,
        Coverage {
            url: true,
            values: true,
            ..Coverage::NONE
        },
        "URL, query and fields of the form, nonce (HMAC-SHA-256)",
    )
    .in_header("x-plivo-signature-v3")
    .list(b',')],
)
.aliases(&["plivo-v3"])
.documented_at("https://www.plivo.com/docs/voice/concepts/signature-validation");
