//! Why a command fails, and its exit code.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;

use crate::store::{Location, StoreFailure};

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

    /// A store that cannot be used: exit code 1.
    pub(crate) fn store(location: &Location, error: &StoreFailure) -> Self {
        Self::other(format_args!("store {location}"), error)
    }

    /// Anything else: exit code 1.
    pub(crate) fn other(place: impl Display, error: &dyn Error) -> Self {
        Self::new(1, place, error)
    }

    /// A command that did a part of its work: exit code 1.
    pub(crate) fn plain(reason: String) -> Self {
        Self { code: 1, reason }
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

/// An error with all its causes, as one line.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some errors repeat their cause in their own text.
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = error.source();
    }
    line.replace(['\n', '\r'], " ")
}
