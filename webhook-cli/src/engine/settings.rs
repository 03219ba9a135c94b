//! What the configuration says of an engine.

use crate::config::{Entries, EntryError};

/// The entries of an engine. A text may be a reference, `{"env": …}` or `{"file": …}`.
#[allow(missing_debug_implementations, reason = "it holds credentials")]
pub struct EngineSettings<'a>(&'a Entries);

impl<'a> EngineSettings<'a> {
    pub(crate) const fn new(entries: &'a Entries) -> Self {
        Self(entries)
    }

    /// The text of this key, if there is an entry.
    ///
    /// # Errors
    ///
    /// If it is not a text, or its reference leads nowhere.
    pub fn text(&self, key: &str) -> Result<Option<String>, EntryError> {
        self.0.text(key)
    }

    /// The text of this key. `such_as` is what an error suggests, as JSON.
    ///
    /// # Errors
    ///
    /// If there is none, or as [`text`](Self::text).
    pub fn required(&self, key: &str, such_as: &str) -> Result<String, EntryError> {
        self.text(key)?.ok_or_else(|| missing(key, such_as))
    }

    /// A text or a list of texts, at least one.
    ///
    /// # Errors
    ///
    /// As [`required`](Self::required).
    pub fn one_or_more(&self, key: &str, such_as: &str) -> Result<Vec<String>, EntryError> {
        let all = match self.0.is_list(key)? {
            true => self.0.texts(key)?,
            false => self.text(key)?.into_iter().collect(),
        };
        match all.is_empty() {
            true => Err(missing(key, such_as)),
            false => Ok(all),
        }
    }

    /// Whether this key is true. The default is false.
    ///
    /// # Errors
    ///
    /// If it is neither true nor false.
    pub fn flag(&self, key: &str) -> Result<bool, EntryError> {
        self.0.flag(key)
    }

    /// The names and texts of the object of this key. Without an entry, there are none.
    ///
    /// # Errors
    ///
    /// If it is not an object of texts, or names one twice.
    pub fn pairs(&self, key: &str) -> Result<Vec<(String, String)>, EntryError> {
        let Some(object) = self.0.object(key)? else {
            return Ok(Vec::new());
        };
        let pair = |name: &str| {
            let text = object.text(name)?.unwrap_or_default();
            Ok((name.to_owned(), text))
        };
        let pairs = object.names().map(pair).collect::<Result<_, _>>();
        pairs.map_err(|error: EntryError| error.within(key))
    }
}

fn missing(key: &str, such_as: &str) -> EntryError {
    EntryError::new(key, format!("is missing: write one such as {such_as}"))
}
