//! Structured mode: the JSON event format 1.0.2.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::RawValue;

use crate::Message;
use crate::cloud_events::context::{Context, Value};

/// The JSON document.
pub(super) fn document(context: &Context, message: &Message) -> Vec<u8> {
    let event = Event {
        context,
        data: Data::of(message),
    };
    // Texts, numbers and JSON that was parsed: nothing in it cannot be written.
    serde_json::to_vec(&event).unwrap_or_default()
}

struct Event<'a> {
    context: &'a Context,
    data: Data<'a>,
}

/// JSON event format, section 3.1.
enum Data<'a> {
    /// JSON as it was received. A copy by its parse tree would change numbers.
    Json(&'a RawValue),
    Base64(String),
    Nothing,
}

impl<'a> Data<'a> {
    fn of(message: &'a Message) -> Self {
        let body = message.body();
        if body.is_empty() {
            return Self::Nothing;
        }
        let json = match message.content_type().is_some_and(is_json) {
            true => serde_json::from_slice(body).ok(),
            false => None,
        };
        json.map_or_else(|| Self::Base64(STANDARD.encode(body)), Self::Json)
    }
}

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.context.iter() {
            match value {
                Value::Text(text) => map.serialize_entry(name, text)?,
                Value::Integer(number) => map.serialize_entry(name, number)?,
                Value::Boolean(yes) => map.serialize_entry(name, yes)?,
            }
        }
        match &self.data {
            Data::Json(json) => map.serialize_entry("data", json)?,
            Data::Base64(text) => map.serialize_entry("data_base64", text)?,
            Data::Nothing => {}
        }
        map.end()
    }
}

/// Whether a media type is JSON: its subtype is `json`, or ends with `+json`.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let Some((_, subtype)) = essence.split_once('/') else {
        return false;
    };
    let subtype = subtype.to_ascii_lowercase();
    subtype == "json" || subtype.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn json_is_known_by_the_subtype() {
        for yes in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/json",
            "application/cloudevents+json",
            " application/problem+json ;a=b",
        ] {
            assert!(is_json(yes), "{yes}");
        }
        for no in [
            "",
            "json",
            "application/jsonl",
            "text/plain; a=application/json",
            "a/x+jso",
        ] {
            assert!(!is_json(no), "{no}");
        }
    }
}
