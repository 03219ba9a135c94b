//! All that the engine sees of a request before its body.

use std::borrow::Cow;
use std::fmt;

use crate::error::RejectionKind;
use crate::request::{Found, Headers};

/// The head of a request: method, target and headers.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// The method, as sent: `POST`.
    pub method: &'a str,
    /// Path and query as received, undecoded: `/hooks/stripe?a=1`. An adapter whose framework strips a
    /// prefix passes the original target.
    pub path_and_query: &'a str,
    /// The headers.
    pub headers: &'a dyn Headers,
}

impl<'a> Head<'a> {
    /// A head of this method, target and headers.
    #[must_use]
    pub const fn new(method: &'a str, path_and_query: &'a str, headers: &'a dyn Headers) -> Self {
        Self {
            method,
            path_and_query,
            headers,
        }
    }

    /// The value of a header that has to be there exactly once. `name` is in lower case.
    ///
    /// # Errors
    ///
    /// `MissingHeader` without the header, `AmbiguousHeader` with more than one.
    #[inline]
    pub fn header(&self, name: &str) -> Result<&'a [u8], RejectionKind> {
        match self.headers.find(name) {
            Found::Once(value) => Ok(value),
            Found::Absent => Err(RejectionKind::MissingHeader),
            Found::Repeated => Err(RejectionKind::AmbiguousHeader),
        }
    }

    /// The query without its `?`, as received; `None` when there is no `?` at all.
    #[must_use]
    pub fn query(&self) -> Option<&'a str> {
        self.path_and_query.split_once('?').map(|(_, query)| query)
    }

    /// The decoded value of a query parameter; `None` if the query has none of that name.
    ///
    /// # Errors
    ///
    /// `AmbiguousHeader` if the parameter is there more than once.
    pub fn query_value(&self, name: &str) -> Result<Option<Cow<'a, str>>, RejectionKind> {
        let query = self.query().unwrap_or_default();
        let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(RejectionKind::AmbiguousHeader),
            (found, None) => Ok(found.map(|(_, value)| value)),
        }
    }
}

impl fmt::Debug for Head<'_> {
    // The target may hold a token and the headers a signature, so neither is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
