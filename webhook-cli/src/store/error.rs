//! Why a store cannot be used.

use std::error::Error;
use std::fmt;

use webhook_axum::replay::Finding;

/// A store that cannot be opened or prepared. It names no part of a URL.
#[derive(Debug)]
pub(crate) enum StoreFailure {
    /// The store cannot be opened.
    Open(Box<dyn Error + Send + Sync>),
    /// The tables cannot be made.
    Migrate(Box<dyn Error + Send + Sync>),
    /// The store does not answer, or refuses to.
    Check(Box<dyn Error + Send + Sync>),
    /// There is no store at this place.
    Missing,
    /// The store is in the memory of another process.
    InMemory,
    /// The set-up of the store can lose records, and the configuration does not allow that.
    Unsound(Vec<Finding>),
}

impl fmt::Display for StoreFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(_) => f.write_str("cannot open the store"),
            Self::Migrate(_) => f.write_str(
                "cannot create the tables of the store; if this user may not create tables, run \
                 the SQL that `webhook store schema` prints as one who may",
            ),
            Self::Check(_) => f.write_str("cannot reach the store"),
            Self::Missing => f.write_str("the file does not exist: `serve` creates it"),
            Self::InMemory => f.write_str(
                "the records are in the memory of the server, where no command reaches them",
            ),
            Self::Unsound(findings) => {
                f.write_str("`strict_store` refuses the set-up of the store")?;
                findings
                    .iter()
                    .try_for_each(|finding| write!(f, "; {finding}"))
            }
        }
    }
}

impl Error for StoreFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Open(error) | Self::Migrate(error) | Self::Check(error) => Some(&**error),
            Self::Missing | Self::InMemory | Self::Unsound(_) => None,
        }
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
