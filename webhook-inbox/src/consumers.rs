//! The names of the consumers of an inbox.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::acceptance::MAX_COLUMN;

/// Why names are not those of consumers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsumerError {
    /// There is no name, so nothing would be stored.
    NoConsumer,
    /// This name is empty, has more than 255 bytes, or has a NUL.
    InvalidName(Box<str>),
    /// This name is there twice, so its consumer would handle each event twice.
    Duplicate(Box<str>),
}

impl fmt::Display for ConsumerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConsumer => f.write_str("an inbox needs at least one consumer"),
            Self::InvalidName(name) => write!(
                f,
                "the name {name:?} of a consumer is not valid: it has 1 to {MAX_COLUMN} bytes, and \
                 no NUL"
            ),
            Self::Duplicate(name) => write!(
                f,
                "the consumer {name:?} is named twice: name each consumer once"
            ),
        }
    }
}

impl Error for ConsumerError {}

/// At least one valid name, and none of them twice.
#[derive(Clone, Debug)]
pub(crate) struct Consumers(Arc<[Box<str>]>);

impl Consumers {
    pub(crate) fn new(names: Vec<Box<str>>) -> Result<Self, ConsumerError> {
        if names.is_empty() {
            return Err(ConsumerError::NoConsumer);
        }
        for (n, name) in names.iter().enumerate() {
            if name.is_empty() || name.len() > MAX_COLUMN || name.contains('\0') {
                return Err(ConsumerError::InvalidName(name.clone()));
            }
            if names.iter().take(n).any(|other| other == name) {
                return Err(ConsumerError::Duplicate(name.clone()));
            }
        }
        Ok(Self(names.into()))
    }

    /// The first name, and the others.
    pub(crate) fn split(&self) -> (&str, &[Box<str>]) {
        match self.0.split_first() {
            Some((first, others)) => (first, others),
            None => unreachable!("there is at least one name"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_different() {
        let made = |names: &[&str]| {
            let names = names.iter().map(|name| Box::from(*name));
            Consumers::new(names.collect()).map(|names| names.split().1.len())
        };
        let long = "x".repeat(256);
        let invalid = |name: &str| Err(ConsumerError::InvalidName(name.into()));
        assert_eq!(made(&["ledger", "mail", "Mail"]), Ok(2));
        assert_eq!(made(&[&long[1..]]), Ok(0));
        assert_eq!(made(&[]), Err(ConsumerError::NoConsumer));
        assert_eq!(made(&["a", ""]), invalid(""));
        assert_eq!(made(&[&long]), invalid(&long));
        assert_eq!(made(&["a\0b"]), invalid("a\0b"));
        let twice = Err(ConsumerError::Duplicate("a".into()));
        assert_eq!(made(&["a", "b", "a"]), twice);
    }
}
