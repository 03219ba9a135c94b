//! Secrets from files.

use std::fs;
use std::path::Path;

use webhook_axum::SecretSet;

use crate::Failure;

/// The secrets of each provider, newest first. All of them count.
#[derive(Clone, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "an application's own")]
pub struct Secrets {
    /// Of Stripe: one for each endpoint in the dashboard that sends here, and old ones while they are rolled.
    pub stripe: SecretSet,
    /// Of GitHub.
    pub github: SecretSet,
    /// Of Slack: the app's signing secret.
    pub slack: SecretSet,
    /// Of Shopify: the app's client secret.
    pub shopify: SecretSet,
    /// Of Square: the subscription's signature key.
    pub square: SecretSet,
}

impl Secrets {
    /// Reads one file for each provider, one secret a line.
    ///
    /// # Errors
    ///
    /// The file that cannot be read. Whether what is in it is a usable secret is found where it meets its provider.
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
