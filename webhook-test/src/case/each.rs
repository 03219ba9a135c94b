//! Expands a row into one for each of several values: `"each": [1, 2]` makes two rows, with
//! `{each}` replaced in each. If the values are objects, their field names are the placeholders.
//! `{"from": 0, "to": 48}` is a range that excludes its end.

use serde_json::{Map, Value};

pub(super) fn expand(mut row: Value) -> Vec<Value> {
    let fields = row.as_object_mut().expect("a row is an object");
    let Some(each) = fields.remove("each") else {
        return vec![row];
    };
    let values = match each {
        Value::Array(values) => values,
        range => {
            let end = |name: &str| range[name].as_u64().expect("a range");
            (end("from")..end("to")).map(Value::from).collect()
        }
    };
    assert!(!values.is_empty(), "no value for {row}");
    let with = |value: Value| {
        let named = match value {
            Value::Object(named) => named,
            value => Map::from_iter([("each".to_owned(), value)]),
        };
        replaced(&row, &named)
    };
    values.into_iter().map(with).collect()
}

fn replaced(value: &Value, by: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => in_text(text, by),
        Value::Array(values) => values.iter().map(|value| replaced(value, by)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            Value::Object(
                fields
                    .map(|(name, value)| (name.clone(), replaced(value, by)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

/// A text that consists of the placeholder alone becomes the value, whatever its type. In a longer
/// text, the value becomes text.
fn in_text(text: &str, by: &Map<String, Value>) -> Value {
    let mut text = text.to_owned();
    for (name, value) in by {
        let placeholder = format!("{{{name}}}");
        if text == placeholder {
            return value.clone();
        }
        if text.contains(&placeholder) {
            let shown = match value {
                Value::String(value) => value.clone(),
                other => other.to_string(),
            };
            text = text.replace(&placeholder, &shown);
        }
    }
    Value::String(text)
}
