//! The document of an event: JSON whose values are read from their text, or the fields of a form or
//! a query.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{MappingError, MappingProblem};

/// A document, or a value in it.
#[derive(Clone, Copy)]
pub(crate) enum Document<'a> {
    /// The text of a value.
    Json(&'a str),
    /// Undecoded pairs: a pointer is a slash and the name of a field.
    Fields(&'a str),
}

/// A value that is not a list or an object.
pub(crate) struct Scalar<'a>(pub(crate) Cow<'a, str>);

impl<'a> Document<'a> {
    pub(crate) fn json(payload: &'a [u8]) -> Result<Self, MappingError> {
        let malformed = |_| MappingError::new("", MappingProblem::Malformed);
        let value: &RawValue = serde_json::from_slice(payload).map_err(malformed)?;
        Ok(Self::Json(value.get()))
    }

    /// The text of the value, which is a part of the payload.
    pub(crate) const fn text(self) -> &'a str {
        match self {
            Self::Json(text) | Self::Fields(text) => text,
        }
    }

    /// The value at a JSON pointer without escapes. `None` if it is absent or null.
    pub(crate) fn at(self, pointer: &str) -> Result<Option<Self>, MappingError> {
        let Self::Json(mut text) = self else {
            return Ok(Some(self));
        };
        let steps = pointer.split('/').skip(1);
        for step in steps {
            let found = match text.as_bytes().first() {
                Some(b'{') => member(text, step),
                Some(b'[') => element(text, step),
                _ => Ok(None),
            };
            match found.map_err(|problem| MappingError::new(pointer, problem))? {
                Some(value) => text = value,
                None => return Ok(None),
            }
        }
        Ok((text != "null").then_some(Self::Json(text)))
    }

    /// The scalar at a pointer: text, number or truth value, as text. `None` if it is absent, null
    /// or empty.
    pub(crate) fn scalar(self, pointer: &str) -> Result<Option<Scalar<'a>>, MappingError> {
        let fail = |problem| MappingError::new(pointer, problem);
        let found = match self {
            Self::Json(_) => match self.at(pointer)? {
                None => None,
                Some(value) => Some(scalar(value.text()).map_err(fail)?),
            },
            Self::Fields(text) => {
                let name = pointer.strip_prefix('/').unwrap_or(pointer);
                let mut values = form_urlencoded::parse(text.as_bytes())
                    .filter(|(known, _)| known == name)
                    .map(|(_, value)| value);
                let first = values.next();
                if values.any(|other| Some(&other) != first.as_ref()) {
                    return Err(fail(MappingProblem::Repeated));
                }
                first
            }
        };
        Ok(found.filter(|value| !value.is_empty()).map(Scalar))
    }

    /// The first scalar that is there.
    pub(crate) fn first(self, pointers: &[&str]) -> Result<Option<Scalar<'a>>, MappingError> {
        for pointer in pointers {
            if let Some(found) = self.scalar(pointer)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The elements of the list at a pointer.
    pub(crate) fn list(self, pointer: &str) -> Result<Vec<Self>, MappingError> {
        let fail = |problem| MappingError::new(pointer, problem);
        let list = self.at(pointer)?;
        let list = list.ok_or_else(|| fail(MappingProblem::Missing))?;
        let elements: Result<Vec<&RawValue>, _> = serde_json::from_str(list.text());
        let elements = elements.map_err(|_| fail(MappingProblem::WrongType))?;
        Ok(elements
            .into_iter()
            .map(|one| Self::Json(one.get()))
            .collect())
    }

    pub(crate) fn is_object(self) -> bool {
        match self {
            Self::Json(text) => text.starts_with('{'),
            Self::Fields(_) => true,
        }
    }
}

/// The text of a scalar. A number keeps its digits.
fn scalar(text: &str) -> Result<Cow<'_, str>, MappingProblem> {
    match text.as_bytes().first() {
        Some(b'"') => {
            let value: Text<'_> =
                serde_json::from_str(text).map_err(|_| MappingProblem::Malformed)?;
            Ok(value.0)
        }
        Some(b'{' | b'[') => Err(MappingProblem::WrongType),
        _ => Ok(text.into()),
    }
}

#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn element<'a>(list: &'a str, step: &str) -> Result<Option<&'a str>, MappingProblem> {
    let Ok(index) = step.parse::<usize>() else {
        return Ok(None);
    };
    let elements: Vec<&RawValue> =
        serde_json::from_str(list).map_err(|_| MappingProblem::Malformed)?;
    Ok(elements.get(index).map(|found| found.get()))
}

/// The member of this name. An object that has it twice is refused: another reader of the same
/// bytes could see the other value.
fn member<'a>(object: &'a str, name: &str) -> Result<Option<&'a str>, MappingProblem> {
    let mut json = serde_json::Deserializer::from_str(object);
    match json.deserialize_map(Find(name)) {
        Ok(Found::None) => Ok(None),
        Ok(Found::One(value)) => Ok(Some(value)),
        Ok(Found::Several) => Err(MappingProblem::Repeated),
        Err(_) => Err(MappingProblem::Malformed),
    }
}

enum Found<'a> {
    None,
    One(&'a str),
    Several,
}

struct Find<'n>(&'n str);

impl<'de> Visitor<'de> for Find<'_> {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found<'de>, A::Error> {
        let mut found = Found::None;
        while let Some(is_it) = map.next_key_seed(Equals(self.0))? {
            if !is_it {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &RawValue = map.next_value()?;
            found = match found {
                Found::None => Found::One(value.get()),
                Found::One(_) | Found::Several => Found::Several,
            };
        }
        Ok(found)
    }
}

/// Whether a key is this name, without a copy of the key.
struct Equals<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Equals<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Equals<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}
