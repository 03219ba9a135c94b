

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Challenge, Handshake, Part, Provider, Reply, Scheme, Success};

/// Circle, version 2: wallets, payments network, StableFX. The key is the `publicKey` that `GET /v2/notifications/publicKey/{id}` gives for
/// the id in `X-Circle-Key-Id`, base64 of a SubjectPublicKeyInfo; what belongs to an id never changes. Either it is configured, and with the
/// setting `kid` a delivery that names another key is refused; or a [`KeySource`](crate::KeySource) of yours asks Circle, whose answer
/// it may hand on as it is.
///
/// Signed with ECDSA on P-256: the body. No time is; `/timestamp` is in it for the handler to look at.
///
/// The id is in the signed body and the same for all attempts, of which the payments network makes eleven within a day. A new
/// subscription is probed with `HEAD`, which is answered 200. The older Circle Mint webhooks come through Amazon SNS instead.
///
/// Any 2xx is success.
///
/// <https://developers.circle.com/api-reference/verify-webhook-signatures>
pub const CIRCLE: Provider = Provider::new(
    "circle",
    &[Scheme::signature(Algorithm::EcdsaP256Sha256, &[Part::Body])
        .in_header("x-circle-signature")
        .encoding(Encoding::Base64)
        .key_in_header("x-circle-key-id")],
)
.id_at(&["/notificationId"])
.type_at(&["/notificationType"])
.answers(Handshake::new(
    Challenge::Method("HEAD"),
    Reply::Status(200),
))
.succeeds_with(Success::Any2xx)
.documented_at("https://developers.circle.com/api-reference/verify-webhook-signatures")
.retries_for_secs(86_400);
