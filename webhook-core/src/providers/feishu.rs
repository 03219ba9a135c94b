use crate::provider::{
    Challenge, Coverage, Handshake, Parameter, Provider, Reply, Scheme, Success, When,
};
use crate::time::TimeUnit;
use crate::verify::custom::feishu::{Feishu, SIGNATURE};

/// Event subscriptions of Feishu and Lark, which use one scheme.
///
/// `X-Lark-Signature` is SHA-256, in hexadecimal digits, over `X-Lark-Request-Timestamp`,
/// `X-Lark-Request-Nonce`, the Encrypt Key and the body, with nothing between them. It is a plain
/// hash, not an HMAC. The secret is the Encrypt Key of the app.
///
/// The body `{"encrypt": "…"}` is encrypted with AES-256-CBC, and its key is SHA-256 of the Encrypt
/// Key. The signature is verified first, and then the body is decrypted.
/// [`Delivery::payload`](crate::Delivery::payload) returns the decrypted event, and
/// `VerifiedEvent<T>` reads it.
///
/// * **An app without an Encrypt Key is not supported**: its events have no signature, only a
///   token in the body. A signed body without `encrypt` is refused.
/// * The timestamp is in seconds, as in captured requests: the pages name neither its unit nor a
///   tolerance. The default is 300 s in both directions. The nonce follows without a separator, but
///   a digit moved between the two makes a time that is not fresh. The body must be UTF-8: anyone
///   can extend a plain hash, but never to a text.
/// * The id is `/header/event_id`, or `/uuid` of an event of version 1. The type is
///   `/header/event_type`, or `/event/type`. The signature covers all of them. The Verification
///   Token of an event is not checked, because the signature proves more.
/// * **Feishu may send one message under two event ids**: let a handler of `im.message.receive_v1`
///   remember `/event/message/message_id`.
/// * Feishu checks the URL with a request that is encrypted and not signed. It is answered here,
///   and reaches no handler, if its `type` is `url_verification` and its `token` is the
///   Verification Token: set [`verify_token`](crate::EndpointBuilder::verify_token). Feishu waits
///   1 s for this answer. Any other unsigned request is refused, and the answer does not tell why.
/// * 200 within 3 s is success. Otherwise Feishu retries after 15 s, 5 min, 1 h and 6 h. The pages
///   do not say whether a retry is signed anew.
/// * These are the facts of events. Callbacks, such as those of cards, wait for content and are not
///   retried.
///
/// Source: Feishu's pages "事件概述" (Event overview) at
/// <https://open.feishu.cn/document/ukTMukTMukTM/uUTNz4SN1MjL1UzM>, "接收事件" (Receive events) at
/// <https://open.feishu.cn/document/ukTMukTMukTM/uYDNxYjL2QTM24iN0EjN/event-subscription-configure-/encrypt-key-encryption-configuration-case>,
/// and "将事件发送至开发者服务器" (Send events to your server) at
/// <https://open.feishu.cn/document/ukTMukTMukTM/uYDNxYjL2QTM24iN0EjN/event-subscription-configure-/choose-a-subscription-mode/send-notifications-to-developers-server>
/// (last changed on 2026-03-12).
pub const FEISHU: Provider = Provider::new("feishu", SCHEME)
    .with_aliases(&["lark"])
    .id_at(&["/header/event_id", "/uuid"])
    .type_at(&["/header/event_type", "/event/type"])
    .answers(Handshake::new(
        Challenge::Encrypted {
            when: When::Text("/type", "url_verification"),
            value: "/challenge",
            token: "/token",
        },
        Reply::Field("challenge"),
    ))
    .answers_within_millis(3_000)
    .retries_for_secs(15 + 300 + 3_600 + 21_600)
    .succeeds_with(Success::Only200)
    .configured_by(&[
        Parameter::secret("encrypt_key"),
        Parameter::identifier("app_id"),
    ])
    .documented_at("https://open.feishu.cn/document/ukTMukTMukTM/uUTNz4SN1MjL1UzM");

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &Feishu,
    Coverage {
        body: true,
        time: true,
        ..Coverage::NONE
    },
    "timestamp, nonce, Encrypt Key and encrypted body, hashed with SHA-256",
)
.in_header(SIGNATURE)
.timed(TimeUnit::Seconds)
.time_is("`x-lark-request-timestamp`")];
