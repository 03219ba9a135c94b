//! Secrets from files.

use std::fs;
use std::path::Path;

use webhook_axum::SecretSet;

use crate::Failure;

/// The secrets of each provider, newest first. Each of them verifies.
#[derive(Clone, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "the application owns it")]
pub struct Secrets {
    /// Stripe: one for each endpoint in the dashboard, and old ones during a rotation.
    pub stripe: SecretSet,
    /// GitHub.
    pub github: SecretSet,
    /// Slack: the app's signing secret.
    pub slack: SecretSet,
    /// Shopify: the app's client secret.
    pub shopify: SecretSet,
    /// Square: the subscription's signature key.
    pub square: SecretSet,
}

impl Secrets {
    /// Reads one file for each provider, one secret a line.
    ///
    /// # Errors
    ///
    /// A file cannot be read. [`Receivers::new`](crate::Receivers::new) checks the secrets.
    pub fn read(directory: &Path) -> Result<Self, Failure> {
        let read = |provider| -> Result<SecretSet, Failure> {
            let file = directory.join(provider);
            let text = fs::read_to_string(&file)
                .map_err(|error| format!("secrets of {provider}: {}: {error}", file.display()))?;
            Ok(text.lines().collect())
        };
        Ok(Self {
            stripe: read("stripe")?,
            github: read("github")?,
            slack: read("slack")?,
            shopify: read("shopify")?,
            square: read("square")?,
        })
    }
}
