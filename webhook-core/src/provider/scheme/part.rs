//! What is signed.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation knows no iterators, and stops the compiler where an index is wrong"
)]

use crate::provider::{Authentication, Scheme};

/// A piece of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Fixed text.
    Literal(&'static str),
    /// The time, as its text was sent.
    Time,
    /// The id of the delivery, as its header was sent.
    Id,
    /// The method.
    Method,
    /// The configured public URL, and the query with its `?` as received.
    ///
    /// With nothing between them, a thief could move bytes from the query into the body and back.
    /// So where the body stands next to it, a query with a bracket, a quotation mark or white space
    /// is refused, and a body is refused unless it is empty or has one of these at the end that
    /// touches: JSON and XML do. A body behind a URL without a query only must not begin with `?`.
    Url,
    /// The body.
    Body,
    /// The body as a program writes it that takes the low eight bits of every UTF-16 unit for a byte. It does not cover the
    /// body: many texts are written the same.
    BodyLowBytes,
    /// The header of this (lower-case) name, which has to be there.
    Header(&'static str),
    /// The value at this JSON pointer of the body: a text as it reads, or an integer or boolean in digits or letters.
    Field(&'static str),
    /// The secret itself: what keys a plain hash. Behind the body it stands last.
    Secret,
    /// What stands before the colon of a [`KeyFormat::Login`](crate::KeyFormat::Login).
    Login,
    /// Text around a value of the request; the whole of it is left out when the value is absent or blank.
    Optional {
        /// What stands before the value.
        before: &'static str,
        /// The value, without surrounding white space.
        value: Value,
        /// What stands behind it.
        after: &'static str,
    },
}

/// A value of the request that is part of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// The header of this (lower-case) name.
    Header(&'static str),
    /// The query parameter of this name, decoded.
    Query(&'static str),
    /// The same in ASCII lower case.
    QueryLowercase(&'static str),
}

impl Scheme {
    /// What is signed, in order; empty for tokens and credentials.
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
