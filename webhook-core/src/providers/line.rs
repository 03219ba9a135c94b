use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// LINE Messaging API webhooks.
///
/// `x-line-signature` is a base64 HMAC-SHA-256 over the body. The secret is the channel secret.
///
/// * The signature covers no timestamp. A delivery is a batch, so the replay key comes from the
///   body. Each event has a `webhookEventId` that stays the same when LINE sends it again.
///   `deliveryContext.isRedelivery` marks a redelivery, which therefore has another replay key.
/// * The console's "Verify" sends a signed delivery without events: answer it with 200.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/receiving-messages/> and
/// @line/bot-sdk 11.0.0.
pub const LINE: Provider = Provider::new(
    "line",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-line-signature")
        .encoding(Encoding::Base64)],
)
.id_at(&["/events/0/webhookEventId"])
.identified_by(
    Identity::Content,
    "a delivery is a batch of events, and each event has an id",
)
.type_at(&["/events/0/type"])
.configured_by(&[
    Parameter::secret("channel_secret"),
    Parameter::identifier("channel_id"),
])
.documented_at("https://developers.line.biz/en/docs/messaging-api/receiving-messages/");
