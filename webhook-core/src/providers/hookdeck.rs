use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Events that Hookdeck forwards, with its own signature.
///
/// `x-hookdeck-signature` is a base64 HMAC-SHA-256 over the body. The secret is the signing secret
/// of the project. While it is rotated, `x-hookdeck-signature-2` has the tag of the other secret.
/// Either is enough.
///
/// * The headers of the original sender are forwarded too. Hookdeck has verified them if the source
///   is configured for it (`x-hookdeck-verified`); here they are not looked at.
/// * `x-hookdeck-eventid` is unsigned and stays the same over retries. The replay key comes from
///   the body and that id, with at most 64 ids for one body.
/// * Independent descriptions and implementations agree on this scheme. Hookdeck's own page was not
///   read for it.
///
/// Source: <https://hookdeck.com/docs/authentication>; read in hookdeck/webhook-skills.
pub const HOOKDECK: Provider = Provider::new(
    "hookdeck",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_any_header(&["x-hookdeck-signature", "x-hookdeck-signature-2"])
        .encoding(Encoding::Base64)],
)
.id_in_headers(&["x-hookdeck-eventid"])
.identified_by(
    Identity::labels(&["x-hookdeck-eventid"], 64),
    "the body is that of any sender, so equal bodies may report different events",
)
.configured_by(&[Parameter::secret("signing_secret")])
.documented_at("https://hookdeck.com/docs/authentication");
