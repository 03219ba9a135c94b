//! Why an event cannot be read.

use std::error::Error;
use std::fmt;

/// A payment event that is not what its provider documents.
///
/// In a handler it is answered 422, and the claim is released: the sender retries, so the event is
/// handled once the mapping is corrected. `Display` names the place, and no value of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    path: Box<str>,
    problem: MappingProblem,
}

/// What is wrong at a place of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MappingProblem {
    /// It is not JSON, or a form that cannot be read.
    Malformed,
    /// The value, which the event needs, is missing.
    Missing,
    /// An object has two members of this name, and two readers could see different ones.
    Repeated,
    /// The value has another type: text, number, object, list.
    WrongType,
    /// The value is not an amount in decimal digits.
    NotAnAmount,
    /// The amount has more decimals than its currency. It is not rounded.
    TooPrecise,
    /// The amount does not fit in 64 bits.
    TooLarge,
    /// The id cannot be part of a path.
    NotAnId,
    /// The delivery has several events, and the handler takes one: see
    /// [`PaymentEvents`](crate::PaymentEvents).
    SeveralEvents,
}

impl MappingError {
    /// An error at this JSON pointer, name of a field, or description of a place. It has no value
    /// of the event, because it is logged.
    pub fn new(path: impl Into<Box<str>>, problem: MappingProblem) -> Self {
        Self {
            path: path.into(),
            problem,
        }
    }

    /// The place.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    #[must_use]
    pub const fn problem(&self) -> MappingProblem {
        self.problem
    }

    /// The same error, within this place.
    pub(crate) fn within(self, base: &str) -> Self {
        match base.is_empty() {
            true => self,
            false => Self::new(format!("{base}{}", self.path), self.problem),
        }
    }
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.problem {
            MappingProblem::Malformed => "is not JSON",
            MappingProblem::Missing => "is missing",
            MappingProblem::Repeated => "occurs twice",
            MappingProblem::WrongType => "has another type than documented",
            MappingProblem::NotAnAmount => "is not an amount in decimal digits",
            MappingProblem::TooPrecise => "has more decimals than its currency",
            MappingProblem::TooLarge => "does not fit in 64 bits",
            MappingProblem::NotAnId => "cannot be part of a path",
            MappingProblem::SeveralEvents => "has several events: take `PaymentEvents`",
        };
        let place = match &*self.path {
            "" => "the payload",
            path => path,
        };
        write!(f, "{place} {problem}")
    }
}

impl Error for MappingError {}
