//! JSON objects as lists of entries.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::error::{ConfigError, EntryError};
use super::placeholder::placeholder;

/// The entries of a JSON object, in their order.
///
/// A map would silently keep the last of two entries with the same name. With two secrets, that can
/// be the wrong one.
pub(super) struct Entries(Vec<(String, Box<RawValue>)>);

impl Entries {
    /// Parses the entries of the route `name`, or of the server.
    pub(super) fn of(name: &str, entries: &RawValue) -> Result<Self, ConfigError> {
        let entries = serde_json::from_str(entries.get());
        entries.map_err(|_| ConfigError::route(name, "must be a JSON object of keys and values"))
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

    /// The first name that `known` does not contain.
    pub(super) fn unknown(&self, known: &[&str]) -> Option<&str> {
        let mut names = self.0.iter().map(|(name, _)| name.as_str());
        names.find(|name| !known.contains(name))
    }

    /// The string of this key, if there is an entry.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, EntryError> {
        match self.value(key)? {
            None => Ok(None),
            Some(Value::String(text)) => filled_in(key, text).map(Some),
            Some(_) => Err(EntryError::new(key, "must be a string in double quotes")),
        }
    }

    /// The strings of this key. Without an entry, the list is empty.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, EntryError> {
        let problem = || EntryError::new(key, r#"must be a list of strings, such as ["…", "…"]"#);
        match self.value(key)? {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .into_iter()
                .enumerate()
                .map(|(at, item)| match item {
                    Value::String(text) => filled_in(&format!("{key}[{at}]"), text),
                    _ => Err(problem()),
                })
                .collect(),
            Some(_) => Err(problem()),
        }
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
        let mut found = self.0.iter().filter(|(name, _)| name == key);
        let Some((_, raw)) = found.next() else {
            return Ok(None);
        };
        if found.next().is_some() {
            return Err(EntryError::new(key, GIVEN_TWICE));
        }
        // The text of serde_json's error may quote the value.
        serde_json::from_str(raw.get()).map(Some).map_err(|_| {
            let problem = "has an invalid escape, or a number out of range";
            EntryError::new(key, problem)
        })
    }
}

/// Refuses a placeholder. The server would otherwise use the name of a variable as the secret.
fn filled_in(key: &str, text: String) -> Result<String, EntryError> {
    match placeholder(&text) {
        Some(mark) => {
            let problem = format!(
                "contains {mark}, a placeholder: the file is read as it is, so replace it with \
                 the value before the start, for example with envsubst"
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
