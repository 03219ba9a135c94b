//! The place of a stored value.

/// The place of a stored value: provider, tenant, what it is, and a number. Everything is
/// authenticated by the seal.
///
/// The numbers of a tenant at a provider rise with every write, so a later secret has a higher
/// number. They begin at 1, also after the tenant's secrets were revoked. Slots are ordered by
/// provider, tenant, setting and number, by the bytes of the texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    provider: Box<str>,
    tenant: Box<str>,
    /// Empty for a secret.
    setting: Box<str>,
    number: u64,
}

impl Slot {
    /// The place of a secret.
    #[must_use]
    pub fn secret(provider: &str, tenant: &str, number: u64) -> Self {
        Self::setting(provider, tenant, "", number)
    }

    /// The place of a setting. Without a name it is that of a secret.
    #[must_use]
    pub fn setting(provider: &str, tenant: &str, name: &str, number: u64) -> Self {
        Self {
            provider: provider.into(),
            tenant: tenant.into(),
            setting: name.into(),
            number,
        }
    }

    /// The name of the provider, such as `stripe`.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The name of the setting. Empty for a secret.
    #[must_use]
    pub fn setting_name(&self) -> &str {
        &self.setting
    }

    /// Whether it is a secret, and not a setting.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.setting.is_empty()
    }

    /// The number.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }
}
