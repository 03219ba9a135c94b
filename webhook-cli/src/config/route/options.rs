//! What a route configures apart from its secret.

use std::time::Duration;

use webhook_axum::{EndpointBuilder, Provider};
use webhook_core::IdentityPolicy;

use crate::config::entries::Entries;
use crate::config::error::EntryError;
use crate::config::server::ServerSettings;

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
    entries: &Entries,
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
    if let Some(bytes) = server.max_body_bytes {
        builder = builder.body_limit(bytes);
    }
    Ok(builder)
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
