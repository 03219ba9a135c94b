//! A value in a header beside the proof: credentials that some senders add if one asks them to, and
//! names of keys.

use zeroize::Zeroizing;

use crate::algorithm::constant_time_eq;
use crate::error::{ConfigError, RejectionKind, SecretProblem};
use crate::head::Head;
use crate::parameter::{Parameter, ParameterKind};
use crate::provider::Provider;
use crate::secret::{KeyFormat, Secret, check_text};
use crate::settings::Settings;
use crate::verifier::{basic_credentials, once};

/// A header that has to hold the value of a parameter, where that is configured. Where it is not,
/// the header is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Companion {
    /// In lower case.
    pub(crate) header: &'static str,
    /// Whether it is HTTP Basic authentication (RFC 7617), of `username:password`.
    pub(crate) basic: bool,
}

impl Companion {
    /// A text, as it is.
    pub(crate) const fn text(header: &'static str) -> Self {
        crate::scheme::assert_header_name(header);
        Self {
            header,
            basic: false,
        }
    }

    /// Credentials in `Authorization`.
    pub(crate) const fn basic() -> Self {
        Self {
            header: "authorization",
            basic: true,
        }
    }
}

/// The header of a parameter with its configured value, as a sender writes it.
pub(crate) fn written(parameter: &Parameter, settings: &Settings) -> Option<(String, String)> {
    let (companion, value) = (parameter.companion()?, settings.get(parameter.name())?);
    let value = match companion.basic {
        true => crate::signer::basic(value),
        false => {
            let first = values(parameter, value).next().unwrap_or_default();
            String::from_utf8_lossy(first).into_owned()
        }
    };
    Some((companion.header.to_owned(), value))
}

/// An identifier may be a list; a secret may have commas in it.
fn values<'v>(parameter: &Parameter, value: &'v [u8]) -> impl Iterator<Item = &'v [u8]> {
    let is_list = parameter.kind() == ParameterKind::Identifier;
    let values = value.split(move |&byte| is_list && byte == b',');
    values.map(move |value| if is_list { value.trim_ascii() } else { value })
}

/// A companion that is configured.
pub(crate) struct Expected {
    companion: Companion,
    /// Any of them will do.
    values: Vec<Zeroizing<Vec<u8>>>,
}

impl Expected {
    /// Those of a provider that are configured.
    pub(crate) fn all(provider: &Provider, settings: &Settings) -> Result<Vec<Self>, ConfigError> {
        let parameters = provider.parameters().iter();
        let configured = parameters.filter_map(|parameter| {
            let (companion, value) = (parameter.companion()?, settings.get(parameter.name())?);
            let values = values(parameter, value).map(|value| decoded(parameter, value));
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

    /// Whether a request has it, once.
    pub(crate) fn check(&self, head: &Head<'_>) -> Result<(), RejectionKind> {
        let sent = once(head, self.companion.header)?;
        let decoded;
        let sent = match self.companion.basic {
            true => {
                decoded = basic_credentials(sent)?;
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
