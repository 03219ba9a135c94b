//! Why a command fails, and its exit code.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;

use crate::store::causes;

/// The error of a command: a line for people, and an exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    reason: String,
}

impl Failure {
    /// A configuration that cannot be used: exit code 2, like a wrong argument.
    pub(crate) fn config(place: impl Display, error: &dyn Error) -> Self {
        Self::new(2, place, error)
    }

    /// An argument that cannot be used: exit code 2.
    pub(crate) fn argument(argument: &str, problem: &str) -> Self {
        Self {
            code: 2,
            reason: format!("{argument}: {problem}"),
        }
    }

    /// Anything else: exit code 1.
    pub(crate) fn other(place: impl Display, error: &dyn Error) -> Self {
        Self::new(1, place, error)
    }

    fn new(code: u8, place: impl Display, error: &dyn Error) -> Self {
        Self {
            code,
            reason: format!("{place}: {}", causes(error)),
        }
    }

    /// What is wrong, without the word `error`.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }

    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}
