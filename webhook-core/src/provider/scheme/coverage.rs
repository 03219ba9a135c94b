//! What a signature covers.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation has no iterators, and a wrong index there is a compile error"
)]

use crate::provider::{Authentication, Part, Scheme, TimeLocation, TimeSource};

/// What a signature covers. An attacker on the path may have changed everything else in the
/// request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// Every byte of the body.
    pub body: bool,
    /// The time of the delivery. A stale capture is refused.
    pub time: bool,
    /// The id of the delivery.
    pub id: bool,
    /// The URL, with its query.
    pub url: bool,
    /// The method.
    pub method: bool,
    /// Selected header, query or body values.
    pub values: bool,
}

impl Coverage {
    /// Nothing is covered.
    pub const NONE: Self = Self {
        body: false,
        time: false,
        id: false,
        url: false,
        method: false,
        values: false,
    };

    /// Adds every byte of the body.
    #[must_use]
    pub const fn with_body(mut self) -> Self {
        self.body = true;
        self
    }

    /// Adds the time of the delivery.
    #[must_use]
    pub const fn with_time(mut self) -> Self {
        self.time = true;
        self
    }

    /// Adds the id of the delivery.
    #[must_use]
    pub const fn with_id(mut self) -> Self {
        self.id = true;
        self
    }

    /// Adds the URL with its query.
    #[must_use]
    pub const fn with_url(mut self) -> Self {
        self.url = true;
        self
    }

    /// Adds the method.
    #[must_use]
    pub const fn with_method(mut self) -> Self {
        self.method = true;
        self
    }

    /// Adds selected header, query or body values.
    #[must_use]
    pub const fn with_values(mut self) -> Self {
        self.values = true;
        self
    }

    /// Whether nothing is covered. The request has a token or a password, which authenticates the
    /// sender but no content.
    #[must_use]
    pub const fn is_sender_only(self) -> bool {
        !(self.body || self.time || self.id || self.url || self.method || self.values)
    }

    /// Whether the body can be trusted: it is signed, or a token authenticates the sender and with
    /// it the whole request.
    pub(crate) const fn authenticates_body(self) -> bool {
        self.body || self.is_sender_only()
    }
}

impl Scheme {
    /// What this scheme covers.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        if let Authentication::Custom(_) = self.authentication {
            return self.own.0;
        }
        let mut coverage = Coverage::NONE;
        let parts = self.parts();
        let mut i = 0;
        while i < parts.len() {
            match parts[i] {
                Part::Literal(_) | Part::Secret => {}
                Part::Time => coverage.time = true,
                Part::Id => coverage.id = true,
                Part::Method => coverage.method = true,
                Part::Url | Part::UrlDecoding(_) => coverage.url = true,
                Part::Body => coverage.body = true,
                Part::Header(_) | Part::Field(_) => coverage.values = true,
            }
            i += 1;
        }
        if let Some(TimeSource {
            at: TimeLocation::Body(_),
            ..
        }) = self.time
        {
            coverage.time = coverage.body;
        }
        coverage
    }
}
