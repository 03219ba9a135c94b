//! Providers whose schemes are known only from third parties.
//!
//! They are not in [`Provider::ALL`] and have no constructor. Each value follows the available
//! evidence, and its docs say what is missing. Try one against your own account before you rely on
//! it, with [`Endpoint::builder`](crate::Endpoint::builder). A wrong detail refuses genuine
//! deliveries; it does not accept forged ones.

use crate::crypto::Algorithm;
use crate::parse::Encoding;
use crate::provider::{Challenge, Coverage, Handshake, Part, Provider, Reply, Scheme, Success};
use crate::providers::standard_webhooks::standard;
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
use crate::verify::custom::jwt_body::JwtBody;

/// All unconfirmed providers, in alphabetical order.
pub const ALL: &[Provider] = &[
    ASSEMBLYAI_AGENTS,
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

/// The unknown detail of a provider in [`ALL`], in a few words; `None` for every other provider.
#[must_use]
pub fn missing(provider: &Provider) -> Option<&'static str> {
    let mut known = MISSING.iter();
    let found = known.find(|(name, _)| *name == provider.name());
    found.map(|(_, missing)| *missing)
}

const MISSING: &[(&str, &str)] = &[
    (
        "assemblyai-agents",
        "AssemblyAI's own words on its signature",
    ),
    ("etsy", "the form of its secret"),
    ("iugu", "whether it sends a token"),
    (
        "konduto",
        "whether third parties describe its signature correctly",
    ),
    (
        "melhor-envio",
        "whether its signature is base64 or hexadecimal",
    ),
    ("mercury", "whether its secret is a text or base64"),
    ("mercury-base64", "whether its secret is a text or base64"),
    ("pagarme-v5-basic", "whether it sends credentials"),
    ("primer", "the hash of its signature"),
    ("ramp", "the header of its signature"),
    ("sift", "the format of its signature"),
    ("truora", "the key and the algorithm of its token"),
    ("worldpay", "the bytes of its key"),
    (
        "zapi",
        "whether the token it sends is meant for verification",
    ),
];

/// Senders that sign nothing and send no secret, each with the alternative to verification. What
/// they send is a [notification](crate::notification): only the object that it names can become an
/// event.
pub const UNSIGNED: &[(&str, &str)] = &[
    ("bitpay", "fetch the invoice that a notification names"),
    ("gumroad", "fetch the sale that a ping names"),
    (
        "mollie-classic",
        "fetch the payment that a notification names, or use the signed webhooks of `mollie`",
    ),
];

/// AssemblyAI webhooks of voice agents.
///
/// `X-AAI-Signature: t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body. The
/// secret is the one that the subscription was created with, of 32 to 256 characters. AssemblyAI's
/// pages say that deliveries are signed with it. **Not known**: their words on the signature, which
/// the copies that were read lack. Independent implementations that cite them agree on it, and on a
/// tolerance of 300 s in both directions. Webhooks of transcripts have a token instead: see
/// [`ASSEMBLYAI`](super::ASSEMBLYAI).
///
/// Source: <https://www.assemblyai.com/docs/voice-agents/voice-agent-api/webhooks> and its
/// description of the API, as far as they were read.
pub const ASSEMBLYAI_AGENTS: Provider = Provider::new(
    "assemblyai-agents",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("x-aai-signature")
    .pairs(b',', "v1")
    .time_in_pair("t", TimeUnit::Seconds)],
)
.documented_at("https://www.assemblyai.com/docs/voice-agents/voice-agent-api/webhooks");

/// Etsy webhooks.
///
/// [Standard Webhooks](super::STANDARD_WEBHOOKS), according to Etsy's page. **Not known**: the form
/// of the secret; `whsec_` and base64 are assumed. Etsy retries for 27 and a half hours.
///
/// Source: <https://developers.etsy.com/documentation/essentials/webhooks>.
pub const ETSY: Provider = standard("etsy")
    .type_at(&["/event_type"])
    .retries_for_secs(99_305)
    .documented_at("https://developers.etsy.com/documentation/essentials/webhooks");

/// iugu webhooks.
///
/// The whole `Authorization` header is a token. Nothing is signed. **Not known**: whether iugu
/// sends any token. iugu's page only describes a form and the address that it comes from. Third
/// parties say, without a source, that a trigger may have an `authorization`.
///
/// Source: <https://dev.iugu.com/docs/gatilhos>.
pub const IUGU: Provider = Provider::new("iugu", &[Scheme::token().in_header("authorization")])
    .documented_at("https://dev.iugu.com/docs/gatilhos");

/// Konduto webhooks.
///
/// The field `/signature` is a hex HMAC-SHA-256 over `/order_id`, `/timestamp` and `/status` of the
/// body, joined by `#`. The secret is the private API key. The signature covers nothing else in the
/// body. **Not known**: whether this is right; the key of the printed example is not published. The
/// tolerance and the unit of the timestamp are not known either, so the timestamp is covered but
/// not checked.
///
/// Source: <https://docs.konduto.com>, as cited by a third-party integration guide.
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

/// Melhor Envio webhooks.
///
/// `X-ME-Signature` is a base64 HMAC-SHA-256 over the body. The secret is the application's secret.
/// **Not known**: Melhor Envio's own description. One project tested the scheme in the sandbox,
/// three agree, and one reads hex. When a URL is saved, Melhor Envio sends an unsigned `POST` that
/// must be answered with success. Most of the projects describe its body as empty or not JSON. So
/// an unsigned body without an `event` is answered with success here. An unsigned body with one is
/// refused like any forgery.
///
/// Source: third-party integrations.
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

/// Mercury webhooks with the secret used as text.
///
/// `Mercury-Signature: t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body,
/// according to Mercury's page. **Not known**: whether the secret is a text or base64.
/// Implementations use its text, or decode it from base64: [`MERCURY_BASE64`]. Any 2xx within 5 s
/// is success. Mercury retries ten times over a day, and after a 4xx only if it is 429.
///
/// Source: <https://docs.mercury.com/reference/webhooks>.
pub const MERCURY: Provider = mercury("mercury");

/// Mercury webhooks with the secret decoded from base64; see [`MERCURY`].
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

/// Pagar.me webhooks of version 5.
///
/// Pagar.me sends HTTP Basic authentication. Nothing is signed. **Not known**: Pagar.me's own
/// description. Third-party tests show that user name and password can be set in the dashboard.
///
/// Source: <https://docs.pagar.me/docs/webhooks>.
pub const PAGARME_V5_BASIC: Provider = Provider::new("pagarme-v5-basic", &[Scheme::basic()])
    .id_at(&["/id"])
    .type_at(&["/type"])
    .documented_at("https://docs.pagar.me/docs/webhooks");

/// Primer webhooks.
///
/// `X-Signature-Primary` is a base64 HMAC over the body, according to Primer's page. For a day
/// after a rotation, there is also `X-Signature-Secondary`. **Not known**: the hash; SHA-256 is
/// assumed. Any 2xx is success.
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

/// Ramp webhooks.
///
/// The signature is a hex HMAC-SHA-256 over the body. **Not known**: the header. A copy of Ramp's
/// page has `X-Ramp-Webhook-Signature`, and other code has `X-Ramp-Signature`. Either is accepted.
/// Ramp's challenge requires a call of its API, which you must make. Any 2xx within 10 s is
/// success, according to that copy.
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

/// Sift webhooks.
///
/// `X-Sift-Science-Signature: sha256=<hex>` is an HMAC over the body; older keys have `sha1=<hex>`.
/// **Not known**: the spelling. Sift documents the algorithms. Integrations quote `sha1=`, and
/// `sha256=` is inferred from it.
///
/// Source: <https://sift.com/blog/how-to-use-webhook-notifications> and third-party integrations.
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

/// Truora webhooks.
///
/// The body is a JSON Web Token whose claims are the event, which
/// [`Delivery::payload`](crate::Delivery::payload) returns. Truora documents that much. **Not
/// known**: the key and the algorithm. Truora's example uses HS256, and the text of the secret is
/// assumed to be the key. The claims are not known either, so only `nbf`, `iat` and `exp` are
/// checked, if present.
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
        "the whole body (JWT, HS256)",
    )
    .reads_body()],
)
.id_at(&["/id"])
.type_at(&["/event_type"])
.documented_at("https://dev.truora.com/guides/web_webhooks");

/// Worldpay (Access) webhooks.
///
/// `Event-Signature: <key>/SHA256/<hex>,…` is an HMAC-SHA-256 over the body, according to
/// Worldpay's pages. **Not known**: the bytes of the key; the text of the secret is assumed.
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

/// Z-API webhooks.
///
/// `z-api-token` is a token. Nothing is signed. **Not known**: whether Z-API means the token for
/// verification. Its page only describes bodies. Third-party handlers compare this header with the
/// token of the instance.
///
/// Source: <https://developer.z-api.io/webhooks/introduction>.
pub const ZAPI: Provider = Provider::new("zapi", &[Scheme::token().in_header("z-api-token")])
    .id_at(&["/messageId"])
    .type_at(&["/type"])
    .documented_at("https://developer.z-api.io/webhooks/introduction");
