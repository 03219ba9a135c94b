use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme};
use crate::time::TimeUnit;

/// Cloudinary, with SHA-1.
///
/// `X-Cld-Signature`: hexadecimal SHA-1, a plain hash and no HMAC, over the body, the time of `X-Cld-Timestamp` in seconds and the API
/// secret. Accounts set to SHA-256 take [`CLOUDINARY_SHA256`].
///
/// * Tolerance two hours to the past, as in Cloudinary's SDKs, and 300 s to the future, where those know no end.
/// * Notifications have no id and are told apart by their content. The type is `/notification_type`.
///
/// Source: <https://cloudinary.com/documentation/notification_signatures>, cloudinary 2.11.0 (Node) and 1.46.3 (Python).
pub const CLOUDINARY: Provider = common(Provider::new("cloudinary", &[hashed(Algorithm::Sha1)]));

/// Cloudinary, for accounts whose signatures are SHA-256; see [`CLOUDINARY`].
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
