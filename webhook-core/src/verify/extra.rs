//! Credentials and key ids in a header in addition to the signature.

use zeroize::Zeroizing;

use crate::crypto::constant_time_eq;
use crate::error::{ConfigError, RejectionKind, SecretProblem};
use crate::provider::{ExtraCredential, Parameter, Provider};
use crate::request::{Head, basic};
use crate::secret::{KeyFormat, Secret, Settings, check_text};

/// A configured extra credential.
pub(crate) struct ExpectedCredential {
    companion: ExtraCredential,
    /// The accepted values.
    values: Vec<Zeroizing<Vec<u8>>>,
}

impl ExpectedCredential {
    /// The configured extra credentials of a provider.
    pub(crate) fn all(provider: &Provider, settings: &Settings) -> Result<Vec<Self>, ConfigError> {
        let parameters = provider.parameters().iter();
        let configured = parameters.filter_map(|parameter| {
            let (companion, value) = (parameter.companion()?, settings.get(parameter.name())?);
            let values = parameter
                .values(value)
                .map(|value| decoded(parameter, value));
            let values = values.collect::<Result<_, _>>();
            Some(match values {
                Ok(values) => Ok(Self { companion, values }),
                Err(problem) => Err(ConfigError::Setting {
                    name: parameter.name(),
                    problem,
                }),
            })
        });
        configured.collect()
    }

    /// Checks that a request has the credential exactly once.
    pub(crate) fn check(&self, head: &Head<'_>) -> Result<(), RejectionKind> {
        let sent = head.header(self.companion.header)?;
        let decoded;
        let sent = match self.companion.basic {
            true => {
                decoded = basic::read(sent)?;
                &decoded
            }
            false => sent,
        };
        let is_sent = |value: &Zeroizing<Vec<u8>>| constant_time_eq(value, sent);
        let mut values = self.values.iter();
        match values.any(is_sent) {
            true => Ok(()),
            false => Err(RejectionKind::BadSignature),
        }
    }
}

fn decoded(parameter: &Parameter, value: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretProblem> {
    if parameter.is_public() {
        return check_text(value).map(|()| Zeroizing::new(value.to_vec()));
    }
    let format = match parameter.is_basic() {
        true => KeyFormat::Basic,
        false => KeyFormat::Utf8,
    };
    format.decode(&Secret::from(value))
}
