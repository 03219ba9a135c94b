use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// LINE Messaging API.
///
/// `x-line-signature`: base64, HMAC-SHA-256 over the body. The key is the channel secret.
///
/// * No time is signed. A delivery is a batch, so it is told apart by its content; each event has a `webhookEventId` that stays the
///   same when LINE sends it again, which `deliveryContext.isRedelivery` marks and makes another content.
/// * The console's "Verify" sends no events, signed: answer it 200.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/receiving-messages/> and @line/bot-sdk 11.0.0.
pub const LINE: Provider = Provider::new(
    "line",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-line-signature")
        .encoding(Encoding::Base64)],
)
.id_at(&["/events/0/webhookEventId"])
.identified_by(
    Identity::Content,
    "a delivery is a batch of events, each with its id",
)
.type_at(&["/events/0/type"])
.configured_by(&[
    Parameter::secret("channel_secret"),
    Parameter::identifier("channel_id"),
])
.documented_at("https://developers.line.biz/en/docs/messaging-api/receiving-messages/");
