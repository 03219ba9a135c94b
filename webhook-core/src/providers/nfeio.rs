use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme};

/// NFe.io.
///
/// `X-Hub-Signature: sha1=<HEX>`, HMAC-SHA-1 over the body, upper-case digits on the wire. NFe.io knows nothing better;
/// prose that speaks of `X-NFe-Signature` and SHA-256 is wrong.
///
/// * No time is signed. `/id` and `/payload/id` are those of the document, which has several events, so deliveries are
///   told apart by their content; `X-Hook-Id` is unsigned.
/// * On creation and on request a signed `ping` is sent that must be answered 200. **Its body contains the secret.**
///
/// Source: NFe.io's client-nodejs (`webhooks.ts`, changelog 3.2.1) and OpenAPI description.
pub const NFEIO: Provider = Provider::new(
    "nfeio",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body])
        .in_header("x-hub-signature")
        .prefix("sha1=")
        .encoding(Encoding::HexUpper)],
)
.id_at(&["/id", "/payload/id"])
.identified_by(
    Identity::Content,
    "the id names the document, which has several events",
)
.type_at(&["/action"])
.documented_at("https://nfe.io/docs/desenvolvedores/webhooks/");
