//! Values at a few JSON pointers of a body.

use std::borrow::Cow;

use bytes::Bytes;

use crate::error::RejectionKind;
use crate::parse::json::{JsonValue, Pointers, scan};

/// The values at the pointers of a scheme, found in one pass.
pub(crate) struct Values<'b> {
    pointers: Vec<&'static str>,
    found: [Option<JsonValue<'b>>; MAX_VALUES],
}

impl<'b> Values<'b> {
    pub(crate) fn read(body: &'b [u8], pointers: Vec<&'static str>) -> Result<Self, RejectionKind> {
        let found = match pointers.is_empty() {
            true => [const { None }; MAX_VALUES],
            false => scan(body, &Pointers::new(&pointers)).map_err(|_| RejectionKind::Malformed)?,
        };
        Ok(Self { pointers, found })
    }

    fn at(&self, pointer: &str) -> Option<JsonValue<'b>> {
        let at = self.pointers.iter().position(|known| *known == pointer)?;
        self.found.get(at).copied().flatten()
    }

    /// A text of at most `most` decoded bytes, an integer, or a boolean.
    pub(crate) fn text(
        &self,
        pointer: &str,
        most: usize,
    ) -> Result<Option<Cow<'b, str>>, RejectionKind> {
        match self.at(pointer) {
            Some(found) => text(&found, most),
            None => Ok(None),
        }
    }
}

/// A text of at most `most` decoded bytes, an integer, or a boolean.
fn text<'b>(found: &JsonValue<'b>, most: usize) -> Result<Option<Cow<'b, str>>, RejectionKind> {
    Ok(match found {
        JsonValue::Text(text) => Some(text.read(most).ok_or(RejectionKind::Malformed)?),
        JsonValue::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        other => other.integer().map(|number| number.to_string().into()),
    })
}

/// The decoded value at a pointer.
pub(crate) fn field<'b>(
    body: &'b [u8],
    pointer: &'static str,
) -> Result<Option<Cow<'b, str>>, RejectionKind> {
    let values = Values::read(body, vec![pointer])?;
    values.text(pointer, body.len())
}

/// Adds a top-level field to `body`, where a check looks for it. For signers. An existing field is
/// not changed, and neither is a body that is not a JSON object.
pub(crate) fn with_field(body: Bytes, pointer: &'static str, value: &serde_json::Value) -> Bytes {
    let name = pointer.trim_start_matches('/');
    let rest = body.trim_ascii_start().strip_prefix(b"{");
    let (Some(rest), Ok(None)) = (rest, field(&body, pointer)) else {
        return body;
    };
    let comma = if rest.trim_ascii_start().starts_with(b"}") {
        ""
    } else {
        ","
    };
    let field = format!("{{{}:{value}{comma}", serde_json::Value::from(name));
    [field.as_bytes(), rest].concat().into()
}

/// The maximum number of pointers of a scheme: its signature, and the fields that it signs.
const MAX_VALUES: usize = 16;
