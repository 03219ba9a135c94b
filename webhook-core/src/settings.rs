//! What an endpoint is configured with beside its secrets, under the names a provider gives it.

use std::fmt;

use crate::error::{ConfigError, SecretProblem};
use crate::parameter::Parameter;
use crate::provider::Provider;
use crate::secret::{KeyFormat, Secret, check_text};

/// Values a provider needs beside its secrets, such as `access_key`. All are kept as secrets are: wiped on drop, and not shown.
///
/// [`Provider::required_settings`] and [`Provider::optional_settings`] name them.
#[derive(Clone, Default)]
pub struct Settings(Vec<(String, Secret)>);

impl Settings {
    /// Sets a value, in place of one of the same name.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Secret>) {
        let name = name.into();
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.into()));
    }

    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        let mut known = self.0.iter();
        let found = known.find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_bytes())
    }

    /// A value that is required, and so was found there when the endpoint was built.
    pub(crate) fn required(&self, name: &str) -> &[u8] {
        self.get(name).unwrap_or_default()
    }

    /// Whether all that the provider needs is there, nothing else is, and all of it is usable.
    pub(crate) fn check(&self, provider: &Provider) -> Result<(), ConfigError> {
        for (name, value) in &self.0 {
            let mut known = provider.parameters().iter();
            let known = known.find(|known| known.is_setting() && known.name() == name);
            let known = known.ok_or_else(|| ConfigError::UnknownSetting { name: name.clone() })?;
            check_value(known, value).map_err(|problem| ConfigError::Setting {
                name: known.name(),
                problem,
            })?;
        }
        match provider
            .required_settings()
            .find(|name| self.get(name).is_none())
        {
            Some(name) => Err(ConfigError::MissingSetting { name }),
            None => Ok(()),
        }
    }
}

/// Lines may be several: keys and certificates are written so.
fn check_value(parameter: &Parameter, value: &Secret) -> Result<(), SecretProblem> {
    let text = value.as_bytes();
    if text.contains(&b'\n') {
        let control = |byte: &u8| byte.is_ascii_control() && !b"\n\r\t".contains(byte);
        return match text.iter().any(control) {
            true => Err(SecretProblem::ControlCharacter),
            false if text.trim_ascii().is_empty() => Err(SecretProblem::Empty),
            false => Ok(()),
        };
    }
    match parameter.is_public() {
        true => check_text(text),
        false => KeyFormat::Utf8.decode(value).map(|_| ()),
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}
