//! A payload that is a form, read like a JSON object of texts.

use serde_json::{Map, Value};

use crate::parse::{form, multipart};

/// The fields of a form: the text of each, or a list of texts if a name is repeated. Attachments
/// are left out. `None` if the payload is not a form.
pub(super) fn fields(payload: &[u8]) -> Option<Value> {
    let mut fields = Map::new();
    if let Some(boundary) = multipart::boundary_of(payload) {
        multipart::parts(payload, boundary, &mut |head, content| {
            if let Some(name) = multipart::text_name(head) {
                add(&mut fields, name, content);
            }
        })
        .ok()?;
    } else {
        // JSON, XML and plain text have no field with a value before the first separator.
        let first = form::fields(payload).next()?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.[]".contains(&byte);
        if !payload.contains(&b'=') || !first.name.bytes().all(is_name) {
            return None;
        }
        for field in form::fields(payload) {
            add(&mut fields, &field.name.read(), &field.value.read());
        }
    }
    Some(Value::Object(fields))
}

fn add(fields: &mut Map<String, Value>, name: &[u8], value: &[u8]) {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let value = Value::String(text(value));
    match fields.get_mut(&text(name)) {
        None => {
            fields.insert(text(name), value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_an_object_of_texts() {
        let read = |text: &str| fields(text.as_bytes());
        assert_eq!(
            read("From=%2B1&Body=a+b&Empty=&From=2&From=3"),
            Some(json!({"From": ["+1", "2", "3"], "Body": "a b", "Empty": ""}))
        );
        for other in ["", "{\"a\":\"=\"}", "[1]", "<a b=\"c\"/>", "text", "1"] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn the_parts_of_a_multipart_form_are_texts_and_attachments_are_left_out() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na@b.example\r\n\
             --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nx\r\n--b--\r\n";
        let expected = Some(json!({"to": "a@b.example"}));
        assert_eq!(fields(body.as_bytes()), expected);
        assert_eq!(fields(b"--b\r\nContent-Disposition: form-data"), None);
    }
}
