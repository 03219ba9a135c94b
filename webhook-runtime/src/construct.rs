use webhook_core::{Endpoint, EndpointBuilder};

/// Builds an endpoint, for constructors of adapters that cannot fail.
///
/// ```should_panic
/// use webhook_core::Endpoint;
///
/// // "webhook endpoint: …": the text says why, and does not contain the secret.
/// webhook_runtime::build_or_panic(Endpoint::stripe(""));
/// ```
///
/// # Panics
///
/// If a secret or a setting cannot be used. The panic has the place of the caller.
#[must_use]
#[track_caller]
pub fn build_or_panic(builder: EndpointBuilder) -> Endpoint {
    match builder.build() {
        Ok(endpoint) => endpoint,
        Err(error) => panic!("webhook endpoint: {error}"),
    }
}
