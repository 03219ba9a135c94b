//! What the head of a request leads to.

use crate::answer::{Answer, Rejection};
use crate::delivery::Intake;

/// What [`Endpoint::begin`](crate::Endpoint::begin) makes of the head of a request. `I` is what takes
/// the body.
///
/// Only [`Read`](Self::Read) needs the body: for the other two, answer without reading it.
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    clippy::large_enum_variant,
    reason = "an adapter has to answer each, so it has to know them all; and most requests are read"
)]
pub enum Begun<I = Intake> {
    /// The head is good. Feed the body to this intake.
    Read(I),
    /// A challenge of the provider, with the answer to send. No handler runs.
    Answer(Answer),
    /// A request that is refused. Send the [`Answer`] made from it.
    Refused(Rejection),
}

impl<I> Begun<I> {
    /// The same with another intake.
    pub fn map<J>(self, wrap: impl FnOnce(I) -> J) -> Begun<J> {
        match self {
            Self::Read(intake) => Begun::Read(wrap(intake)),
            Self::Answer(answer) => Begun::Answer(answer),
            Self::Refused(rejection) => Begun::Refused(rejection),
        }
    }

    /// The intake of a request whose body is to be read; `None` for the others.
    #[must_use]
    pub fn intake(self) -> Option<I> {
        match self {
            Self::Read(intake) => Some(intake),
            Self::Answer(_) | Self::Refused(_) => None,
        }
    }
}
