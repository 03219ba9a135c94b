//! What a verifier needs to know beyond provider and secrets.

use std::time::Duration;

use crate::error::ConfigError;
use crate::provider::Provider;
use crate::secret::Settings;
use crate::time::Tolerance;

/// What a [`Verifier`](crate::Verifier) needs to know beyond provider and secrets.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The public URL of the endpoint, without query; needed where it is signed.
    pub public_url: Option<String>,
    /// Another tolerance than the provider's.
    pub tolerance: Option<Tolerance>,
    /// Another query parameter for the token than the provider's.
    pub token_parameter: Option<String>,
    /// What the provider needs beside its secrets.
    pub settings: Settings,
    /// Whether there is a source of keys, so that none need be configured.
    pub(crate) fetches_keys: bool,
}

pub(super) fn check_options(provider: &Provider, options: &Options) -> Result<(), ConfigError> {
    match &options.public_url {
        None if provider.signs_url() => return Err(ConfigError::MissingUrl),
        Some(url) if !is_public_url(url) => return Err(ConfigError::InvalidUrl),
        _ => {}
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

fn is_public_url(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'?' && b != b'#')
    })
}
