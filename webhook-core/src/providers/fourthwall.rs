use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Parameter, Part, Provider, Scheme};

/// Fourthwall webhooks of a shop.
///
/// `X-Fourthwall-Hmac-SHA256` is a base64 HMAC-SHA-256 over the body. The secret is the one of the
/// shop, in the settings of its webhooks. Platform apps have another header: see
/// [`FOURTHWALL_APPS`].
///
/// * The signature covers no timestamp. The event type is `/type`. The replay
///   key comes from the body.
///
/// Source: <https://docs.fourthwall.com/webhooks/signature-verification> (read on 2026-11-29).
pub const FOURTHWALL: Provider = fourthwall("fourthwall", "x-fourthwall-hmac-sha256");

/// Fourthwall webhooks of a platform app: like [`FOURTHWALL`], in the header
/// `X-Fourthwall-Hmac-Apps-SHA256`.
///
/// The secret is the HMAC key in the settings of the app.
///
/// Source: <https://docs.fourthwall.com/webhooks/signature-verification> (read on 2026-11-29).
pub const FOURTHWALL_APPS: Provider =
    fourthwall("fourthwall-apps", "x-fourthwall-hmac-apps-sha256");

const fn fourthwall(name: &'static str, header: &'static str) -> Provider {
    let scheme = Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header(header)
        .encoding(Encoding::Base64);
    Provider::single(name, scheme)
        .type_at(&["/type"])
        .configured_by(const { &[Parameter::secret("secret_key")] })
        .documented_at("https://docs.fourthwall.com/webhooks/signature-verification")
}
