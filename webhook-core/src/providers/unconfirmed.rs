//! Providers whose scheme is known from others alone.
//!
//! Nobody here is in [`Provider::ALL`] or has a constructor. Each is what the evidence there is says, and its docs say what is missing.
//! Try one against your own account before you rely on it, with [`Endpoint::builder`](crate::Endpoint::builder); what is wrong refuses
//! genuine deliveries rather than accept forged ones.

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Challenge, Coverage, Handshake, Part, Provider, Reply, Scheme, Success};
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
use crate::verify::custom::jwt_body::JwtBody;

/// All of them, in alphabetical order.
pub const ALL: &[Provider] = &[
    ETSY,
    IUGU,
    KONDUTO,
    MELHOR_ENVIO,
    MERCURY,
    MERCURY_BASE64,
    PAGARME_V5_BASIC,
    PRIMER,
    RAMP,
    SIFT,
    TRUORA,
    WORLDPAY,
    ZAPI,
];

/// What is not known of one of [`ALL`], in a few words; `None` for every other provider.
#[must_use]
pub fn missing(provider: &Provider) -> Option<&'static str> {
    let mut known = MISSING.iter();
    let found = known.find(|(name, _)| *name == provider.name());
    found.map(|(_, missing)| *missing)
}

const MISSING: &[(&str, &str)] = &[
    ("etsy", "the form of its secret"),
    ("iugu", "whether it sends any proof"),
    ("konduto", "whether its signature is made as others say"),
    (
        "melhor-envio",
        "whether its signature is base64 or hexadecimal",
    ),
    ("mercury", "whether its secret is a text or base64"),
    ("mercury-base64", "whether its secret is a text or base64"),
    ("pagarme-v5-basic", "whether it sends credentials"),
    ("primer", "the hash of its signature"),
    ("ramp", "the header of its signature"),
    ("sift", "how its signature is spelled"),
    ("truora", "the key and the algorithm of its token"),
    ("worldpay", "the bytes of its key"),
    ("zapi", "whether the token it sends is meant as proof"),
];

/// Senders that sign nothing and send no secret, with what to do instead of verifying: no endpoint
/// can take their deliveries.
pub const UNSIGNED: &[(&str, &str)] = &[
    ("bitpay", "fetch the invoice that a notification names"),
    ("gumroad", "fetch the sale that a ping names"),
    (
        "mollie-classic",
        "fetch the payment that a notification names, or use the signed webhooks of `mollie`",
    ),
];

/// Etsy: [Standard Webhooks](super::STANDARD_WEBHOOKS), by Etsy's page. **Not known**: the form of the secret; `whsec_` and base64 are assumed.
/// Retries over 27 hours and a half.
///
/// Source: <https://developers.etsy.com/documentation/essentials/webhooks>.
pub const ETSY: Provider = standard("etsy")
    .type_at(&["/event_type"])
    .retries_for_secs(99_305)
    .documented_at("https://developers.etsy.com/documentation/essentials/webhooks");

/// iugu: a token in `Authorization`, whole. **Not known**: whether iugu sends any. Its page describes a form and the address it comes from,
/// and nothing else; that a trigger may have an `authorization` is hearsay. Nothing is signed.
///
/// Source: <https://dev.iugu.com/docs/gatilhos>.
pub const IUGU: Provider = Provider::new("iugu", &[Scheme::token().in_header("authorization")])
    .documented_at("https://dev.iugu.com/docs/gatilhos");

/// Konduto: the field `/signature`, hexadecimal, HMAC-SHA-256 over `/order_id`, `/timestamp` and `/status` of the body with `#` between. The
/// key is the private API key. Nothing else of the body is signed. **Not known**: whether this is right; the printed example has no published
/// key. Tolerance and unit of the time are not known either, so the time is only signed, not checked.
///
/// Source: <https://docs.konduto.com>, as an integration guide of others cites it.
pub const KONDUTO: Provider = Provider::new(
    "konduto",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[
            Part::Field("/order_id"),
            Part::Literal("#"),
            Part::Field("/timestamp"),
            Part::Literal("#"),
            Part::Field("/status"),
        ],
    )
    .in_body("/signature")],
)
.type_at(&["/status"])
.documented_at("https://docs.konduto.com");

/// Melhor Envio: `X-ME-Signature`, base64, HMAC-SHA-256 over the body. The key is the application's secret. **Not known**: Melhor Envio's own
/// word. One project tested it in the sandbox, three agree, and one reads hexadecimal digits. When a URL is saved, an unsigned `POST` comes that has to
/// be answered with success, by most of them with an empty body or one that is no JSON: so is here what has no `event` in it. An unsigned body
/// with one is refused like any forgery.
///
/// Source: integrations of others.
pub const MELHOR_ENVIO: Provider = Provider::new(
    "melhor-envio",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("x-me-signature")
        .encoding(Encoding::Base64)],
)
.type_at(&["/event"])
.answers(Handshake::new(
    Challenge::UnsignedWithout("event"),
    Reply::Status(200),
))
.documented_at("https://docs.melhorenvio.com.br/docs/webhooks");

/// Mercury, with the secret's text as key: `Mercury-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA-256 over `t`, a dot and the body, by Mercury's
/// page. **Not known**: the key. Implementations take the text, or decode it from base64: [`MERCURY_BASE64`].
/// Any 2xx within 5 s is success; ten retries over a day, none after a 4xx but 429.
///
/// Source: <https://docs.mercury.com/reference/webhooks>.
pub const MERCURY: Provider = mercury("mercury");

/// Mercury, with the secret decoded from base64 as key; see [`MERCURY`].
pub const MERCURY_BASE64: Provider = mercury("mercury-base64").with_key_format(KeyFormat::Base64);

const fn mercury(name: &'static str) -> Provider {
    const SIGNED: Scheme = Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("mercury-signature")
    .pairs(b',', "v1")
    .time_in_pair("t", TimeUnit::Seconds);
    Provider::new(name, &[SIGNED])
        .id_at(&["/id"])
        .type_at(&["/resourceType"])
        .answers_within_millis(5_000)
        .retries_for_secs(24 * 3600)
        .succeeds_with(Success::Any2xx)
        .documented_at("https://docs.mercury.com/reference/webhooks")
}

/// Pagar.me version 5: HTTP Basic authentication. **Not known**: Pagar.me's own word; that user name and password can be set in the dashboard
/// is seen in tests of others. Nothing is signed.
///
/// Source: <https://docs.pagar.me/docs/webhooks>.
pub const PAGARME_V5_BASIC: Provider = Provider::new("pagarme-v5-basic", &[Scheme::basic()])
    .id_at(&["/id"])
    .type_at(&["/type"])
    .documented_at("https://docs.pagar.me/docs/webhooks");

/// Primer: `X-Signature-Primary` and, for a day after a rotation, `X-Signature-Secondary`, base64, HMAC over the body, by Primer's page. **Not
/// known**: the hash; SHA-256 is assumed. Any 2xx is success.
///
/// Source: <https://primer.io/docs/api-reference/get-started/configure-webhooks>.
pub const PRIMER: Provider = Provider::new(
    "primer",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_any_header(&["x-signature-primary", "x-signature-secondary"])
        .encoding(Encoding::Base64)],
)
.type_at(&["/eventType"])
.succeeds_with(Success::Any2xx)
.documented_at("https://primer.io/docs/api-reference/get-started/configure-webhooks");

/// Ramp: hexadecimal, HMAC-SHA-256 over the body. **Not known**: the header; a copy of Ramp's page has `X-Ramp-Webhook-Signature`, other code
/// `X-Ramp-Signature`, and either is taken. Ramp's challenge wants a call of its API, which is yours to make.
/// Any 2xx within 10 s is success, by that copy.
///
/// Source: <https://docs.ramp.com/developer-api/v1/guides/webhooks>, in a copy.
pub const RAMP: Provider = Provider::new(
    "ramp",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_any_header(&["x-ramp-webhook-signature", "x-ramp-signature"])],
)
.same_headers(&[&["x-ramp-webhook-signature", "x-ramp-signature"]])
.id_at(&["/id"])
.type_at(&["/type"])
.answers_within_millis(10_000)
.succeeds_with(Success::Any2xx)
.documented_at("https://docs.ramp.com/developer-api/v1/guides/webhooks");

/// Sift: `X-Sift-Science-Signature: sha256=<hex>` or, for older keys, `sha1=<hex>`, HMAC over the body. **Not known**: the spelling. Sift
/// documents the algorithms; `sha1=` is what integrations quote, and `sha256=` is inferred from it.
///
/// Source: <https://sift.com/blog/how-to-use-webhook-notifications> and integrations of others.
pub const SIFT: Provider = Provider::new(
    "sift",
    &[
        sift(Algorithm::HmacSha256, "sha256="),
        sift(Algorithm::HmacSha1, "sha1="),
    ],
)
.documented_at("https://sift.com/blog/how-to-use-webhook-notifications");

const fn sift(algorithm: Algorithm, prefix: &'static str) -> Scheme {
    Scheme::hmac(algorithm, &[Part::Body])
        .in_header("x-sift-science-signature")
        .prefix(prefix)
}

/// Truora: the body is a JSON Web Token whose claims are the event, which [`Delivery::payload`](crate::Delivery::payload) has; that much is Truora's word.
/// **Not known**: key and algorithm. HS256 is that of the example there, and the secret's text is assumed for a key. Nor are the claims known, so only `nbf`, `iat` and
/// `exp` are looked at, where they are.
///
/// Source: <https://dev.truora.com/guides/web_webhooks>.
pub const TRUORA: Provider = Provider::new(
    "truora",
    &[Scheme::with_code(
        &JwtBody,
        Coverage {
            body: true,
            ..Coverage::NONE
        },
        "all of the body (JWT, HS256)",
    )
    .is_body()],
)
.id_at(&["/id"])
.type_at(&["/event_type"])
.documented_at("https://dev.truora.com/guides/web_webhooks");

/// Worldpay (Access): `Event-Signature: <key>/SHA256/<hex>,…`, HMAC-SHA-256 over the body, by Worldpay's pages. **Not known**: the key's bytes; the
/// secret's text is assumed.
///
/// Source: <https://docs.worldpay.com/access/products/events/signature>.
pub const WORLDPAY: Provider = Provider::new(
    "worldpay",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
        .in_header("event-signature")
        .keyed("SHA256")],
)
.id_at(&["/eventId"])
.documented_at("https://docs.worldpay.com/access/products/events/signature");

/// Z-API: a token in `z-api-token`. **Not known**: whether Z-API means it as proof. Its page describes bodies and nothing else; handlers of others
/// compare this header with the token of the instance. Nothing is signed.
///
/// Source: <https://developer.z-api.io/webhooks/introduction>.
pub const ZAPI: Provider = Provider::new("zapi", &[Scheme::token().in_header("z-api-token")])
    .id_at(&["/messageId"])
    .type_at(&["/type"])
    .documented_at("https://developer.z-api.io/webhooks/introduction");
