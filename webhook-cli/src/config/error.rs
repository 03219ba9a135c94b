//! The errors of a configuration. They name the place and never the value.

use std::error::Error;
use std::{fmt, io};

/// A configuration that cannot be used.
#[derive(Debug)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    File(io::Error),
    /// The file is not JSON.
    Json(serde_json::Error),
    /// The file is not TOML.
    Toml(TomlError),
    /// The file is JSON, but not an object.
    NotAnObject,
    /// The file has no route.
    NoRoute,
    /// A route cannot be used, whatever its entries.
    Route {
        route: String,
        problem: &'static str,
    },
    /// One entry of a route cannot be used.
    Entry { route: String, error: EntryError },
}

/// Why a file is not TOML. It does not quote the file, which the parser's own error does.
#[derive(Debug)]
pub(crate) enum TomlError {
    NotUtf8,
    Syntax {
        problem: String,
        line: usize,
        column: usize,
    },
}

/// A problem with one entry.
#[derive(Debug, PartialEq, Eq)]
pub struct EntryError {
    key: String,
    problem: String,
}

impl ConfigError {
    pub(super) fn route(route: &str, problem: &'static str) -> Self {
        Self::Route {
            route: route.to_owned(),
            problem,
        }
    }

    pub(super) fn entry(route: &str, error: EntryError) -> Self {
        Self::Entry {
            route: route.to_owned(),
            error,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(_) => f.write_str("cannot be read"),
            Self::Json(_) => f.write_str("is not valid JSON"),
            Self::Toml(_) => f.write_str("is not valid TOML"),
            Self::NotAnObject => write!(f, "must be a JSON object of routes, such as {EXAMPLE}"),
            Self::NoRoute => write!(f, "has no route: add one, such as {EXAMPLE}"),
            Self::Route { route, problem } => write!(f, "route {route:?} {problem}"),
            Self::Entry { route, error } => write!(f, "route {route:?}, {error}"),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::File(error) => Some(error),
            // Names the line and the column. An error about data could quote a value, but becomes
            // `NotAnObject`.
            Self::Json(error) => Some(error),
            Self::Toml(error) => Some(error),
            Self::NotAnObject | Self::NoRoute | Self::Route { .. } | Self::Entry { .. } => None,
        }
    }
}

impl TomlError {
    /// The problem that `error` reports about `text`, with its place.
    pub(super) fn new(text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        let (_, last) = before.rsplit_once('\n').unwrap_or(("", before));
        Self::Syntax {
            problem: error.message().to_owned(),
            line: before.matches('\n').count() + 1,
            column: last.chars().count() + 1,
        }
    }
}

impl fmt::Display for TomlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("it is not UTF-8"),
            Self::Syntax {
                problem,
                line,
                column,
            } => write!(f, "{problem} at line {line} column {column}"),
        }
    }
}

impl Error for TomlError {}

impl EntryError {
    /// The entry of this key, and what is wrong with it. The text must not quote the value.
    pub fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            problem: problem.into(),
        }
    }

    /// The same problem, with an entry of the object that this key has.
    pub(crate) fn within(self, key: &str) -> Self {
        Self {
            key: format!("{key}.{}", self.key),
            ..self
        }
    }
}

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {:?}: {}", self.key, self.problem)
    }
}

impl Error for EntryError {}

const EXAMPLE: &str = r#"{"payments": {"provider": "stripe", "secret": "…"}}"#;
