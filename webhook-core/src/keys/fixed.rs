//! Configured key documents.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::keys::{KeyError, KeyQuery, KeySource};

/// Key documents by name, for tests and for machines without a network.
///
/// ```
/// use webhook_core::{Endpoint, SecretSet, keys::StaticKeys};
///
/// let jwk = r#"{"kty":"EC","crv":"P-256","kid":"key-1",
///     "x":"Nxe_BNpdTkdjd8ge-UvNw1pn0yIaP8yQEa1-7rzxZbw",
///     "y":"5_oDNb2XZY_16diura7cOHq7NL68ANH1T-B8upQfET0"}"#;
/// let keys = StaticKeys::new().with("key-1", jwk);
/// Endpoint::plaid(SecretSet::fetched()).keys(keys).build()?;
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct StaticKeys(BTreeMap<String, Bytes>);

impl StaticKeys {
    /// Creates an empty source.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a document, under its URL or under the id of a key that has no URL.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, document: impl Into<Bytes>) -> Self {
        self.0.insert(name.into(), document.into());
        self
    }
}

impl KeySource for StaticKeys {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        Ok(self.0.get(query.document()).cloned())
    }
}
