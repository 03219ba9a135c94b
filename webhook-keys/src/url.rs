//! The one form of URL that is accepted.

use reqwest::Url;

use crate::error::FetchError;

/// Parses a URL of the form `https`, host name, path and query, in its one normal spelling.
pub(crate) fn parse(text: &str) -> Result<Url, FetchError> {
    let url = Url::parse(text).map_err(|_| FetchError::Url)?;
    let plain = url.scheme() == "https"
        && url
            .domain()
            .is_some_and(|name| name.contains('.') && !name.ends_with('.'))
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && url.as_str() == text;
    plain.then_some(url).ok_or(FetchError::Url)
}
