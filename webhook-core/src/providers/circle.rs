

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Challenge, Handshake, Part, Provider, Reply, Scheme, Success};

/// Circle webhooks of version 2: wallets, payments network and StableFX.
///
/// The public key is the `publicKey` that `GET /v2/notifications/publicKey/{id}` returns for the id
/// in `X-Circle-Key-Id`. It is base64 of a SubjectPublicKeyInfo, and the key of an id never
/// changes. Configure it, or have your [`KeySource`](crate::KeySource) ask Circle; the source may
/// return Circle's answer unchanged. With the setting `kid`, a delivery that names another key is
/// refused.
///
/// The signature is ECDSA on P-256 over the body. There is no separate signed timestamp; the
/// handler can check `/timestamp` in the body.
///
/// The event id is in the signed body and the same for all attempts. The payments network makes
/// eleven attempts within a day. The older Circle Mint webhooks arrive through Amazon SNS instead.
/// Circle probes a new subscription with `HEAD`, which is answered 200.
///
/// Any 2xx is success.
///
/// Source: <https://developers.circle.com/api-reference/verify-webhook-signatures>
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
