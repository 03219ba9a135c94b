//! The settings of an endpoint in addition to its secrets, under the provider's names for them.

use std::fmt;

use crate::secret::Secret;

/// Values that a provider needs in addition to its secrets, such as `access_key`.
///
/// All are handled like secrets: wiped on drop, and not shown in `Debug`.
/// [`Provider::required_settings`](crate::Provider::required_settings) and
/// [`Provider::optional_settings`](crate::Provider::optional_settings) list their names.
#[derive(Clone, Default)]
pub struct Settings(Vec<(String, Secret)>);

impl Settings {
    /// Sets a value, and replaces an earlier one of the same name.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Secret>) {
        let name = name.into();
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.into()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets all values of `others`.
    pub(crate) fn extend(&mut self, others: &Self) {
        for (name, value) in &others.0 {
            self.set(name.as_str(), value.clone());
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        let mut known = self.0.iter();
        let found = known.find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_bytes())
    }

    /// Whether a flag is set.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.get(name) == Some(b"true")
    }

    /// The value of a required setting. It is present, because building the endpoint checks this.
    pub(crate) fn required(&self, name: &str) -> &[u8] {
        self.get(name).unwrap_or_default()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}
