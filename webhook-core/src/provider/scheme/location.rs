//! Where the tag or token is.

use crate::provider::Scheme;

/// Where the tag or token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the header of this (lower-case) name.
    Header(&'static str),
    /// In any of these headers, at least one of which is present. The tags are of one message under
    /// several keys.
    AnyHeader(&'static [&'static str]),
    /// In the query parameter of this name.
    Query(&'static str),
    /// Where the scheme's code finds it.
    Code,
    /// In the text at this JSON pointer of the body.
    BodyField(&'static str),
    /// In the form field of this name, where the scheme's code finds it.
    FormField(&'static str),
}

impl Scheme {
    /// Reads the tag or token from this (lower-case) header.
    #[must_use]
    pub const fn in_header(mut self, name: &'static str) -> Self {
        self.location = Location::Header(name);
        self
    }

    /// Reads the tags from any of these headers. Several may be present.
    #[must_use]
    pub const fn in_any_header(mut self, names: &'static [&'static str]) -> Self {
        self.location = Location::AnyHeader(names);
        self
    }

    /// Like [`in_header`](Self::in_header), for a sender that repeats the header, once for each tag,
    /// for example while a secret is rotated. Tags only: such a header cannot have a time.
    #[must_use]
    pub const fn in_header_lines(mut self, name: &'static str) -> Self {
        self.repeated = true;
        self.in_header(name)
    }

    /// Reads the tag or token from the text at this JSON pointer of the body. The body is then
    /// buffered, and the scheme must be the provider's only one.
    #[must_use]
    pub const fn in_body(mut self, pointer: &'static str) -> Self {
        self.location = Location::BodyField(pointer);
        self.needs_full_body = true;
        self
    }

    /// Declares that the code reads the tag or token from this form field.
    #[must_use]
    pub(crate) const fn in_form(mut self, field: &'static str) -> Self {
        self.location = Location::FormField(field);
        self.needs_full_body = true;
        self
    }

    /// Reads the token from this query parameter.
    #[must_use]
    pub const fn in_query(mut self, name: &'static str) -> Self {
        self.location = Location::Query(name);
        self
    }
}
