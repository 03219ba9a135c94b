use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Unit.
///
/// `x-unit-signature`: base64, HMAC-SHA-1 over the body; Unit knows nothing better. The key is the webhook's token as text: it looks like
/// base32 and is not decoded.
///
/// * No time is signed. A delivery is a batch, each event with an id, and is told apart by its content. The type is `/data/0/type`.
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
    "a delivery is a batch of events, each with its id",
)
.type_at(&["/data/0/type"])
.configured_by(&[
    Parameter::secret("token"),
    Parameter::secret("webhook_token"),
])
.documented_at("https://www.unit.co/docs/api/webhooks/");
