//! What happened, as lines of a file that every receiver appends to.
//!
//! A process that is killed loses none of its lines: each is one write, and the operating system
//! has it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use webhook_core::ReplayKey;

use crate::failpoint::Point;

/// The file, as a receiver writes it.
#[derive(Debug)]
pub struct Journal(File);

/// A line of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// The store has granted a claim. The engine is told after this was written.
    Claimed(Run),
    /// A handler has had its effect.
    Ran {
        /// The claim that it ran under.
        run: Run,
        /// The id of its event.
        event: String,
    },
    /// The store has accepted a commit. The engine is told after this was written.
    Committed(Run),
    /// The process killed itself at this point.
    Died(Point),
}

/// A claim, by what distinguishes it from all others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(
    clippy::exhaustive_structs,
    reason = "a key and its epoch: there is no third"
)]
pub struct Run {
    /// The replay key.
    pub key: ReplayKey,
    /// The epoch of the claim.
    pub epoch: u64,
}

impl Journal {
    /// The file at this path, which is made if it does not exist.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(file))
    }

    /// Appends a line. One write, so that lines of several processes do not mix.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, entry: &Entry) -> io::Result<()> {
        (&self.0).write_all(entry.to_line().as_bytes())
    }
}

impl Entry {
    fn to_line(&self) -> String {
        let run = |run: &Run| format!("{} {}", const_hex::encode(run.key.as_bytes()), run.epoch);
        match self {
            Self::Claimed(claim) => format!("claimed {}\n", run(claim)),
            Self::Ran { run: claim, event } => format!("ran {} {event}\n", run(claim)),
            Self::Committed(claim) => format!("committed {}\n", run(claim)),
            Self::Died(point) => format!("died {point}\n"),
        }
    }

    fn from_line(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let run = |key: &str, epoch: &str| {
            let mut bytes = [0; 32];
            const_hex::decode_to_slice(key, &mut bytes).ok()?;
            let (key, epoch) = (ReplayKey::from_bytes(bytes), epoch.parse().ok()?);
            Some(Run { key, epoch })
        };
        Some(match words[..] {
            ["claimed", key, epoch] => Self::Claimed(run(key, epoch)?),
            ["committed", key, epoch] => Self::Committed(run(key, epoch)?),
            ["ran", key, epoch, event] => Self::Ran {
                run: run(key, epoch)?,
                event: event.to_owned(),
            },
            ["died", point] => Self::Died(Point::named(point)?),
            _ => return None,
        })
    }
}

/// The lines of a journal, in their order.
///
/// # Errors
///
/// If the file cannot be read, or if a line is none of a journal.
pub fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let text = std::fs::read_to_string(path)?;
    let entry = |line: &str| {
        let unknown = || io::Error::other(format!("not a line of a journal: {line}"));
        Entry::from_line(line).ok_or_else(unknown)
    };
    text.lines().map(entry).collect()
}
