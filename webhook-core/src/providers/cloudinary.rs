use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Cloudinary notifications, signed with SHA-1.
///
/// `X-Cld-Signature` is a hex SHA-1: a plain hash, not an HMAC. The hashed message is the body, the
/// timestamp in `X-Cld-Timestamp` (seconds) and the API secret. Use [`CLOUDINARY_SHA256`] for
/// accounts that are set to SHA-256.
///
/// * The tolerance is two hours in the past, as in Cloudinary's SDKs, and 300 s in the future. The
///   SDKs set no limit for the future.
/// * Notifications have no id, so the replay key comes from the body. The event type is
///   `/notification_type`.
///
/// Source: <https://cloudinary.com/documentation/notification_signatures>, cloudinary 2.11.0 (Node)
/// and 1.46.3 (Python).
pub const CLOUDINARY: Provider = common(Provider::new("cloudinary", &[hashed(Algorithm::Sha1)]));

/// Cloudinary notifications of accounts that are set to SHA-256; see [`CLOUDINARY`].
pub const CLOUDINARY_SHA256: Provider = common(Provider::new(
    "cloudinary-sha256",
    &[hashed(Algorithm::Sha256)],
));

const fn hashed(algorithm: Algorithm) -> Scheme {
    Scheme::hash(algorithm, &[Part::Body, Part::Time, Part::Secret])
        .in_header("x-cld-signature")
        .time_in_header("x-cld-timestamp", TimeUnit::Seconds)
        .tolerance_secs(7200, 300)
}

const fn common(provider: Provider) -> Provider {
    provider
        .type_at(&["/notification_type"])
        .configured_by(
            const {
                &[
                    Parameter::secret("api_secret"),
                    Parameter::identifier("api_key"),
                    Parameter::identifier("cloud_name"),
                ]
            },
        )
        .documented_at("https://cloudinary.com/documentation/notification_signatures")
}
