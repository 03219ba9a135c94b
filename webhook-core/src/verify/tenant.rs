//! What a tenant has of its own.

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::ConfigError;
use crate::secret::{Secret, SecretSet, Settings};
use crate::verify::options::check_url;

/// The secrets of a tenant, and its own values of what else the provider needs. Everything else is
/// that of the endpoint which the tenant belongs to.
///
/// ```
/// use webhook_core::{Endpoint, SecretSet, TenantSecrets};
///
/// let template = Endpoint::twilio(
///     SecretSet::per_tenant(),
///     "https://example.com/webhooks/twilio/{tenant}",
/// );
/// let template = template.build()?;
///
/// // Whatever makes a `SecretSet` is enough for most providers.
/// let acme = template.for_tenant("acme", "0123456789abcdef0123456789abcdef")?;
/// let secrets = TenantSecrets::new("fedcba9876543210fedcba9876543210");
/// let initech = secrets.public_url("https://hooks.initech.example/twilio");
/// let initech = template.for_tenant("initech", initech)?;
/// # let _ = (acme, initech);
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TenantSecrets {
    pub(super) secrets: SecretSet,
    pub(super) settings: Settings,
    public_url: Option<String>,
}

impl TenantSecrets {
    /// One secret or several, as the provider's constructor takes them.
    pub fn new(secrets: impl Into<SecretSet>) -> Self {
        Self {
            secrets: secrets.into(),
            settings: Settings::default(),
            public_url: None,
        }
    }

    /// The tenant's value of a setting, such as `webhook_id` at PayPal. It takes the place of the
    /// endpoint's; see [`EndpointBuilder::setting`](crate::EndpointBuilder::setting).
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.settings.set(name, value);
        self
    }

    /// The URL that this tenant is registered with at the provider, for providers that sign it. By
    /// default it is that of the endpoint, with the tenant's name in the place of `{tenant}`. The
    /// characters that a path does not allow are percent-encoded.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// The secrets.
    #[must_use]
    pub const fn secrets(&self) -> &SecretSet {
        &self.secrets
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The same with other secrets.
    #[cfg(feature = "secret-store")]
    pub(crate) fn with_secrets(self, secrets: SecretSet) -> Self {
        Self { secrets, ..self }
    }

    /// The URL if it is the tenant's own.
    #[cfg(feature = "secret-store")]
    pub(crate) fn own_url(&self) -> Option<&str> {
        self.public_url.as_deref()
    }

    /// Whether it has no secret either, and is a template itself.
    pub(crate) const fn is_template(&self) -> bool {
        self.secrets.is_per_tenant()
    }

    /// Whether the tenant has a value of this setting.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.settings.get(name).is_some()
    }

    /// The URL if it is another than that of the endpoint.
    pub(super) fn url(
        &self,
        name: &str,
        of_endpoint: Option<&str>,
    ) -> Result<Option<Arc<str>>, ConfigError> {
        let url = match (&self.public_url, of_endpoint) {
            (Some(own), _) => own.clone(),
            (None, Some(url)) if url.contains(PLACE) => {
                let name = utf8_percent_encode(name, RESERVED).to_string();
                url.replace(PLACE, &name)
            }
            (None, _) => return Ok(None),
        };
        check_url(&url)?;
        Ok(Some(url.into()))
    }
}

/// Where a tenant's name goes in a URL.
const PLACE: &str = "{tenant}";

/// Everything but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl<S: Into<SecretSet>> From<S> for TenantSecrets {
    fn from(secrets: S) -> Self {
        Self::new(secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_encoded_in_the_url() {
        let url = |name: &str| {
            let secrets = TenantSecrets::new("0123456789abcdef");
            let url = secrets.url(name, Some("https://a.example/{tenant}/x"));
            url.map(|url| url.map(|url| url.to_string()).unwrap_or_default())
        };
        assert_eq!(url("acme-1_~."), Ok("https://a.example/acme-1_~./x".into()));
        assert_eq!(url("a/ü?"), Ok("https://a.example/a%2F%C3%BC%3F/x".into()));
        let fixed = TenantSecrets::new("0123456789abcdef").url("a", Some("https://a.example/x"));
        assert_eq!(fixed, Ok(None));
    }
}
