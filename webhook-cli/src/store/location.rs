//! Where deliveries are remembered, as the configuration says it.

use std::error::Error;
use std::fmt;
use std::path::Path;
#[cfg(feature = "sqlite")]
use std::path::PathBuf;

/// The place of a store: `memory`, `sqlite:PATH`, `postgres://…` or `redis://…`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Location {
    /// This process.
    Memory,
    /// A file.
    #[cfg(feature = "sqlite")]
    Sqlite(PathBuf),
    /// The URL of a database, which may contain a password.
    #[cfg(feature = "postgres")]
    Postgres(String),
    /// The URL of a server, which may contain a password.
    #[cfg(feature = "redis")]
    Redis(String),
}

/// Why a text is not the place of a store. It never contains the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LocationError(String);

impl Location {
    /// Parses a place. A URL is checked, and nothing is connected.
    pub(crate) fn parse(text: &str) -> Result<Self, LocationError> {
        let scheme = text.split_once(':').map(|(scheme, _)| scheme);
        match scheme {
            None if text == "memory" => return Ok(Self::Memory),
            Some("sqlite") => needs(cfg!(feature = "sqlite"), "sqlite")?,
            Some("postgres" | "postgresql") => needs(cfg!(feature = "postgres"), "postgres")?,
            Some("redis" | "rediss") => needs(cfg!(feature = "redis"), "redis")?,
            _ => return Err(LocationError(UNKNOWN.to_owned())),
        }
        match scheme {
            #[cfg(feature = "sqlite")]
            Some("sqlite") => sqlite(text),
            #[cfg(feature = "postgres")]
            Some("postgres" | "postgresql") => postgres(text),
            #[cfg(feature = "redis")]
            Some("redis" | "rediss") => redis(text),
            _ => Err(LocationError(UNKNOWN.to_owned())),
        }
    }

    /// Whether a store in this place keeps secrets of tenants.
    pub(crate) fn keeps_secrets(&self) -> bool {
        match self {
            Self::Memory => false,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => true,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => true,
            #[cfg(feature = "redis")]
            Self::Redis(_) => false,
        }
    }

    /// Whether a store in this place keeps deliveries until they are handled.
    pub(crate) fn keeps_deliveries(&self) -> bool {
        self.keeps_secrets()
    }

    /// The file of the store, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Some(path),
            _ => None,
        }
    }

    /// The file of a server that has a state directory and is not told where its store is.
    #[cfg(feature = "sqlite")]
    pub(crate) fn in_state_directory(directory: &Path) -> Result<Self, LocationError> {
        Ok(Self::Sqlite(directory.join("deliveries.db")))
    }

    /// Refused: the file would be one of SQLite.
    #[cfg(not(feature = "sqlite"))]
    pub(crate) fn in_state_directory(_: &Path) -> Result<Self, LocationError> {
        needs(false, "sqlite").map(|()| Self::Memory)
    }
}

#[cfg(feature = "sqlite")]
fn sqlite(text: &str) -> Result<Location, LocationError> {
    match text.strip_prefix("sqlite:") {
        // Other programs read `sqlite://hooks.db` as a relative path, and some as a host.
        Some(path) if !["", ":memory:"].contains(&path) && !path.starts_with("//") => {
            Ok(Location::Sqlite(path.into()))
        }
        _ => Err(LocationError(NO_PATH.to_owned())),
    }
}

#[cfg(feature = "postgres")]
fn postgres(url: &str) -> Result<Location, LocationError> {
    match webhook_postgres::PostgresStore::builder(url) {
        Ok(_) => Ok(Location::Postgres(url.to_owned())),
        Err(error) => Err(unusable(&error)),
    }
}

#[cfg(feature = "redis")]
fn redis(url: &str) -> Result<Location, LocationError> {
    match webhook_redis::RedisStore::builder(url).build() {
        Ok(_) => Ok(Location::Redis(url.to_owned())),
        Err(error) => Err(unusable(&error)),
    }
}

/// Leaves the cause out: it could quote the URL.
#[cfg(any(feature = "postgres", feature = "redis"))]
fn unusable(error: &dyn Error) -> LocationError {
    LocationError(format!("cannot be used: {error}"))
}

fn needs(has: bool, feature: &'static str) -> Result<(), LocationError> {
    match has {
        true => Ok(()),
        false => Err(LocationError(format!(
            "needs a store that is not part of this build: build webhook-cli with the feature \
             `{feature}`"
        ))),
    }
}

/// Shows the kind of the store, and a path. It shows no part of a URL: if that is not encoded well,
/// it is a guess where the password ends.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => f.write_str("postgres"),
            #[cfg(feature = "redis")]
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
        f.write_str(&self.0)
    }
}

impl Error for LocationError {}

const UNKNOWN: &str = "is not the place of a store; expected \"memory\", \"sqlite:PATH\", \
                       \"postgres://…\", \"redis://…\" or \"rediss://…\"";
#[cfg(feature = "sqlite")]
const NO_PATH: &str = "has no path of a file; expected \"sqlite:PATH\", such as \
                       \"sqlite:/var/lib/webhook/deliveries.db\"";

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
