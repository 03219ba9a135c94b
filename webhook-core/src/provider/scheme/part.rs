//! The parts of the signed message.
//!
//! A part that one provider signs belongs into the custom code of its scheme. `Method` is the
//! exception: only HubSpot signs it, but it is one line, and custom code would repeat two schemes.

use crate::provider::{Authentication, Scheme};

/// A part of the signed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Fixed text.
    Literal(&'static str),
    /// The time, with the text as sent.
    Time,
    /// The id of the delivery, with the text as sent.
    Id,
    /// The method.
    Method,
    /// The configured public URL, and the query as received, with its `?`.
    ///
    /// If nothing separates URL and body, an attacker could move bytes from one to the other. So if
    /// they are adjacent, a query with a bracket, a quotation mark or white space is refused. A
    /// body must be empty or have one of these characters at the adjacent end, as JSON and XML do.
    /// After a URL without a query, a body only must not begin with `?`.
    Url,
    /// Like [`Url`](Self::Url), with the escapes of these ASCII characters decoded, such as `%40`
    /// for `@`. For senders that sign another spelling of the URL than they request.
    UrlDecoding(&'static [u8]),
    /// The body.
    Body,
    /// The header of this (lower-case) name, which must be present.
    Header(&'static str),
    /// The value at this JSON pointer of the body: the decoded text, or an integer or boolean as
    /// written in JSON.
    Field(&'static str),
    /// The secret itself, which keys a plain hash. After the body it must be the last part.
    Secret,
}

impl Scheme {
    /// The parts of the signed message, in order. Empty for tokens, credentials, and custom code.
    #[must_use]
    pub const fn parts(&self) -> &'static [Part] {
        match self.authentication {
            Authentication::Mac { parts, .. } => parts,
            Authentication::Token | Authentication::Basic | Authentication::Custom(_) => &[],
        }
    }
}
