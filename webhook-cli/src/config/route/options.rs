//! What a route configures apart from its secret.

use std::time::Duration;

use webhook_axum::{EndpointBuilder, Provider};
use webhook_core::{IdentityPolicy, ParameterKind};

use crate::config::entries::Entries;
use crate::config::error::EntryError;
use crate::config::server::{MAX_BODY_BYTES, ServerSettings};

/// Applies the settings that the provider defines. `credentials` is the one for HTTP Basic.
pub(super) fn settings(
    builder: EndpointBuilder,
    entries: &Entries,
    provider: &Provider,
    credentials: Option<String>,
) -> Result<EndpointBuilder, EntryError> {
    let mut settings = provider
        .parameters()
        .iter()
        .filter(|known| known.is_setting());
    settings.try_fold(builder, |builder, known| {
        let value = match &credentials {
            Some(pair) if known.is_basic() => Some(pair.clone()),
            _ if known.kind() == ParameterKind::Flag => {
                entries.choice(known.name())?.map(|flag| flag.to_string())
            }
            _ => entries.text(known.name())?,
        };
        Ok(match value {
            Some(value) => builder.setting(known.name(), value),
            None => builder,
        })
    })
}

/// Applies the options that are the same for every provider.
pub(super) fn options(
    mut builder: EndpointBuilder,
    route: &str,
    entries: &Entries,
    provider: &Provider,
    server: &ServerSettings,
) -> Result<EndpointBuilder, EntryError> {
    if let Some(url) = entries.text("url")? {
        builder = builder.public_url(url);
    }
    if let Some(secs) = entries.count("tolerance_secs")? {
        builder = builder.tolerance(Duration::from_secs(secs));
    }
    if let Some(policy) = identity(entries)? {
        builder = builder.identity(policy);
    }
    if let Some(name) = entries.text("parameter")? {
        builder = builder.token_parameter(name);
    }
    if let Some(token) = entries.text("verify_token")? {
        builder = builder.verify_token(token);
    }
    if let Some(bytes) = body_limit(entries, provider, server)? {
        builder = builder.body_limit(bytes);
    }
    if entries.flag("accept_offered_secret")? {
        builder = accept_offer(builder, route);
    }
    Ok(builder)
}

/// The limit of a body: the route's own, or that of the server. The server's raises every limit,
/// and lowers the usual one of 1 MiB. It does not lower a larger one: that provider documents
/// bodies of that size, and would stop sending to an endpoint that refuses them.
fn body_limit(
    entries: &Entries,
    provider: &Provider,
    server: &ServerSettings,
) -> Result<Option<usize>, EntryError> {
    if let Some(own) = entries.count(MAX_BODY_BYTES)? {
        let problem = |_| EntryError::new(MAX_BODY_BYTES, "is larger than this machine can hold");
        return usize::try_from(own).map(Some).map_err(problem);
    }
    let usual = provider.default_body_limit();
    let is_documented = usual > 1024 * 1024;
    let all = server.max_body_bytes;
    Ok(all.filter(|all| !is_documented || *all > usual))
}

/// Answers the first handshake that offers a secret. The secret is not used: anyone can send such a
/// request, so the operator compares it with what the sender's API shows.
fn accept_offer(builder: EndpointBuilder, route: &str) -> EndpointBuilder {
    let route = route.to_owned();
    builder.on_offered_secret(move |_| {
        tracing::warn!(
            route,
            "answered a handshake that offers a secret; deliveries are refused until the secret in \
             the answer of the sender's API is the `secret` of this route: write it there, remove \
             `accept_offered_secret`, and reload"
        );
        true
    })
}

fn identity(entries: &Entries) -> Result<Option<IdentityPolicy>, EntryError> {
    match entries.text("identity")?.as_deref() {
        None => Ok(None),
        Some("signed_only") => Ok(Some(IdentityPolicy::SignedOnly)),
        Some(_) => {
            let problem = r#"must be "signed_only"; remove the key for the provider's default"#;
            Err(EntryError::new("identity", problem))
        }
    }
}
