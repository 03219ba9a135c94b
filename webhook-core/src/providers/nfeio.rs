use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Part, Provider, Scheme};

/// NFe.io webhooks.
///
/// `X-Hub-Signature: sha1=<HEX>` is an HMAC-SHA-1 over the body, in upper-case hex. NFe.io offers
/// no stronger hash. Texts that mention `X-NFe-Signature` and SHA-256 are wrong.
///
/// * The signature covers no timestamp. `/id` and `/payload/id` name the document, which has
///   several events. So the replay key comes from the body. `X-Hook-Id` is unsigned.
/// * At creation and on request, NFe.io sends a signed `ping` that must be answered 200. **Its body
///   contains the secret.**
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
