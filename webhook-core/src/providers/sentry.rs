use crate::crypto::Algorithm;
use crate::provider::{Identity, Parameter, Part, Provider, Scheme};

/// Sentry, webhooks of the integration platform.
///
/// `Sentry-Hook-Signature`: hexadecimal, HMAC-SHA-256 over the body. The key is the integration's client secret. Sentry's sample signs
/// parsed JSON, which fails on text beyond ASCII.
///
/// * `Sentry-Hook-Timestamp` is **unsigned** and not looked at. So are the id (`Request-ID`) and
///   the type (`Sentry-Hook-Resource`). An issue that is resolved, reopened and resolved again has
///   the same body, so a delivery is known by its content and that id, of which one content has at
///   most 64. The legacy "service hooks" of projects are not this.
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
