//! Objects as lists of entries.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::error::{ConfigError, EntryError};
use super::placeholder::placeholder;
use super::reference;
use super::suggest;

/// The entries of a JSON object or a TOML table, in their order.
///
/// A map would silently keep the last of two entries with the same name. With two secrets, that can
/// be the wrong one.
#[derive(Default)]
pub(crate) struct Entries(Vec<(String, Box<RawValue>)>);

impl Entries {
    /// The entries of these names and unparsed values.
    pub(super) fn from_pairs(pairs: impl IntoIterator<Item = (String, Box<RawValue>)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// Parses the entries of the route `name`, or of the server.
    pub(super) fn of(name: &str, entries: &RawValue) -> Result<Self, ConfigError> {
        let entries = serde_json::from_str(entries.get());
        entries.map_err(|_| ConfigError::route(name, "must be an object of keys and values"))
    }

    /// Consumes the entries. Gives each name with its unparsed value.
    pub(super) fn into_pairs(self) -> impl Iterator<Item = (String, Box<RawValue>)> {
        self.0.into_iter()
    }

    /// The first name that occurs twice.
    pub(super) fn repeated(&self) -> Option<&str> {
        let names = || self.0.iter().map(|(name, _)| name.as_str());
        names()
            .enumerate()
            .find(|(at, name)| names().take(*at).any(|earlier| earlier == *name))
            .map(|(_, name)| name)
    }

    /// Refuses a name that occurs twice.
    pub(super) fn check_unique(&self) -> Result<(), EntryError> {
        match self.repeated() {
            Some(key) => Err(EntryError::new(key, GIVEN_TWICE)),
            None => Ok(()),
        }
    }

    /// The names, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The first name that `known` does not contain.
    pub(super) fn unknown(&self, known: &[&str]) -> Option<&str> {
        self.names().find(|name| !known.contains(name))
    }

    /// Refuses a name that `known` does not contain.
    pub(super) fn check_known(&self, known: &[&str]) -> Result<(), EntryError> {
        let Some(key) = self.unknown(known) else {
            return Ok(());
        };
        let problem = match suggest::closest(key, known.iter().copied()) {
            Some(meant) => format!("is an unknown key; did you mean {meant:?}?"),
            None => format!("is an unknown key; known: {}", known.join(", ")),
        };
        Err(EntryError::new(key, problem))
    }

    /// The text of this key, if there is an entry.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, EntryError> {
        self.raw(key)?.map(|raw| text(key, raw)).transpose()
    }

    /// The texts of this key. Without an entry, the list is empty.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, EntryError> {
        let Some(raw) = self.raw(key)? else {
            return Ok(Vec::new());
        };
        let items: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|_| {
            EntryError::new(key, r#"must be a list of strings, such as ["…", "…"]"#)
        })?;
        let items = items.into_iter().enumerate();
        items
            .map(|(at, item)| text(&format!("{key}[{at}]"), item))
            .collect()
    }

    /// Whether this key is true. The default is false.
    pub(crate) fn flag(&self, key: &str) -> Result<bool, EntryError> {
        Ok(self.choice(key)?.unwrap_or(false))
    }

    /// Whether this key is true or false, if there is an entry.
    pub(super) fn choice(&self, key: &str) -> Result<Option<bool>, EntryError> {
        match self.value(key)? {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(EntryError::new(
                key,
                "must be true or false, without quotes",
            )),
        }
    }

    /// The entries of the object of this key, if there is one.
    pub(crate) fn object(&self, key: &str) -> Result<Option<Self>, EntryError> {
        let entries = self.raw(key)?.map(|raw| serde_json::from_str(raw.get()));
        let entries = entries.transpose();
        entries.map_err(|_| EntryError::new(key, "must be an object of keys and values"))
    }

    /// Whether the value of this key is a list.
    pub(crate) fn is_list(&self, key: &str) -> Result<bool, EntryError> {
        Ok(self.raw(key)?.is_some_and(|raw| raw.get().starts_with('[')))
    }

    /// The numbers of this key. Without an entry, the list is empty.
    pub(super) fn counts(&self, key: &str) -> Result<Vec<u64>, EntryError> {
        let Some(raw) = self.raw(key)? else {
            return Ok(Vec::new());
        };
        serde_json::from_str(raw.get()).map_err(|_| {
            EntryError::new(key, "must be a list of whole numbers, such as [410, 422]")
        })
    }

    /// The number of this key, if there is an entry.
    pub(super) fn count(&self, key: &str) -> Result<Option<u64>, EntryError> {
        match self.value(key)? {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(count) if count > 0 => Ok(Some(count)),
                _ => Err(EntryError::new(
                    key,
                    "must be a whole number above zero, without quotes",
                )),
            },
        }
    }

    fn value(&self, key: &str) -> Result<Option<Value>, EntryError> {
        self.raw(key)?.map(|raw| value(key, raw)).transpose()
    }

    fn raw(&self, key: &str) -> Result<Option<&RawValue>, EntryError> {
        let mut found = self.0.iter().filter(|(name, _)| name == key);
        let first = found.next();
        match found.next() {
            Some(_) => Err(EntryError::new(key, GIVEN_TWICE)),
            None => Ok(first.map(|(_, raw)| raw.as_ref())),
        }
    }
}

/// A string, or the text that `{"env": …}` or `{"file": …}` points to.
fn text(key: &str, raw: &RawValue) -> Result<String, EntryError> {
    let text = match value(key, raw)? {
        Value::String(text) => text,
        Value::Object(_) => reference::resolve(key, raw)?,
        _ => return Err(EntryError::new(key, "must be a string in double quotes")),
    };
    filled_in(key, text)
}

fn value(key: &str, raw: &RawValue) -> Result<Value, EntryError> {
    // The text of serde_json's error may quote the value.
    serde_json::from_str(raw.get()).map_err(|_| {
        let problem = "has an invalid escape, or a number out of range";
        EntryError::new(key, problem)
    })
}

/// Refuses a placeholder. The server would otherwise use the name of a variable as the secret.
fn filled_in(key: &str, text: String) -> Result<String, EntryError> {
    match placeholder(&text) {
        Some(mark) => {
            let problem = format!(
                "contains {mark}, a placeholder, and nothing replaces it: write \
                 {{\"env\": \"NAME\"}} or {{\"file\": \"PATH\"}} instead of the string"
            );
            Err(EntryError::new(key, problem))
        }
        None => Ok(text),
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

const GIVEN_TWICE: &str = "is given twice: remove one entry";

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(json: &str) -> Entries {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn both_of_two_entries_of_one_name_are_kept_and_neither_is_chosen() {
        let twice = entries(r#"{"secret": "first", "secret": "second"}"#);
        assert_eq!(twice.repeated(), Some("secret"));
        assert!(twice.text("secret").is_err());
        assert_eq!(entries(r#"{"a": 1, "b": 1}"#).repeated(), None);
    }

    #[test]
    fn names_are_compared_as_they_mean_and_not_as_they_are_written() {
        let twice = entries(r#"{"secret": "first", "secre\u0074": "second"}"#);
        assert_eq!(twice.repeated(), Some("secret"));
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_and_not_quoted() {
        let wrong = entries(r#"{"text": 4711, "texts": ["a", 4711], "count": 4711.5}"#);
        for error in [
            wrong.text("text").unwrap_err(),
            wrong.texts("texts").unwrap_err(),
            wrong.count("count").unwrap_err(),
        ] {
            assert!(!error.to_string().contains("4711"), "{error}");
        }
    }
}
