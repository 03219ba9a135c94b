//! A dead record, as people see it.

use std::borrow::Cow;

use crate::replay::ReplayKey;
use crate::time::UnixTime;

/// How many bytes the note of a dead record has at most: 1 KiB.
pub const MAX_NOTE: usize = 1024;

/// A delivery that is not tried again, as [`ReplayStore::dead`](super::ReplayStore::dead) lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadRecord {
    /// The key. [`revive`](super::ReplayStore::revive) and
    /// [`forget`](super::ReplayStore::forget) take it.
    pub key: ReplayKey,
    /// How often the delivery was tried before it was buried.
    pub attempts: u32,
    /// When it was buried, by the store's clock.
    pub died_at: UnixTime,
    /// What the burial noted: the provider, the type and the id of the event. A sender chooses a
    /// part of it.
    pub note: String,
}

impl DeadRecord {
    /// A record as a store lists it.
    #[must_use]
    pub const fn new(key: ReplayKey, attempts: u32, died_at: UnixTime, note: String) -> Self {
        Self {
            key,
            attempts,
            died_at,
            note,
        }
    }

    /// A note as stores keep it: cut to [`MAX_NOTE`] bytes between two characters, with spaces for
    /// control characters. Some databases refuse a text with a zero byte.
    #[must_use]
    pub fn note_to_keep(note: &str) -> Cow<'_, str> {
        let mut end = note.len().min(MAX_NOTE);
        while !note.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        let note = note.get(..end).unwrap_or_default();
        match note.contains(char::is_control) {
            true => Cow::Owned(note.replace(char::is_control, " ")),
            false => Cow::Borrowed(note),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_cut_between_two_characters_and_loses_control_characters() {
        assert_eq!(DeadRecord::note_to_keep("stripe evt_1"), "stripe evt_1");
        assert_eq!(DeadRecord::note_to_keep("a\0b\nc\u{85}d"), "a b c d");
        assert_eq!(
            DeadRecord::note_to_keep(&"x".repeat(2000)),
            "x".repeat(1024)
        );
        let long = format!("x{}", "é".repeat(1000));
        assert_eq!(DeadRecord::note_to_keep(&long).len(), 1023);
    }
}
