//! A credential beside the proof: what some senders put into a header as well, if one asks them to.

use zeroize::Zeroizing;

use crate::algorithm::constant_time_eq;
use crate::error::{ConfigError, RejectionKind, SecretProblem};
use crate::head::Head;
use crate::provider::Provider;
use crate::secret::{KeyFormat, Secret};
use crate::settings::Settings;
use crate::verifier::{basic_credentials, once};

/// A header that has to hold the value of a setting, where that is configured. Where it is not, the header is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Companion {
    /// In lower case.
    pub(crate) header: &'static str,
    pub(crate) setting: &'static str,
    /// Whether it is HTTP Basic authentication (RFC 7617), of `username:password`.
    pub(crate) basic: bool,
}

impl Companion {
    /// A text, as it is.
    pub(crate) const fn text(header: &'static str, setting: &'static str) -> Self {
        Self {
            header,
            setting,
            basic: false,
        }
    }

    /// Credentials in `Authorization`.
    pub(crate) const fn basic(setting: &'static str) -> Self {
        Self {
            header: "authorization",
            setting,
            basic: true,
        }
    }

    /// The value of the header, as a sender writes it.
    pub(crate) fn written(self, settings: &Settings) -> Option<String> {
        let value = settings.get(self.setting)?;
        Some(match self.basic {
            true => crate::signer::basic(value),
            false => String::from_utf8_lossy(value).into_owned(),
        })
    }
}

/// A companion that is configured.
pub(crate) struct Expected {
    companion: Companion,
    value: Zeroizing<Vec<u8>>,
}

impl Expected {
    /// Those of a provider that are configured.
    pub(crate) fn all(provider: &Provider, settings: &Settings) -> Result<Vec<Self>, ConfigError> {
        let known = provider.companions().iter();
        let configured = known.filter_map(|companion| {
            let value = settings.get(companion.setting)?;
            Some(
                Self::new(*companion, value).map_err(|problem| ConfigError::Setting {
                    name: companion.setting,
                    problem,
                }),
            )
        });
        configured.collect()
    }

    fn new(companion: Companion, value: &[u8]) -> Result<Self, SecretProblem> {
        let format = match companion.basic {
            true => KeyFormat::Basic,
            false => KeyFormat::Utf8,
        };
        let text = std::str::from_utf8(value).map_err(|_| SecretProblem::ControlCharacter)?;
        let value = format.decode(&Secret::from(text))?;
        Ok(Self { companion, value })
    }

    /// Whether a request has it, once.
    pub(crate) fn check(&self, head: &Head<'_>) -> Result<(), RejectionKind> {
        let sent = once(head, self.companion.header)?;
        let matches = match self.companion.basic {
            true => constant_time_eq(&self.value, &basic_credentials(sent)?),
            false => constant_time_eq(&self.value, sent),
        };
        match matches {
            true => Ok(()),
            false => Err(RejectionKind::BadSignature),
        }
    }
}
