//! A value in a header beside the proof: credentials that some senders add if one asks them to, and
//! names of keys.

use crate::provider::{Parameter, ParameterKind, assert_header_name};

/// A header that has to hold the value of a parameter, where that is configured. Where it is not,
/// the header is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExtraCredential {
    /// In lower case.
    pub(crate) header: &'static str,
    /// Whether it is HTTP Basic authentication (RFC 7617), of `username:password`.
    pub(crate) basic: bool,
}

impl ExtraCredential {
    /// A text, as it is.
    pub(crate) const fn text(header: &'static str) -> Self {
        assert_header_name(header);
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

impl Parameter {
    /// The values that a configured value stands for: an identifier may be a list, a secret may
    /// have commas in it.
    pub(crate) fn values<'v>(
        &self,
        configured: &'v [u8],
    ) -> impl Iterator<Item = &'v [u8]> + use<'v> {
        let is_list = self.kind() == ParameterKind::Identifier;
        let values = configured.split(move |&byte| is_list && byte == b',');
        values.map(move |value| if is_list { value.trim_ascii() } else { value })
    }
}
