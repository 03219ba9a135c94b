//! The parts of the signed message.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation has no iterators, and a wrong index there is a compile error"
)]

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
    /// The body.
    Body,
    /// The body with each UTF-16 code unit reduced to its low eight bits, as some programs write
    /// it. It does not cover the body: many texts have the same bytes.
    BodyLowBytes,
    /// The header of this (lower-case) name, which must be present.
    Header(&'static str),
    /// The value at this JSON pointer of the body: the decoded text, or an integer or boolean as
    /// written in JSON.
    Field(&'static str),
    /// The secret itself, which keys a plain hash. After the body it must be the last part.
    Secret,
    /// The text before the colon of a [`KeyFormat::Login`](crate::KeyFormat::Login).
    Login,
    /// A value of the request with text around it. The whole part is omitted if the value is absent
    /// or blank.
    Optional {
        /// The text before the value.
        before: &'static str,
        /// The value, without surrounding white space.
        value: Value,
        /// The text after the value.
        after: &'static str,
    },
}

/// A value of the request that is part of the signed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// The header of this (lower-case) name.
    Header(&'static str),
    /// The query parameter of this name, decoded.
    Query(&'static str),
    /// The query parameter of this name, decoded and in ASCII lower case.
    QueryLowercase(&'static str),
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

    pub(crate) const fn signs_login(&self) -> bool {
        let parts = self.parts();
        let (mut i, mut login) = (0, false);
        while i < parts.len() {
            login |= matches!(parts[i], Part::Login);
            i += 1;
        }
        login
    }
}
