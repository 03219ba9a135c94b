//! Values at JSON pointers.

use serde_json::{Map, Value};

/// Puts a value at a JSON pointer. Makes the objects and arrays on the way; a value on the way that
/// can have no such member is replaced.
pub(super) fn put(document: &mut Value, pointer: &str, value: Value) {
    let Some((_, names)) = pointer.split_once('/') else {
        *document = value;
        return;
    };
    let (name, rest) = match names.find('/') {
        Some(end) => names.split_at(end),
        None => (names, ""),
    };
    match (&mut *document, name.parse::<usize>()) {
        (Value::Array(items), Ok(index)) => {
            if items.len() <= index {
                items.resize(index.saturating_add(1), Value::Null);
            }
            if let Some(item) = items.get_mut(index) {
                put(item, rest, value);
            }
        }
        (Value::Object(members), _) => {
            put(members.entry(name).or_insert(Value::Null), rest, value);
        }
        (_, Ok(0)) => {
            *document = Value::Array(Vec::new());
            put(document, pointer, value);
        }
        _ => {
            *document = Value::Object(Map::new());
            put(document, pointer, value);
        }
    }
}

/// Merges `data` over what is there: objects member by member, everything else by replacement. Null
/// is no data at the top, and a value below.
pub(super) fn merge(document: &mut Value, data: Value) {
    match (document, data) {
        (Value::Object(members), Value::Object(data)) => {
            for (name, value) in data {
                match members.get_mut(&name) {
                    Some(known) if known.is_object() && value.is_object() => merge(known, value),
                    _ => {
                        members.insert(name, value);
                    }
                }
            }
        }
        (_, Value::Null) => {}
        (document, data) => *document = data,
    }
}

/// The text of a value that is not an object or array.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{merge, put};
    use serde_json::json;

    #[test]
    fn a_value_is_put_where_the_pointer_says() {
        let mut document = json!({"a": {"b": 1}, "text": "t"});
        put(&mut document, "/a/c", 2.into());
        put(&mut document, "/list/0/name", "x".into());
        put(&mut document, "/list/1", "y".into());
        put(&mut document, "/text/deeper", true.into());
        let expected = json!({
            "a": {"b": 1, "c": 2}, "list": [{"name": "x"}, "y"], "text": {"deeper": true},
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn data_is_merged_member_by_member() {
        let mut document = json!({"a": {"b": 1, "c": 2}, "d": [1]});
        merge(
            &mut document,
            json!({"a": {"b": 3, "e": null}, "d": [2, 3]}),
        );
        assert_eq!(
            document,
            json!({"a": {"b": 3, "c": 2, "e": null}, "d": [2, 3]})
        );
        merge(&mut document, json!(null));
        assert_eq!(document["d"], json!([2, 3]));
    }
}
