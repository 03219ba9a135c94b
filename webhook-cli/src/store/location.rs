//! Where deliveries are remembered, as the configuration says it.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

/// The place of a store: `memory`, `sqlite:PATH`, `postgres://…` or `redis://…`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Location {
    /// This process.
    Memory,
    /// A file.
    Sqlite(PathBuf),
    /// The URL of a database, which may contain a password.
    Postgres(String),
    /// The URL of a server, which may contain a password.
    Redis(String),
}

/// A text that is not the place of a store. It never contains the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LocationError {
    /// No store has such a place.
    Unknown,
    /// `sqlite:` without a path, or with another URL than `sqlite:PATH`.
    NoPath,
    /// A URL that the store cannot use, and why.
    Url(String),
    /// The store is not part of this build.
    Feature {
        store: &'static str,
        feature: &'static str,
    },
}

impl Location {
    /// Parses a place. A URL is checked, and nothing is connected.
    pub(crate) fn parse(text: &str) -> Result<Self, LocationError> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme);
        match scheme {
            None if text == "memory" => Ok(Self::Memory),
            Some("sqlite") => sqlite(text),
            Some("postgres" | "postgresql") => postgres(text),
            Some("redis" | "rediss") => redis(text),
            _ => Err(LocationError::Unknown),
        }
    }

    /// The file of a server that has a state directory and is not told where its store is.
    pub(crate) fn in_state_directory(directory: &Path) -> Result<Self, LocationError> {
        needs(cfg!(feature = "sqlite"), "SQLite", "sqlite")?;
        Ok(Self::Sqlite(directory.join("deliveries.db")))
    }
}

fn sqlite(text: &str) -> Result<Location, LocationError> {
    needs(cfg!(feature = "sqlite"), "SQLite", "sqlite")?;
    match text.strip_prefix("sqlite:") {
        None | Some("" | ":memory:") => Err(LocationError::NoPath),
        // Other programs read `sqlite://hooks.db` as a relative path, and some as a host.
        Some(path) if path.starts_with("//") => Err(LocationError::NoPath),
        Some(path) => Ok(Location::Sqlite(path.into())),
    }
}

#[cfg(feature = "postgres")]
fn postgres(url: &str) -> Result<Location, LocationError> {
    match webhook_postgres::PostgresStore::builder(url) {
        Ok(_) => Ok(Location::Postgres(url.to_owned())),
        Err(error) => Err(LocationError::Url(error.to_string())),
    }
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str) -> Result<Location, LocationError> {
    needs(false, "PostgreSQL", "postgres").map(|()| Location::Memory)
}

#[cfg(feature = "redis")]
fn redis(url: &str) -> Result<Location, LocationError> {
    match webhook_redis::RedisStore::builder(url).build() {
        Ok(_) => Ok(Location::Redis(url.to_owned())),
        // The cause is left out: it could quote the URL.
        Err(error) => Err(LocationError::Url(error.to_string())),
    }
}

#[cfg(not(feature = "redis"))]
fn redis(_: &str) -> Result<Location, LocationError> {
    needs(false, "Redis", "redis").map(|()| Location::Memory)
}

fn needs(has: bool, store: &'static str, feature: &'static str) -> Result<(), LocationError> {
    match has {
        true => Ok(()),
        false => Err(LocationError::Feature { store, feature }),
    }
}

/// Shows the kind of the store, and a path. It shows no part of a URL: where the password in it ends
/// is a guess if the URL is not encoded well.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres"),
            Self::Redis(_) => f.write_str("redis"),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

impl fmt::Display for LocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str(
                "is not the place of a store; expected \"memory\", \"sqlite:PATH\", \
                 \"postgres://…\", \"redis://…\" or \"rediss://…\"",
            ),
            Self::NoPath => f.write_str(
                "has no path of a file; expected \"sqlite:PATH\", such as \
                 \"sqlite:/var/lib/webhook/deliveries.db\"",
            ),
            Self::Url(problem) => write!(f, "cannot be used: {problem}"),
            Self::Feature { store, feature } => write!(
                f,
                "needs {store}, which is not part of this build: build webhook-cli with the \
                 feature `{feature}`"
            ),
        }
    }
}

impl Error for LocationError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_stores_are_known_by_their_schemes() {
        for (text, shown) in [
            ("memory", "memory"),
            #[cfg(feature = "sqlite")]
            ("sqlite:hooks.db", "sqlite:hooks.db"),
            #[cfg(feature = "sqlite")]
            ("sqlite:/var/hooks.db", "sqlite:/var/hooks.db"),
            #[cfg(feature = "postgres")]
            ("postgres://user:hidden@db/shop", "postgres"),
            #[cfg(feature = "postgres")]
            ("postgresql://user:hidden@db/shop", "postgres"),
            #[cfg(feature = "redis")]
            ("redis://:hidden@127.0.0.1:6379/1", "redis"),
            #[cfg(feature = "redis")]
            ("rediss://:hidden@127.0.0.1:6379/1", "redis"),
        ] {
            let location = Location::parse(text).unwrap();
            assert_eq!(location.to_string(), shown);
            assert_eq!(format!("{location:?}"), format!("Location({shown})"));
        }
    }

    #[test]
    fn a_text_that_is_no_place_of_a_store_is_refused_and_not_quoted() {
        for text in [
            "",
            "hidden",
            "Memory",
            "memory:hidden",
            "mysql://user:hidden@db/shop",
            "sqlite:",
            "sqlite::memory:",
            "sqlite://hidden.db",
            "postgres://user:hidden@db:port/shop",
            "redis://user:hidden@:port",
        ] {
            let error = Location::parse(text).unwrap_err().to_string();
            assert!(!error.contains("hidden"), "{error}");
        }
    }

    #[cfg(not(feature = "redis"))]
    #[test]
    fn a_store_that_is_not_part_of_the_build_is_refused_with_its_feature() {
        let error = Location::parse("redis://127.0.0.1")
            .unwrap_err()
            .to_string();
        assert!(error.contains("feature `redis`"), "{error}");
    }
}
