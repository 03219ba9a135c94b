//! One or more secrets.

use crate::secret::Secret;

/// One or more secrets, as the constructors take them.
///
/// Configure several during a rotation. A delivery is genuine if any of them verifies it.
/// [`Proof::key_slot`](crate::Proof::key_slot) says which one did, so that you know when an old one
/// can be removed.
///
/// ```
/// use webhook_core::{Endpoint, SecretSet};
///
/// Endpoint::stripe("whsec_current-secret-0001").build()?;
/// Endpoint::stripe(["whsec_next-secret-000001", "whsec_current-secret-0001"]).build()?;
/// assert!(Endpoint::stripe(SecretSet::default()).build().is_err());
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SecretSet {
    secrets: Vec<Secret>,
    source: Source,
}

/// Where the secrets come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Source {
    #[default]
    Configured,
    /// The keys are fetched, so none has to be configured.
    Fetched,
    /// Each tenant has its own.
    PerTenant,
}

impl SecretSet {
    /// The maximum number of secrets per endpoint. Each costs one hash over every body.
    pub const MAX: usize = 8;

    /// No secret: the provider's public keys are fetched by the source passed to
    /// [`EndpointBuilder::keys`](crate::EndpointBuilder::keys).
    ///
    /// ```
    /// use webhook_core::{Endpoint, SecretSet, StaticKeys};
    ///
    /// let builder = Endpoint::plaid(SecretSet::fetched());
    /// assert!(builder.clone().build().is_err(), "no key source is configured");
    /// builder.keys(StaticKeys::new()).build()?;
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    #[must_use]
    pub const fn fetched() -> Self {
        Self {
            secrets: Vec::new(),
            source: Source::Fetched,
        }
    }

    /// No secret: each tenant has its own. An endpoint with it is the template of
    /// [`Endpoint::for_tenant`](crate::Endpoint::for_tenant), and refuses every delivery itself. A
    /// setting that the provider requires is the tenants' own, unless the template has it.
    ///
    /// ```
    /// use webhook_core::{Endpoint, SecretSet};
    ///
    /// let template = Endpoint::stripe(SecretSet::per_tenant()).build()?;
    /// let acme = template.for_tenant("acme", "whsec_0123456789abcdef")?;
    /// # let _ = acme;
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    #[must_use]
    pub const fn per_tenant() -> Self {
        Self {
            secrets: Vec::new(),
            source: Source::PerTenant,
        }
    }

    pub(crate) fn as_slice(&self) -> &[Secret] {
        &self.secrets
    }

    pub(crate) const fn is_fetched(&self) -> bool {
        matches!(self.source, Source::Fetched)
    }

    pub(crate) const fn is_per_tenant(&self) -> bool {
        matches!(self.source, Source::PerTenant)
    }
}

impl<S: Into<Secret>> From<S> for SecretSet {
    fn from(secret: S) -> Self {
        Self::from_iter([secret])
    }
}

impl<S: Into<Secret>> From<Vec<S>> for SecretSet {
    fn from(secrets: Vec<S>) -> Self {
        secrets.into_iter().collect()
    }
}

impl<S: Into<Secret>, const N: usize> From<[S; N]> for SecretSet {
    fn from(secrets: [S; N]) -> Self {
        secrets.into_iter().collect()
    }
}

impl<S: Into<Secret>> FromIterator<S> for SecretSet {
    fn from_iter<I: IntoIterator<Item = S>>(secrets: I) -> Self {
        Self {
            secrets: secrets.into_iter().map(Into::into).collect(),
            source: Source::Configured,
        }
    }
}

impl<S: Clone + Into<Secret>> From<&[S]> for SecretSet {
    fn from(secrets: &[S]) -> Self {
        secrets.iter().cloned().collect()
    }
}
