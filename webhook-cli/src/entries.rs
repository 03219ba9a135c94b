//! JSON objects as lists of entries.

use std::error::Error;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The entries of a JSON object, in their order. A map would keep the last of two entries of one name and say nothing:
/// with two secrets, the wrong one.
pub(crate) struct Entries(Vec<(String, Box<RawValue>)>);

/// What is wrong with an entry. Never says what its value is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EntryError {
    key: String,
    problem: String,
}

impl EntryError {
    pub(crate) fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            problem: problem.into(),
        }
    }

    pub(crate) fn unused(key: &str) -> Self {
        Self::new(key, "is not used by this provider")
    }
}

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {:?}: {}", self.key, self.problem)
    }
}

impl Error for EntryError {}

impl Entries {
    /// Consumes the entries, each name with its unread value.
    pub(crate) fn into_pairs(self) -> impl Iterator<Item = (String, Box<RawValue>)> {
        self.0.into_iter()
    }

    /// The first name that is there twice.
    pub(crate) fn repeated(&self) -> Option<&str> {
        let names = || self.0.iter().map(|(name, _)| name.as_str());
        names()
            .enumerate()
            .find(|(at, name)| names().take(*at).any(|earlier| earlier == *name))
            .map(|(_, name)| name)
    }

    /// The first name that is not in this list.
    pub(crate) fn stranger(&self, known: &[&str]) -> Option<&str> {
        let mut names = self.0.iter().map(|(name, _)| name.as_str());
        names.find(|name| !known.contains(name))
    }

    /// The value of this name, if there is one.
    pub(crate) fn value(&self, key: &str) -> Result<Option<Value>, EntryError> {
        let mut found = self.0.iter().filter(|(name, _)| name == key);
        let Some((_, raw)) = found.next() else {
            return Ok(None);
        };
        if found.next().is_some() {
            return Err(EntryError::new(key, "is given twice"));
        }
        // What serde_json says of a value may quote it.
        serde_json::from_str(raw.get())
            .map(Some)
            .map_err(|_| EntryError::new(key, "cannot be read as JSON"))
    }

    /// The text of this name, if there is an entry.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, EntryError> {
        match self.value(key)? {
            None => Ok(None),
            Some(Value::String(text)) => filled_in(key, text).map(Some),
            Some(_) => Err(EntryError::new(key, "must be a string")),
        }
    }

    /// The texts of this name; none if there is no entry.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, EntryError> {
        let problem = || EntryError::new(key, "must be a list of strings");
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

    /// The count of this name, if there is an entry.
    pub(crate) fn count(&self, key: &str) -> Result<Option<u64>, EntryError> {
        match self.value(key)? {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(count) if count > 0 => Ok(Some(count)),
                _ => Err(EntryError::new(key, "must be a whole number above zero")),
            },
        }
    }
}

/// A text that nobody has put the value into: a start with it would take the name of a variable for a secret.
fn filled_in(key: &str, text: String) -> Result<String, EntryError> {
    match placeholder(&text) {
        Some(mark) => {
            let problem = format!(
                "contains {mark}, a placeholder: this file is taken as it is written, so put the value in before the start (with \
                 envsubst, for example)"
            );
            Err(EntryError::new(key, problem))
        }
        None => Ok(text),
    }
}

/// What shells and templates put values in for: `${…}`, `$(…)`, `{{…}}`, `<%…%>`, and `$NAME` where
/// it is all.
fn placeholder(text: &str) -> Option<&'static str> {
    let marks = ["${", "$(", "{{", "<%"];
    let mark = marks.into_iter().find(|mark| text.contains(mark));
    let is_name = |name: &str| {
        let mut bytes = name.bytes();
        let letter = bytes
            .next()
            .is_some_and(|first| first == b'_' || first.is_ascii_uppercase());
        let rest = |byte: u8| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit();
        letter && bytes.all(rest)
    };
    mark.or_else(|| {
        text.trim()
            .strip_prefix('$')
            .filter(|name| is_name(name))
            .map(|_| "$")
    })
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
    fn a_placeholder_is_found_and_a_secret_with_dollars_and_braces_is_none() {
        for text in [
            "${STRIPE_SECRET}",
            "whsec_${STRIPE_SECRET}",
            "${STRIPE_SECRET:-none}",
            "$(cat secret)",
            "{{ stripe_secret }}",
            "{{.Values.secret}}",
            "<%= ENV['SECRET'] %>",
            "$STRIPE_SECRET",
            " $STRIPE_SECRET\n",
        ] {
            assert!(placeholder(text).is_some(), "{text}");
        }
        for text in [
            "pa$$word{1}",
            "$2b$12$abc",
            "$ecret",
            "a{b}c",
            "100%",
            "$",
            "$5TAR",
            "<a>",
        ] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_and_not_quoted() {
        let wrong = entries(r#"{"text": 4711, "texts": ["a", 4711], "count": 4711.5}"#);
        for error in [
            wrong.text("text").unwrap_err(),
            wrong.texts("texts").unwrap_err(),
            wrong.count("count").unwrap_err(),
        ] {
            assert!(!error.problem.contains("4711"), "{error:?}");
        }
    }
}
