use crate::provider::{Identity, Parameter, Provider, Scheme};

/// Auth0 custom log streams.
///
/// The `Authorization` header is exactly the token of the stream. **Nothing is signed**: the token
/// only identifies the sender. A stream may have no token. Its deliveries cannot be verified, and
/// no endpoint can be built for it.
///
/// * A delivery is a batch, as JSON lines, an array or an object. The replay key comes from the
///   body. Each entry has a `log_id`. Auth0 retries up to three times.
///
/// Source: <https://auth0.com/docs/customize/log-streams/custom-log-streams>.
pub const AUTH0: Provider = Provider::new("auth0", &[Scheme::token().in_header("authorization")])
    .with_aliases(&["auth0-log-stream"])
    .id_at(&["/0/log_id", "/log_id"])
    .identified_by(Identity::Content, "a delivery is a batch of log entries")
    .type_at(&["/0/data/type", "/data/type"])
    .configured_by(&[
        Parameter::secret("token"),
        Parameter::secret("authorization"),
    ])
    .documented_at("https://auth0.com/docs/customize/log-streams/custom-log-streams");
