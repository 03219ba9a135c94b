//! Why a worker cannot start.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Why a worker cannot start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkerError {
    /// It has no consumer, so it would take nothing.
    NoConsumer,
    /// Two consumers of one name are for the same provider.
    SameConsumer {
        /// The name. Empty: that of an endpoint without a consumer.
        name: Box<str>,
        /// The provider.
        provider: &'static str,
    },
    /// It has no slot, so it would run nothing.
    NoSlot,
    /// The lease is too short to be renewed in time.
    LeaseTooShort {
        /// How long it has to be.
        at_least: Duration,
    },
    /// There is no tokio runtime here.
    NoRuntime,
}

impl fmt::Display for WorkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConsumer => f.write_str("the worker has no consumer: add one"),
            Self::SameConsumer { name, provider } => write!(
                f,
                "two consumers {name:?} are for the provider {provider}: give each endpoint a \
                 consumer with `EndpointBuilder::consumer`, or each of them a name with \
                 `Worker::named`"
            ),
            Self::NoSlot => f.write_str("the worker has no slot: `slots` is at least 1"),
            Self::LeaseTooShort { at_least } => {
                write!(f, "the lease is too short: it has to last {at_least:?}")
            }
            Self::NoRuntime => f.write_str("a worker is spawned within a tokio runtime"),
        }
    }
}

impl Error for WorkerError {}
