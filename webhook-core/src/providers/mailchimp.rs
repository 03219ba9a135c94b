use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::provider::{Challenge, Handshake, Identity, Parameter, Part, Provider, Reply, Scheme};
use crate::time::TimeUnit;

/// Mailchimp Marketing webhooks of an audience, with a signature.
///
/// `X-Mailchimp-Signature: t=<seconds>,v1=<hex>` is an HMAC-SHA-256 over `t`, a dot and the body.
/// The secret is the signing secret that Mailchimp shows once, when the webhook is created. Its
/// text is the key.
///
/// * **Webhooks from before Mailchimp signed have no signing secret** and are refused: create the
///   webhook again, or use [`MAILCHIMP_URL_SECRET`]. `signing_enabled` in the API says which kind a
///   webhook is. These are two providers, so that no sender can choose the weaker one.
/// * Mailchimp's page advises a tolerance of 300 s. The default is that, in both directions.
/// * The body is a form, with names like `data[email]` and the event type in `type`. A delivery has
///   no id: `type`, `data[id]` and `fired_at` identify an event, so the replay key comes from the
///   body.
/// * Mailchimp checks the URL with a GET before it accepts it. The answer is 200, and no handler
///   runs. Mailchimp's pages say so of batch webhooks, and independent implementations of these
///   too.
/// * Mailchimp waits 10 s for an answer, and retries over 75 minutes. The pages do not say whether
///   a retry is signed anew.
/// * Mailchimp Transactional is another product: see [`MANDRILL`](super::MANDRILL).
///
/// Source: <https://mailchimp.com/developer/marketing/api-concepts/webhooks/>, and its source in
/// <https://github.com/mailchimp/fern-marketing-api-docs> (read on 2026-11-30).
pub const MAILCHIMP: Provider = common(Provider::new(
    "mailchimp",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("x-mailchimp-signature")
    .pairs(b',', "v1")
    .time_in_pair("t", TimeUnit::Seconds)],
))
.with_aliases(&["mailchimp-marketing"])
.configured_by(&[Parameter::secret("signing_secret")])
.hints(&[(
    RejectionKind::MissingHeader,
    "a webhook from before Mailchimp signed sends no signature: create it again",
)]);

/// Mailchimp Marketing webhooks that are not signed, with a secret in the URL; otherwise like
/// [`MAILCHIMP`].
///
/// Register `https://…?secret=…` with a long random text. **Nothing is signed**: the secret only
/// identifies the sender, and access logs on the path contain it. With another name of the
/// parameter, call [`token_parameter`](crate::EndpointBuilder::token_parameter). Prefer the signed
/// webhooks.
///
/// * The GET that checks the URL is answered with and without the secret: it changes nothing.
///
/// Source: as of [`MAILCHIMP`]. The page recommends a secret in the URL, and names no parameter.
pub const MAILCHIMP_URL_SECRET: Provider = common(Provider::new(
    "mailchimp-url-secret",
    &[Scheme::token().in_query("secret")],
))
.identified_by(
    Identity::Content,
    "a delivery has no id; the body has the time of the event",
)
.configured_by(&[Parameter::secret("url_secret")]);

const fn common(provider: Provider) -> Provider {
    provider
        .parses_forms()
        .answers(Handshake::new(Challenge::Method("GET"), Reply::Status(200)))
        .answers_within_millis(10_000)
        .retries_for_secs(75 * 60)
        .documented_at("https://mailchimp.com/developer/marketing/api-concepts/webhooks/")
}
