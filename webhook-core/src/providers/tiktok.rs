use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};
use crate::time::TimeUnit;

/// TikTok for Developers webhooks.
///
/// `TikTok-Signature: t=<seconds>,s=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body. The
/// secret is the client secret of the app.
///
/// * TikTok documents no tolerance. The default is 300 s in both directions.
/// * Only 200 is success. TikTok retries for up to 72 hours. It does not document whether a retry
///   keeps the timestamp; if retries are refused as stale, raise `tolerance`.
/// * Events have no id, so the replay key comes from the body. The event type is `/event`.
///   `/content` is JSON in a text.
/// * TikTok Shop and the Marketing API have other schemes and are not supported here.
///
/// Source: <https://developers.tiktok.com/doc/webhooks-verification> (read on 2026-11-29).
pub const TIKTOK: Provider = Provider::new(
    "tiktok",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("tiktok-signature")
    .pairs(b',', "s")
    .time_in_pair("t", TimeUnit::Seconds)],
)
.type_at(&["/event"])
.retries_for_secs(72 * 3600)
.succeeds_with(Success::Only200)
.configured_by(&[
    Parameter::secret("client_secret"),
    Parameter::identifier("client_key"),
])
.documented_at("https://developers.tiktok.com/doc/webhooks-verification");
