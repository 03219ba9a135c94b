//! The secrets of a route.

use webhook_axum::Provider;
use webhook_core::{Parameter, ParameterKind};

use crate::catalogue::is_public;
use crate::config::entries::Entries;
use crate::config::error::EntryError;

/// A secret, and the key that it was configured with.
pub(super) struct ConfiguredSecret {
    pub(super) key: String,
    pub(super) secret: String,
}

/// The secrets of a route, in the order of their key slots. `credentials` is one of them.
pub(super) fn all(
    entries: &Entries,
    provider: &Provider,
    credentials: Option<String>,
) -> Result<Vec<ConfiguredSecret>, EntryError> {
    let public = is_public(provider).then_some("public_key");
    let own = provider.parameters().iter();
    let own = own.filter(|known| known.kind() == ParameterKind::Secret);
    let names = ["secret", "next_secret"].into_iter().chain(public);
    let mut all = Vec::new();
    for name in names.chain(own.map(Parameter::name)) {
        let secret = entries.text(name)?;
        all.extend(secret.map(|secret| (name.to_owned(), secret)));
        if name == "secret" {
            let more = entries.texts("secrets")?.into_iter().enumerate();
            all.extend(more.map(|(at, secret)| (format!("secrets[{at}]"), secret)));
        }
    }
    all.extend(credentials.map(|pair| ("username".to_owned(), pair)));
    let secrets = all.into_iter();
    Ok(secrets
        .map(|(key, secret)| ConfiguredSecret { key, secret })
        .collect())
}

/// `username` and `password` as one text: the secret, or an extra secret of the provider.
pub(super) fn credentials(
    entries: &Entries,
    provider: &Provider,
) -> Result<Option<String>, EntryError> {
    let missing = |key: &str, given: &str| {
        let problem = format!("is missing: {given:?} needs it");
        Err(EntryError::new(key, problem))
    };
    let pair = match (entries.text("username")?, entries.text("password")?) {
        (None, None) => return Ok(None),
        (Some(_), None) => return missing("password", "username"),
        (None, Some(_)) => return missing("username", "password"),
        // RFC 7617 §2: the first colon ends the user name.
        (Some(username), Some(_)) if username.contains(':') => {
            let problem = "contains a colon, which HTTP Basic does not allow in a user name";
            return Err(EntryError::new("username", problem));
        }
        (Some(username), Some(password)) => format!("{username}:{password}"),
    };
    // One key of the provider can hold both.
    let mut parameters = provider.parameters().iter();
    match parameters.find(|known| known.is_basic()) {
        Some(both) if entries.text(both.name())?.is_some() => {
            let problem = r#"is given twice: remove it, or "username" and "password""#;
            Err(EntryError::new(both.name(), problem))
        }
        _ => Ok(Some(pair)),
    }
}

/// The secrets of all routes so far, to find a secret that two routes share.
#[derive(Default)]
pub(super) struct SharedSecrets(Vec<(String, ConfiguredSecret)>);

impl SharedSecrets {
    /// Adds the secrets of a route. Warns of each that another route has.
    pub(super) fn add(&mut self, route: &str, secrets: Vec<ConfiguredSecret>) {
        for (other, earlier) in &self.0 {
            if secrets.iter().any(|later| later.secret == earlier.secret) {
                tracing::warn!(
                    route,
                    other,
                    "two routes have the same secret: use a different secret for each"
                );
            }
        }
        let secrets = secrets.into_iter();
        self.0
            .extend(secrets.map(|secret| (route.to_owned(), secret)));
    }
}
