//! A value found by a scan.

use std::borrow::Cow;

use crate::parse::json::{Problem, Quoted};

/// The value at a pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum JsonValue<'b> {
    Text(Quoted<'b>),
    /// A number as spelled.
    Number(&'b str),
    Bool(bool),
    Null,
    /// An array or object as spelled.
    Nested(&'b [u8]),
}

impl<'b> JsonValue<'b> {
    /// The number as an integer, if it is whole and fits into 64 bits. The exact value of other
    /// numbers would be lost.
    pub(crate) fn integer(&self) -> Option<i128> {
        match self {
            Self::Number(spelled) => number(spelled)?.as_i128(),
            _ => None,
        }
    }

    /// The decoded text, if it has at most `most` bytes, or another scalar as spelled. Null is
    /// empty. `None` for arrays and objects.
    pub(crate) fn plain(&self, most: usize) -> Option<Cow<'b, str>> {
        let spelled = match self {
            Self::Text(text) => return text.read(most),
            Self::Number(spelled) => spelled,
            Self::Bool(true) => "true",
            Self::Bool(false) => "false",
            Self::Null => "",
            Self::Nested(_) => return None,
        };
        (spelled.len() <= most).then_some(Cow::Borrowed(spelled))
    }
}

pub(super) fn scalar(token: &[u8]) -> Result<JsonValue<'_>, Problem> {
    Ok(match token {
        b"true" => JsonValue::Bool(true),
        b"false" => JsonValue::Bool(false),
        b"null" => JsonValue::Null,
        _ => {
            let spelled = std::str::from_utf8(token).map_err(|_| Problem::NotJson)?;
            number(spelled).ok_or(Problem::NotJson)?;
            JsonValue::Number(spelled)
        }
    })
}

fn number(spelled: &str) -> Option<serde_json::Number> {
    serde_json::from_str(spelled).ok()
}
