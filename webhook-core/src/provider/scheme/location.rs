//! Where the tag or token is.

use crate::provider::Scheme;

/// Where the tag or token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the header of this (lower-case) name.
    Header(&'static str),
    /// In headers of this name with `1`, `2`, … behind it, one for each key of the sender.
    NumberedHeaders(&'static str),
    /// In any of these headers, of which at least one is there: tags of one message under several keys.
    AnyHeader(&'static [&'static str]),
    /// In the query parameter of this name.
    Query(&'static str),
    /// The body is a token, and the tag a part of it.
    Body,
    /// Where the code of the scheme finds it.
    Code,
    /// In the text at this JSON pointer of the body.
    BodyField(&'static str),
    /// In the text at this JSON pointer of the JSON that a field of a form holds.
    FormField {
        /// The form's field.
        field: &'static str,
        /// The JSON pointer.
        pointer: &'static str,
    },
}

impl Scheme {
    /// The tag or token is in this header. Names are given in lower case.
    #[must_use]
    pub const fn in_header(mut self, name: &'static str) -> Self {
        self.location = Location::Header(name);
        self
    }

    /// The tags are in headers of this name with `1`, `2`, … behind it.
    #[must_use]
    pub const fn in_numbered_headers(mut self, name: &'static str) -> Self {
        self.location = Location::NumberedHeaders(name);
        self
    }

    /// The tags are in any of these headers, and may be in several.
    #[must_use]
    pub const fn in_any_header(mut self, names: &'static [&'static str]) -> Self {
        self.location = Location::AnyHeader(names);
        self
    }

    /// The tag or token is the text at this JSON pointer of the body. The body is kept until its end then, and the scheme
    /// is the provider's only one.
    #[must_use]
    pub const fn in_body(mut self, pointer: &'static str) -> Self {
        self.location = Location::BodyField(pointer);
        self.needs_full_body = true;
        self
    }

    /// The body is a token.
    #[must_use]
    pub(crate) const fn is_body(mut self) -> Self {
        self.location = Location::Body;
        self.needs_full_body = true;
        self
    }

    /// The tag or token is at this JSON pointer of the JSON in a field of a form. As [`in_body`](Self::in_body) else.
    #[must_use]
    pub const fn in_form(mut self, field: &'static str, pointer: &'static str) -> Self {
        self.location = Location::FormField { field, pointer };
        self.needs_full_body = true;
        self
    }

    /// The token is in this query parameter.
    #[must_use]
    pub const fn in_query(mut self, name: &'static str) -> Self {
        self.location = Location::Query(name);
        self
    }
}
