//! The errors of a configuration.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use webhook_core::ConfigError;

/// A forwarder that cannot be built. It contains no secret and no part of the URL.
#[derive(Debug)]
#[non_exhaustive]
pub enum ForwardError {
    /// The destination is not a URL that can be forwarded to.
    InvalidUrl {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The destination has `https`, and this build has no TLS.
    NoTls,
    /// TLS cannot be set up.
    Tls(Box<dyn Error + Send + Sync>),
    /// The secret that signs is not usable.
    Secret(ConfigError),
    /// The header of the hop credential is not usable.
    Credential {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A header to pass on has an invalid name.
    InvalidHeader {
        /// The name.
        name: String,
    },
    /// A header to pass on is one that a receiver believes, or that belongs to a connection.
    ReservedHeader {
        /// The name.
        name: String,
    },
    /// A timeout is zero, or that of the connection is longer than that of the whole request.
    InvalidTimeout,
    /// The handler's time ends before that of the forwarder.
    HandlerTimeout {
        /// The time of the forwarder.
        timeout: Duration,
        /// The time of the handler.
        handler: Duration,
    },
    /// A status to give up on is a success, or says that the receiver may accept a retry.
    InvalidStatus {
        /// The status.
        status: u16,
    },
    /// The number of hops is zero.
    NoHops,
}

impl fmt::Display for ForwardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidUrl { problem } => write!(
                f,
                "the destination {problem}: write a URL such as `http://127.0.0.1:3000/hooks`"
            ),
            Self::NoTls => f.write_str(
                "the destination has `https`, and this build has no TLS: turn on the feature \
                 `forward-tls`, or use `http`",
            ),
            Self::Tls(_) => f.write_str("cannot set up TLS"),
            // The error names the slot of an endpoint.
            Self::Secret(ConfigError::Secret { problem, .. }) => {
                write!(f, "the secret that signs for the receiver {problem}")
            }
            Self::Secret(error) => write!(f, "the secret that signs for the receiver: {error}"),
            Self::Credential { problem } => write!(f, "the hop credential {problem}"),
            Self::InvalidHeader { name } => write!(f, "{name:?} is not the name of a header"),
            Self::ReservedHeader { name } => write!(
                f,
                "the header {name:?} is never passed on: the forwarder sets it, a receiver may \
                 believe it, or it belongs to a connection"
            ),
            Self::InvalidTimeout => f.write_str(
                "a timeout must be above zero, and that of the connection at most as long as that \
                 of the whole request",
            ),
            Self::HandlerTimeout { timeout, handler } => write!(
                f,
                "the timeout of {timeout:?} must be shorter than that of the handler, {handler:?}"
            ),
            Self::InvalidStatus { status } => write!(
                f,
                "{status} cannot be given up on: use statuses from 300 to 599, except 408, 425, \
                 429, 502, 503 and 504, which ask for a retry"
            ),
            Self::NoHops => f.write_str("the number of hops must be above zero"),
        }
    }
}

impl Error for ForwardError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Tls(error) => Some(&**error),
            Self::Secret(ConfigError::Secret { .. }) => None,
            Self::Secret(error) => error.source(),
            _ => None,
        }
    }
}
