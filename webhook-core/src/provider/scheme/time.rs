//! Where the signed time is.
//!
//! Two places have one provider each. The first entry of a list (Recurly) is a line in the parser.
//! The body (Linear) stays because users need it: a `CustomScheme` reads its time from the head.

use std::time::Duration;

use crate::parse::TimeIn;
use crate::provider::Scheme;
use crate::time::{TimeUnit, Tolerance};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeSource {
    pub(crate) at: TimeLocation,
    pub(crate) unit: TimeUnit,
    pub(crate) past_secs: u32,
    pub(crate) future_secs: u32,
}

impl TimeSource {
    pub(crate) fn tolerance(self) -> Tolerance {
        Tolerance {
            past: Duration::from_secs(self.past_secs.into()),
            future: Duration::from_secs(self.future_secs.into()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeLocation {
    Header(&'static str),
    Pair(&'static str),
    /// The first entry of the list of tags.
    First,
    /// At this JSON pointer of the body.
    Body(&'static str),
    /// Where the scheme's code finds it.
    Custom,
}

const DEFAULT_TOLERANCE_SECS: u32 = 300;

impl Scheme {
    /// Reads the time from this header. The default tolerance is 300 s in both directions, like
    /// that of the Standard Webhooks libraries.
    #[must_use]
    pub const fn time_in_header(self, name: &'static str, unit: TimeUnit) -> Self {
        self.time_at(TimeLocation::Header(name), unit)
    }

    /// Reads the time from the value of pair `key` in the signature header, with the same default
    /// tolerance.
    #[must_use]
    pub const fn time_in_pair(self, key: &'static str, unit: TimeUnit) -> Self {
        self.time_at(TimeLocation::Pair(key), unit)
    }

    /// Reads the time from the first entry of the [`list`](Self::list) in the signature header,
    /// with the same default tolerance.
    #[must_use]
    pub const fn time_first(self, unit: TimeUnit) -> Self {
        self.time_at(TimeLocation::First, unit)
    }

    /// Reads the time at this JSON pointer of the signed body, with the same default tolerance. The
    /// body is buffered, as with [`in_body`](Self::in_body).
    #[must_use]
    pub const fn time_in_body(mut self, pointer: &'static str, unit: TimeUnit) -> Self {
        self.needs_full_body = true;
        self.time_at(TimeLocation::Body(pointer), unit)
    }

    const fn time_at(mut self, at: TimeLocation, unit: TimeUnit) -> Self {
        self.time = Some(TimeSource {
            at,
            unit,
            past_secs: DEFAULT_TOLERANCE_SECS,
            future_secs: DEFAULT_TOLERANCE_SECS,
        });
        self
    }

    /// Declares that the scheme's code reads the time.
    #[must_use]
    pub(crate) const fn timed(self, unit: TimeUnit) -> Self {
        self.time_at(TimeLocation::Custom, unit)
    }

    /// Describes in words where the time is.
    #[must_use]
    pub(crate) const fn time_is(mut self, words: &'static str) -> Self {
        self.own_time = words;
        self
    }

    /// Sets the tolerance in seconds. The default is 300 s. Call this after `time_in_*`.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the scheme has no time.
    #[must_use]
    pub const fn tolerance_secs(mut self, past: u32, future: u32) -> Self {
        let Some(mut time) = self.time else {
            panic!("the scheme has no time: call `.time_in_header(…)` or the like first");
        };
        time.past_secs = past;
        time.future_secs = future;
        self.time = Some(time);
        self
    }

    /// How far a signed time may be from now. `None` if no time is signed.
    #[must_use]
    pub fn tolerance(&self) -> Option<Tolerance> {
        self.time.map(TimeSource::tolerance)
    }
}

impl TimeLocation {
    /// Where the time is among the tags of a header.
    pub(crate) const fn beside_tags(self) -> Option<TimeIn> {
        match self {
            Self::Pair(key) => Some(TimeIn::Pair(key)),
            Self::First => Some(TimeIn::First),
            Self::Header(_) | Self::Body(_) | Self::Custom => None,
        }
    }
}
