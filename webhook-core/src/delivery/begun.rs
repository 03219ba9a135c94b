//! The result of checking the head of a request.

use crate::answer::{Answer, Rejection};
use crate::delivery::Intake;

/// The result of [`Endpoint::begin`](crate::Endpoint::begin). `I` is the type that receives the
/// body.
///
/// Only [`Read`](Self::Read) needs the body. Answer the other two without reading it.
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    clippy::large_enum_variant,
    reason = "an adapter has to answer every variant; and most requests are read"
)]
pub enum Begun<I = Intake> {
    /// The head passed all checks. Feed the body to this intake.
    Read(I),
    /// A provider's challenge, with the answer to send. No handler runs.
    Answer(Answer),
    /// The request is refused. Send the [`Answer`] of the rejection.
    Refused(Rejection),
}

impl<I> Begun<I> {
    /// Replaces the intake.
    pub fn map<J>(self, wrap: impl FnOnce(I) -> J) -> Begun<J> {
        match self {
            Self::Read(intake) => Begun::Read(wrap(intake)),
            Self::Answer(answer) => Begun::Answer(answer),
            Self::Refused(rejection) => Begun::Refused(rejection),
        }
    }

    /// The intake, if the body has to be read.
    #[must_use]
    pub fn intake(self) -> Option<I> {
        match self {
            Self::Read(intake) => Some(intake),
            Self::Answer(_) | Self::Refused(_) => None,
        }
    }
}
