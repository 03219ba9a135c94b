use std::borrow::Cow;
use std::fmt;

use webhook_core::Head;

/// The head of a request, for the question whose tenant it is for.
///
/// Nothing in it is verified. A sender who names another tenant meets the secrets of that tenant.
#[derive(Clone, Copy)]
pub struct TenantHead<'h> {
    head: Head<'h>,
    authority: Option<&'h str>,
}

impl<'h> TenantHead<'h> {
    /// The head of a request. `authority` is that of the request's URI: HTTP/2 has it in the place
    /// of the header `Host`.
    #[must_use]
    pub const fn new(head: Head<'h>, authority: Option<&'h str>) -> Self {
        Self { head, authority }
    }

    /// The path as the client sent it, undecoded. A prefix that a framework strips is in it.
    #[must_use]
    pub fn path(&self) -> &'h str {
        let target = self.head.path_and_query;
        target.split_once('?').map_or(target, |(path, _)| path)
    }

    /// The decoded value of a query parameter, unless it is absent or has two different values.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<Cow<'h, str>> {
        self.head.query_value(name).ok().flatten()
    }

    /// The value of a header, unless it is absent, repeated or not UTF-8. `name` is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'h str> {
        std::str::from_utf8(self.head.header(name).ok()?).ok()
    }

    /// The host that the client asked for, without its port: from the URI, or from the header
    /// `Host`. Forwarding headers are not read.
    #[must_use]
    pub fn host(&self) -> Option<&'h str> {
        let authority = self.authority.or_else(|| self.header("host"))?;
        let authority = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        match authority.rsplit_once(':') {
            // The colons of an IPv6 address are within brackets.
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(host),
            _ => Some(authority),
        }
    }

    pub(crate) const fn head(&self) -> &Head<'h> {
        &self.head
    }
}

impl fmt::Debug for TenantHead<'_> {
    // The target and the headers may contain a token or a signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantHead")
            .field("host", &self.host())
            .finish_non_exhaustive()
    }
}
