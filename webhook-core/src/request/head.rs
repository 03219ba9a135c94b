//! The part of a request before its body.

use std::borrow::Cow;
use std::fmt;

use crate::error::RejectionKind;
use crate::request::{Found, Headers};

/// The head of a request: method, target and headers.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// The method as sent, such as `POST`.
    pub method: &'a str,
    /// Path and query as received, undecoded, such as `/hooks/stripe?a=1`. If a framework strips a
    /// prefix, its adapter passes the original target.
    pub path_and_query: &'a str,
    /// The headers.
    pub headers: &'a dyn Headers,
}

impl<'a> Head<'a> {
    /// Creates a head from method, target and headers.
    #[must_use]
    pub const fn new(method: &'a str, path_and_query: &'a str, headers: &'a dyn Headers) -> Self {
        Self {
            method,
            path_and_query,
            headers,
        }
    }

    /// The value of a header that must be present exactly once. `name` is in lower case.
    ///
    /// # Errors
    ///
    /// `MissingHeader` if the header is absent, `AmbiguousHeader` if it is present more than once.
    #[inline]
    pub fn header(&self, name: &str) -> Result<&'a [u8], RejectionKind> {
        match self.headers.find(name) {
            Found::Once(value) => Ok(value),
            Found::Absent => Err(RejectionKind::MissingHeader),
            Found::Repeated => Err(RejectionKind::AmbiguousHeader),
        }
    }

    /// The values of a header that may be present several times. `name` is in lower case.
    pub(crate) fn header_lines(&self, name: &str) -> Result<Vec<&'a [u8]>, RejectionKind> {
        let mut values = Vec::new();
        self.headers.each(name, &mut |value| values.push(value));
        match values.is_empty() {
            // A map that does not list repeated values has one that is ambiguous.
            true => self.header(name).map(|value| vec![value]),
            false => Ok(values),
        }
    }

    /// The query without its `?`, as received. `None` if the target has no `?`.
    #[must_use]
    pub fn query(&self) -> Option<&'a str> {
        self.path_and_query.split_once('?').map(|(_, query)| query)
    }

    /// The decoded value of a query parameter. `None` if the query does not have it. A parameter
    /// that is repeated with the same value has that value.
    ///
    /// # Errors
    ///
    /// `AmbiguousHeader` if the parameter has two different values.
    pub fn query_value(&self, name: &str) -> Result<Option<Cow<'a, str>>, RejectionKind> {
        let query = self.query().unwrap_or_default();
        let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
        let Some((_, value)) = values.next() else {
            return Ok(None);
        };
        match values.all(|(_, other)| other == value) {
            true => Ok(Some(value)),
            false => Err(RejectionKind::AmbiguousHeader),
        }
    }
}

impl fmt::Debug for Head<'_> {
    // The target may contain a token and the headers a signature, so neither is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
