//! The options of a verifier.

use std::time::Duration;

use crate::error::ConfigError;
use crate::provider::Provider;
use crate::secret::Settings;
use crate::time::Tolerance;

/// The options of a [`Verifier`](crate::Verifier) in addition to provider and secrets.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The public URL of the endpoint, without query. Required if it is signed.
    pub public_url: Option<String>,
    /// Overrides the provider's tolerance.
    pub tolerance: Option<Tolerance>,
    /// Overrides the provider's query parameter for the token.
    pub token_parameter: Option<String>,
    /// Values that the provider needs in addition to its secrets.
    pub settings: Settings,
    /// Whether a key source is configured, so that no key has to be.
    pub(crate) fetches_keys: bool,
}

pub(super) fn check_options(provider: &Provider, options: &Options) -> Result<(), ConfigError> {
    match &options.public_url {
        None if provider.signs_url() => return Err(ConfigError::MissingUrl),
        None => {}
        Some(url) => check_url(url)?,
    }
    if let Some(tolerance) = options.tolerance {
        let shortest = Duration::from_secs(1);
        if !provider.signs_time() || tolerance.past < shortest || tolerance.future < shortest {
            return Err(ConfigError::InvalidTolerance);
        }
    }
    provider.check_settings(&options.settings)?;
    match &options.token_parameter {
        Some(_) if !provider.token_in_query() => Err(ConfigError::NoTokenParameter),
        Some(name) if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) => {
            Err(ConfigError::InvalidTokenParameter)
        }
        _ => Ok(()),
    }
}

/// Checks a public URL.
pub(super) fn check_url(url: &str) -> Result<(), ConfigError> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_public = rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'?' && b != b'#')
    });
    match is_public {
        true => Ok(()),
        false => Err(ConfigError::InvalidUrl),
    }
}
