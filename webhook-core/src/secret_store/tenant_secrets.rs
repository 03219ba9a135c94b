//! What a tenant has at a provider.

use crate::secret::{Secret, SecretSet, Settings};
use crate::time::UnixTime;

/// The secrets of a tenant at one provider, and the settings that the provider needs in addition.
///
/// The secrets keep the text that the tenant pasted. A tenant whose keys are fetched has
/// [`SecretSet::fetched`].
///
/// ```
/// use webhook_core::{SecretSet, secret_store::TenantSecrets};
///
/// let paypal = TenantSecrets::new(SecretSet::fetched()).setting("webhook_id",
/// "8PT597110X687430L"); assert_eq!(format!("{:?}", paypal.settings()), r#"{"webhook_id"}"#);
/// ```
#[derive(Clone, Debug)]
pub struct TenantSecrets {
    pub(super) secrets: SecretSet,
    pub(super) settings: Settings,
    pub(super) next_end: Option<UnixTime>,
}

impl TenantSecrets {
    /// These secrets, without settings. The first one should be that which most deliveries have.
    #[must_use]
    pub fn new(secrets: impl Into<SecretSet>) -> Self {
        Self {
            secrets: secrets.into(),
            settings: Settings::default(),
            next_end: None,
        }
    }

    /// Adds a setting under the provider's name for it, such as `webhook_id`.
    #[must_use]
    pub fn setting(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.settings.set(name, value);
        self
    }

    /// The secrets. From a store: the current ones first, then the previous ones that still count.
    #[must_use]
    pub const fn secrets(&self) -> &SecretSet {
        &self.secrets
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// When the next previous secret ends, by the clock of the table. A cache should not keep the
    /// secrets for longer.
    #[must_use]
    pub const fn next_end(&self) -> Option<UnixTime> {
        self.next_end
    }

    /// The secrets and the settings.
    #[must_use]
    pub fn into_parts(self) -> (SecretSet, Settings) {
        (self.secrets, self.settings)
    }
}
