//! A value in a header in addition to the signature: credentials that some senders add on request,
//! and key ids.
//!
//! Only Marqeta's credentials are HTTP Basic. That is one branch, and custom code would be two
//! schemes.

use crate::provider::{Parameter, ParameterKind, assert_header_name};

/// A header that must hold the value of a parameter. If the parameter is not configured, the header
/// is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExtraCredential {
    /// In lower case.
    pub(crate) header: &'static str,
    /// Whether the header is HTTP Basic authentication (RFC 7617) with `username:password`.
    pub(crate) basic: bool,
}

impl ExtraCredential {
    /// The value as it is.
    pub(crate) const fn text(header: &'static str) -> Self {
        assert_header_name(header);
        Self {
            header,
            basic: false,
        }
    }

    /// HTTP Basic authentication in `Authorization`.
    pub(crate) const fn basic() -> Self {
        Self {
            header: "authorization",
            basic: true,
        }
    }
}

impl Parameter {
    /// Splits a configured value into the values it stands for. An identifier may be a list; a
    /// secret may contain commas.
    pub(crate) fn values<'v>(
        &self,
        configured: &'v [u8],
    ) -> impl Iterator<Item = &'v [u8]> + use<'v> {
        let is_list = self.kind() == ParameterKind::Identifier;
        let values = configured.split(move |&byte| is_list && byte == b',');
        values.map(move |value| if is_list { value.trim_ascii() } else { value })
    }
}
