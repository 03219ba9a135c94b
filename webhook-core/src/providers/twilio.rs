use crate::crypto::Algorithm;
use crate::provider::{Coverage, Identity, Parameter, Provider, Questions, Scheme, Success};
use crate::verify::custom::url_and_form::Twilio;

/// Twilio webhooks.
///
/// `X-Twilio-Signature` is a base64 HMAC-SHA-1. The signed message is the URL with its query. For a
/// form, the name and value of every field follow, decoded, in byte order, each pair once and
/// without separators. Any other body comes with `bodySHA256` in the query. Then only the URL is
/// signed, and the body must have that hash. The secret is the primary auth token.
///
/// * The signed URL is the one that Twilio knows, except for its port: the URL is tried with and
///   without one.
/// * **Behind a proxy or a tunnel** the request has another scheme, host or path than the signed
///   URL. So set `public_url` to the URL in Twilio's console, without its query. The query is that
///   of the request, so no proxy may rewrite it. `X-Forwarded-*` headers are not read.
/// * **No separator divides names, values and query.** `a=bc` and `ab=c` have the same signature,
///   and so do `?x=a` before `b=c` and `?x=` before `ab=c`. So the signature does not cover every
///   byte of a form or a query. With a form, [`Coverage::body`] and [`Coverage::url`] are false.
///   They are true if `bodySHA256` was checked, which must be the last parameter of the query. In
///   the middle, it could be text that somebody wrote into a field of a form.
/// * [`Delivery::json`](crate::Delivery::json) reads the fields of a form as texts.
/// * A URL may be set to `GET` in Twilio's console. Then the fields are in the query, and the URL
///   alone is signed.
/// * The signature covers no timestamp; `I-Twilio-Idempotency-Token` is an unsigned label. Twilio
///   waits for the instructions in the answer (TwiML). So a copy is not answered as a duplicate: it
///   runs again, after the first has ended.
/// * Twilio waits 15 s for an answer and retries within that time: once after a failed connection,
///   and as the URL's fragment asks. Leave the fragment out of the public URL.
/// * Any 2xx is success.
///
/// Source: <https://www.twilio.com/docs/usage/webhooks/webhooks-security>, and twilio@6.2.0 (npm)
/// and twilio 9.13.0 (PyPI), whose tests are among the vectors.
pub const TWILIO: Provider = twilio("twilio", SHA1)
    .configured_by(&[
        Parameter::secret("auth_token"),
        Parameter::identifier("account_sid"),
    ])
    .documented_at("https://www.twilio.com/docs/usage/webhooks/webhooks-security");

/// Twilio webhooks with a shared key instead of the auth token (public beta): like [`TWILIO`], but
/// with HMAC-SHA-256.
///
/// `X-Twilio-Webhooks-Signature-Settings` must say `algorithm=HMAC_SHA256`. It is unsigned and
/// selects nothing: a delivery that names another algorithm, or none, is refused.
///
/// Source: <https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys> and twilio 9.13.0
/// (PyPI).
pub const TWILIO_SHARED_KEY: Provider = twilio("twilio-shared-key", SHA256)
    .configured_by(&[
        Parameter::secret("shared_key_secret"),
        Parameter::identifier("shared_key_id"),
        Parameter::identifier("account_sid"),
    ])
    .documented_at("https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys");

const fn twilio(name: &'static str, schemes: &'static [Scheme]) -> Provider {
    Provider::new(name, schemes)
        .with_methods(&["POST", "GET"])
        .id_in_headers(&["i-twilio-idempotency-token"])
        .identified_by(
            Identity::Content,
            "the signed values name the call or the message",
        )
        .parses_forms()
        .asks(Questions::All)
        .answers_within_millis(15_000)
        .succeeds_with(Success::Any2xx)
}

const fn signed(code: &'static Twilio, words: &'static str) -> Scheme {
    let coverage = Coverage {
        values: true,
        ..Coverage::NONE
    };
    Scheme::with_code(code, coverage, words)
        .in_header("x-twilio-signature")
        .signing_address()
}

const SHA1: &[Scheme] = &[signed(
    &Twilio(Algorithm::HmacSha1),
    "URL, and the fields of the form or the hash of another body (HMAC-SHA-1)",
)];

const SHA256: &[Scheme] = &[signed(
    &Twilio(Algorithm::HmacSha256),
    "URL, and the fields of the form or the hash of another body (HMAC-SHA-256)",
)];
