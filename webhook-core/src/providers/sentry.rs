use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Sentry webhooks of the integration platform.
///
/// `Sentry-Hook-Signature` is a hex HMAC-SHA-256 over the body. The secret is the integration's
/// client secret. Sentry's sample signs parsed JSON, which fails for non-ASCII text.
///
/// * `Sentry-Hook-Timestamp` is **unsigned** and ignored. The id (`Request-ID`) and the type
///   (`Sentry-Hook-Resource`) are unsigned too. An issue that is resolved, reopened and resolved
///   again has the same body. So the replay key comes from the body and that id, with at most 64
///   ids for one body. The legacy "service hooks" of projects are not supported here.
///
/// Source: <https://docs.sentry.io/organization/integrations/integration-platform/webhooks/>.
pub const SENTRY: Provider = Provider::new(
    "sentry",
    &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("sentry-hook-signature")],
)
.id_in_headers(&["request-id"])
.type_in_headers(&["sentry-hook-resource"])
.identified_by(
    Identity::labels(&["request-id"], 64),
    "an issue that is resolved, reopened and resolved again has the same body",
)
.configured_by(&[
    Parameter::secret("client_secret"),
    Parameter::identifier("client_id"),
])
.documented_at("https://docs.sentry.io/organization/integrations/integration-platform/webhooks/");
