//! Why a relay cannot be built.

use std::error::Error;
use std::fmt;

/// Why a relay cannot be built. It contains no secret and no part of a URL.
#[derive(Debug)]
#[non_exhaustive]
pub enum RelayError {
    /// The template of a subject or a routing key cannot be used.
    Template {
        /// The template.
        template: Box<str>,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A header to pass on has an invalid name.
    InvalidHeader {
        /// The name.
        name: Box<str>,
    },
    /// A header to pass on has a name that a relay or an engine gives a meaning.
    ReservedHeader {
        /// The name.
        name: Box<str>,
    },
    /// The source of CloudEvents is not a URI.
    InvalidSource,
    /// The URI of the broker cannot be used.
    InvalidUri {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The destination of HTTP requests cannot be used.
    #[cfg(feature = "http")]
    Http(webhook_forward::ForwardError),
}

impl fmt::Display for RelayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template { template, problem } => {
                write!(f, "the template {template:?} {problem}")
            }
            Self::InvalidHeader { name } => write!(f, "{name:?} is not the name of a header"),
            Self::ReservedHeader { name } => write!(
                f,
                "the header {name:?} is never passed on: the relay sets it, or an engine would \
                 obey it"
            ),
            Self::InvalidSource => f.write_str(
                "the source of CloudEvents is not a URI: write one such as \
                 `https://hooks.example.com`, without spaces",
            ),
            Self::InvalidUri { problem } => write!(
                f,
                "the URI of the broker {problem}: write one such as \
                 `amqp://user:password@127.0.0.1:5672/%2f`"
            ),
            #[cfg(feature = "http")]
            Self::Http(error) => error.fmt(f),
        }
    }
}

impl Error for RelayError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            #[cfg(feature = "http")]
            Self::Http(error) => error.source(),
            _ => None,
        }
    }
}

#[cfg(feature = "http")]
impl From<webhook_forward::ForwardError> for RelayError {
    fn from(error: webhook_forward::ForwardError) -> Self {
        Self::Http(error)
    }
}
