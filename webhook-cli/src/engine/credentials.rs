//! User names and passwords of engines, and URLs without them.

use super::EngineSettings;
use crate::config::EntryError;

pub(super) const USERNAME: &str = "username";
pub(super) const PASSWORD: &str = "password";

/// `username` and `password`, which belong together.
pub(super) fn pair(settings: &EngineSettings<'_>) -> Result<Option<(String, String)>, EntryError> {
    let missing = |key: &str, given: &str| {
        let problem = format!("is missing: {given:?} needs it");
        Err(EntryError::new(key, problem))
    };
    match (settings.text(USERNAME)?, settings.text(PASSWORD)?) {
        (None, None) => Ok(None),
        (Some(_), None) => missing(PASSWORD, USERNAME),
        (None, Some(_)) => missing(USERNAME, PASSWORD),
        (Some(username), Some(password)) => Ok(Some((username, password))),
    }
}

/// A URL in its parts.
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    /// What stands before the `@`.
    pub(super) userinfo: Option<&'a str>,
    pub(super) host_and_port: &'a str,
    /// The path and what follows it.
    pub(super) rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Splits a URL, which may lack its scheme.
    pub(super) fn of(url: &'a str, scheme: &'a str) -> Self {
        let (scheme, after) = url.split_once("://").unwrap_or((scheme, url));
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let (userinfo, host_and_port) = match authority.rsplit_once('@') {
            Some((userinfo, host_and_port)) => (Some(userinfo), host_and_port),
            None => (None, authority),
        };
        Self {
            scheme,
            userinfo,
            host_and_port,
            rest,
        }
    }

    /// What may be shown.
    pub(super) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.host_and_port)
    }
}
