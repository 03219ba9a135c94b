//! Why a sealed delivery does not open.

use std::error::Error;
use std::fmt;

/// A stored delivery does not open. It is never handed to a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnsealError {
    /// The bytes are not of a format that this version knows.
    Format,
    /// The keys have none of this id.
    UnknownKey(Box<str>),
    /// The record or the body was changed, they do not belong together, or they were sealed with
    /// another key of the same id.
    NotAuthentic,
    /// It was sealed by an endpoint of another provider.
    OtherProvider(Box<str>),
    /// It was sealed by an endpoint of another consumer.
    OtherConsumer(Box<str>),
    /// It was sealed for another tenant, or the endpoint has tenants and the record has none.
    OtherTenant(Box<str>),
}

impl fmt::Display for UnsealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stored delivery does not open: ")?;
        match self {
            Self::Format => f.write_str("its format is unknown"),
            Self::UnknownKey(id) => {
                write!(f, "the key ring has no key {id:?}; add it to the ring")
            }
            Self::NotAuthentic => f.write_str(
                "its record or its body was changed, or it was sealed with another key of the \
                 same id",
            ),
            Self::OtherProvider(name) => write!(
                f,
                "it is of the provider {name:?}; unseal it with an endpoint of that provider"
            ),
            Self::OtherConsumer(name) => write!(
                f,
                "it is of the consumer {name:?}; unseal it with the endpoint of that consumer"
            ),
            Self::OtherTenant(name) => write!(
                f,
                "it is of the tenant {name:?}; unseal it with the endpoint of that tenant"
            ),
        }
    }
}

impl Error for UnsealError {}
