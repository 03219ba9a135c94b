use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Unit webhooks.
///
/// `x-unit-signature` is a base64 HMAC-SHA-1 over the body; Unit offers no stronger hash. The
/// secret is the webhook's token as text. It looks like base32 but is not decoded.
///
/// * The signature covers no timestamp. A delivery is a batch of events, each with an id, so the
///   replay key comes from the body. The event type is `/data/0/type`.
///
/// Source: <https://www.unit.co/docs/api/webhooks/> and unit-node-sdk's tests.
pub const UNIT: Provider = Provider::new(
    "unit",
    &[Scheme::hmac(Algorithm::HmacSha1, &[Part::Body])
        .in_header("x-unit-signature")
        .encoding(Encoding::Base64)],
)
.id_at(&["/data/0/id"])
.identified_by(
    Identity::Content,
    "a delivery is a batch of events, and each event has an id",
)
.type_at(&["/data/0/type"])
.configured_by(&[
    Parameter::secret("token"),
    Parameter::secret("webhook_token"),
])
.documented_at("https://www.unit.co/docs/api/webhooks/");
