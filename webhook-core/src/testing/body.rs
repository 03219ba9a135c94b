//! The body of a mock event.

use std::collections::BTreeMap;

use form_urlencoded::Serializer;
use serde_json::Value;

use crate::testing::document::{merge, put, text};

/// The body of an event.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Json(Value),
    Form(BTreeMap<String, String>),
    Xml(String),
}

impl Body {
    pub(super) const fn content_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Form(_) => "application/x-www-form-urlencoded",
            Self::Xml(_) => "text/xml",
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Json(document) => document.to_string().into(),
            Self::Form(fields) => {
                let mut form = Serializer::new(String::new());
                form.extend_pairs(fields).finish().into()
            }
            Self::Xml(document) => document.clone().into(),
        }
    }

    /// The text or number at a pointer.
    pub(super) fn text_at(&self, pointer: &str) -> Option<String> {
        match self {
            Self::Json(document) => {
                let value = document.pointer(pointer)?;
                (value.is_string() || value.is_number()).then(|| text(value))
            }
            Self::Form(fields) => fields.get(pointer.trim_start_matches('/')).cloned(),
            Self::Xml(document) => {
                let (_, rest) = document.split_once(&format!("<{pointer}>"))?;
                rest.split('<').next().map(str::to_owned)
            }
        }
    }

    /// Puts a text, or a number where a number was.
    pub(super) fn put_text(&mut self, pointer: &str, value: String) {
        let was_number = match self {
            Self::Json(document) => document.pointer(pointer).is_some_and(Value::is_number),
            Self::Form(_) | Self::Xml(_) => false,
        };
        let number = value.parse::<u64>().ok().filter(|_| was_number);
        self.put(pointer, number.map_or_else(|| value.into(), Value::from));
    }

    pub(super) fn put(&mut self, pointer: &str, value: Value) {
        match self {
            Self::Json(document) => put(document, pointer, value),
            Self::Form(fields) => {
                fields.insert(pointer.trim_start_matches('/').to_owned(), text(&value));
            }
            Self::Xml(document) => {
                let name = pointer.trim_start_matches('/');
                *document = with_element(document, name, &text(&value));
            }
        }
    }

    pub(super) fn merge_at(&mut self, pointer: &str, data: Value) {
        match self {
            Self::Json(document) => match document.pointer_mut(pointer) {
                Some(sample) => merge(sample, data),
                None if data.is_null() => {}
                None => put(document, pointer, data),
            },
            Self::Form(_) | Self::Xml(_) => {
                let Value::Object(members) = data else { return };
                for (name, value) in members {
                    self.put(&name, value);
                }
            }
        }
    }
}

/// With this text in the first element of this name.
fn with_element(document: &str, name: &str, text: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let Some((before, rest)) = document.split_once(&open) else {
        return document.to_owned();
    };
    let after = rest.find(&close).and_then(|at| rest.get(at..));
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    [before, &open, &text, after.unwrap_or_default()].concat()
}
