//! Why secrets of a tenant cannot be read or written, and why a key ring cannot be made.

use std::error::Error;
use std::fmt;

use crate::error::{ConfigError, StoreError};
use crate::secret_store::{KeyProblem, Slot};

/// An operation on the secrets of a tenant failed. It never means that the tenant is unknown:
/// answer its deliveries 503.
#[derive(Debug)]
#[non_exhaustive]
pub enum SecretStoreError {
    /// The secrets or settings cannot be used with the provider. Nothing was written.
    Config(ConfigError),
    /// The name of the tenant is empty, longer than 255 bytes, or has control characters.
    InvalidTenant,
    /// There is no secret to rotate: the tenant has none at this provider.
    UnknownTenant,
    /// A stored secret does not open.
    Open(OpenError),
    /// The database failed.
    Store(StoreError),
    /// The operating system has no random bytes.
    NoRandomness,
}

/// A stored secret does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenError {
    slot: Slot,
    problem: OpenProblem,
}

/// Why a stored secret does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenProblem {
    /// The bytes are not of a format that this version knows.
    Format,
    /// The ring has no key of this id.
    UnknownKey(Box<str>),
    /// It was changed, copied from another slot, or sealed with another key of the same id.
    NotAuthentic,
}

impl OpenError {
    pub(super) fn new(slot: &Slot, problem: OpenProblem) -> Self {
        Self {
            slot: slot.clone(),
            problem,
        }
    }

    /// Where the secret is.
    #[must_use]
    pub const fn slot(&self) -> &Slot {
        &self.slot
    }

    /// Why it does not open.
    #[must_use]
    pub const fn problem(&self) -> &OpenProblem {
        &self.problem
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stored secret does not open: ")?;
        match &self.problem {
            OpenProblem::Format => f.write_str("its format is unknown"),
            OpenProblem::UnknownKey(id) => {
                write!(f, "the key ring has no key {id:?}; add it to the ring")
            }
            OpenProblem::NotAuthentic => f.write_str(
                "it was changed, copied from another place, or sealed with another key of the \
                 same id",
            ),
        }
    }
}

impl Error for OpenError {}

impl fmt::Display for SecretStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::InvalidTenant => f.write_str(
                "the name of the tenant cannot be used: expected 1 to 255 bytes without control \
                 characters",
            ),
            Self::UnknownTenant => {
                f.write_str("the tenant has no secret at this provider: put the first one")
            }
            Self::Open(error) => error.fmt(f),
            Self::Store(_) => f.write_str("cannot reach the stored secrets"),
            Self::NoRandomness => f.write_str("the operating system has no random bytes"),
        }
    }
}

impl Error for SecretStoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ConfigError> for SecretStoreError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<OpenError> for SecretStoreError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<StoreError> for SecretStoreError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A key ring cannot be made. The message says what to change, and never contains a key.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyRingError {
    /// The environment variable is not set, or is not UTF-8.
    NoVariable {
        /// Its name.
        name: String,
    },
    /// The file cannot be read, or is not UTF-8.
    Unreadable(std::io::Error),
    /// The file of the keys cannot be made.
    Unwritable(std::io::Error),
    /// There is no key.
    Empty,
    /// A key cannot be used.
    Key {
        /// Which one, counted from one.
        position: usize,
        /// Why it cannot be used.
        problem: KeyProblem,
    },
    /// The operating system has no random bytes for a new key.
    NoRandomness,
}

impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVariable { name } => write!(
                f,
                "the environment variable {name} is not set; expected keys as ID:KEY"
            ),
            Self::Unreadable(_) => f.write_str("the file of the keys cannot be read"),
            Self::Unwritable(_) => f.write_str("the file of the keys cannot be made"),
            Self::Empty => {
                f.write_str("there is no key: make one with `webhook secrets key`, as ID:KEY")
            }
            Self::Key { position, problem } => write!(f, "key {position} {problem}"),
            Self::NoRandomness => f.write_str("the operating system has no random bytes"),
        }
    }
}

impl Error for KeyRingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable(error) | Self::Unwritable(error) => Some(error),
            _ => None,
        }
    }
}
