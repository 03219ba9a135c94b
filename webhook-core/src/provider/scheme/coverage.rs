//! What a signature covers.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation knows no iterators, and stops the compiler where an index is wrong"
)]

use crate::provider::{Authentication, Part, Scheme, TimeLocation, TimeSource};

/// What a scheme vouches for. Everything else in a request is as anybody on the way may have left it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// Every byte of the body.
    pub body: bool,
    /// The time of the delivery, so that an old capture is recognised.
    pub time: bool,
    /// The id of the delivery.
    pub id: bool,
    /// The URL, with its query.
    pub url: bool,
    /// The method.
    pub method: bool,
    /// Chosen header or query values.
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

    /// This coverage and every byte of the body.
    #[must_use]
    pub const fn with_body(mut self) -> Self {
        self.body = true;
        self
    }

    /// This coverage and the time of the delivery.
    #[must_use]
    pub const fn with_time(mut self) -> Self {
        self.time = true;
        self
    }

    /// This coverage and the id of the delivery.
    #[must_use]
    pub const fn with_id(mut self) -> Self {
        self.id = true;
        self
    }

    /// This coverage and the URL, with its query.
    #[must_use]
    pub const fn with_url(mut self) -> Self {
        self.url = true;
        self
    }

    /// This coverage and the method.
    #[must_use]
    pub const fn with_method(mut self) -> Self {
        self.method = true;
        self
    }

    /// This coverage and chosen values of headers or query.
    #[must_use]
    pub const fn with_values(mut self) -> Self {
        self.values = true;
        self
    }

    /// Nothing is covered: a token or a password came with the request and says who sent it, not what.
    #[must_use]
    pub const fn is_sender_only(self) -> bool {
        !(self.body || self.time || self.id || self.url || self.method || self.values)
    }

    /// Whether what the body says may be relied on: it is signed, or a token vouches for its sender, and so for all of
    /// the request.
    pub(crate) const fn authenticates_body(self) -> bool {
        self.body || self.is_sender_only()
    }
}

impl Scheme {
    /// What this scheme vouches for.
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
                Part::Literal(_) | Part::Secret | Part::Login | Part::BodyLowBytes => {}
                Part::Time => coverage.time = true,
                Part::Id => coverage.id = true,
                Part::Method => coverage.method = true,
                Part::Url => coverage.url = true,
                Part::Body => coverage.body = true,
                Part::Header(_) | Part::Field(_) | Part::Optional { .. } => {
                    coverage.values = true;
                }
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
