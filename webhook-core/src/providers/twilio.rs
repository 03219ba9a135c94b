use crate::crypto::Algorithm;
use crate::provider::{Coverage, Identity, Parameter, Provider, Questions, Scheme, Success};
use crate::verify::custom::url_and_form::Twilio;

/// Twilio.
///
/// `X-Twilio-Signature`: base64, HMAC-SHA-1 over the URL with its query and then, for a form, the name and value of every field,
/// decoded, in byte order, each pair once and nothing between them. Any other body comes with `bodySHA256` in the query: the URL alone is
/// signed then, and the body has to have that hash. The key is the primary auth token.
///
/// * The URL is signed as Twilio knows it, but for its port: with and without one are both tried.
/// * **Names, values and query are signed without a mark between them.** `a=bc` and `ab=c` are the
///   same to the signature, and so are `?x=a` before `b=c` and `?x=` before `ab=c`: not every byte
///   of a form or a query is covered, and [`Coverage::body`] and [`Coverage::url`] are false with a
///   form. They are true where `bodySHA256` was checked, which has to be the last of the query: in
///   the middle, it could have been what somebody wrote into a field of a form.
/// * Nothing of a time is signed; `I-Twilio-Idempotency-Token` is an unsigned label. Twilio waits
///   for the instructions that the answer gives (TwiML), so a copy is not answered as a duplicate:
///   it runs again, after the first has ended.
/// * 15 s to answer, retries within them: one after a failed connection, and what the URL's fragment asks for. Leave the fragment out of
///   the public URL.
/// * Any 2xx is success.
///
/// Source: <https://www.twilio.com/docs/usage/webhooks/webhooks-security>, and twilio@6.2.0 (npm) and twilio 9.13.0 (PyPI), whose tests
/// are among the vectors.
pub const TWILIO: Provider = twilio("twilio", SHA1)
    .configured_by(&[
        Parameter::secret("auth_token"),
        Parameter::identifier("account_sid"),
    ])
    .documented_at("https://www.twilio.com/docs/usage/webhooks/webhooks-security");

/// Twilio with a shared key instead of the auth token, a public beta: as [`TWILIO`], with HMAC-SHA-256.
///
/// `X-Twilio-Webhooks-Signature-Settings` has to say `algorithm=HMAC_SHA256`. It is not signed, so it chooses nothing: a delivery that
/// names another algorithm, or none, is refused.
///
/// Source: <https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys> and twilio 9.13.0 (PyPI).
pub const TWILIO_SHARED_KEY: Provider = twilio("twilio-shared-key", SHA256)
    .configured_by(&[
        Parameter::secret("shared_key_secret"),
        Parameter::identifier("shared_key_id"),
        Parameter::identifier("account_sid"),
    ])
    .documented_at("https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys");

const fn twilio(name: &'static str, schemes: &'static [Scheme]) -> Provider {
    Provider::new(name, schemes)
        .id_in_headers(&["i-twilio-idempotency-token"])
        .identified_by(
            Identity::Content,
            "what is signed of the request names the call or the message",
        )
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
    "URL, and the fields of a form or the hash of another body (HMAC-SHA-1)",
)];

const SHA256: &[Scheme] = &[signed(
    &Twilio(Algorithm::HmacSha256),
    "URL, and the fields of a form or the hash of another body (HMAC-SHA-256)",
)];
