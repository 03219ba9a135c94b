//! What a store says of a sweep and of its set-up.

use std::borrow::Cow;
use std::fmt;

/// The answer to [`ReplayStore::sweep`](super::ReplayStore::sweep).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
#[allow(
    clippy::exhaustive_structs,
    reason = "how many went, and whether there are more"
)]
pub struct Swept {
    /// How many records and counts were removed.
    pub removed: usize,
    /// Whether the sweep stopped before it had seen all that has expired. Call it again.
    pub more: bool,
}

/// Something wrong with the set-up of a store, as
/// [`ReplayStore::check`](super::ReplayStore::check) finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The kind.
    pub what: FindingKind,
    /// What was found, what is expected, and what to do about it. For people.
    pub text: Cow<'static, str>,
}

/// The kinds of [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// The database may evict records before they expire. Copies then run again.
    Eviction,
    /// An acknowledged write may be lost when the database or its machine fails. Copies then run
    /// again.
    Durability,
    /// The database is a replica, or may answer from one. It may not know the last claim.
    Replica,
    /// The tables or scripts are of another version than the store expects.
    SchemaVersion,
    /// The clocks of the database and of this process differ.
    ClockSkew,
    /// Something else. The text says what.
    Other,
}

impl Finding {
    /// A finding of this kind.
    pub fn new(what: FindingKind, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            what,
            text: text.into(),
        }
    }
}

impl FindingKind {
    /// The stable label of this kind, such as `clock_skew`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eviction => "eviction",
            Self::Durability => "durability",
            Self::Replica => "replica",
            Self::SchemaVersion => "schema_version",
            Self::ClockSkew => "clock_skew",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.text)
    }
}
