//! What the head of a request leads to.

use crate::answer::Answer;
use crate::delivery::Intake;
use crate::error::Rejection;

/// What [`Endpoint::begin`](crate::Endpoint::begin) makes of the head of a request.
///
/// Only [`Read`](Self::Read) needs the body: for the other two, answer without reading it.
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    clippy::large_enum_variant,
    reason = "an adapter has to answer each, so it has to know them all; and most requests are read"
)]
pub enum Begun {
    /// The head is good. Feed the body to this intake.
    Read(Intake),
    /// A challenge of the provider, with the answer to send. No handler runs.
    Answer(Answer),
    /// A request that is refused. Send the [`Answer`] made from it.
    Refused(Rejection),
}

impl Begun {
    /// The intake of a request whose body is to be read; `None` for the others.
    #[must_use]
    pub fn intake(self) -> Option<Intake> {
        match self {
            Self::Read(intake) => Some(intake),
            Self::Answer(_) | Self::Refused(_) => None,
        }
    }
}
