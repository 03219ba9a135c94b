//! The attributes of a CloudEvent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Message;
use crate::attributes::Attributes;

/// Unreserved characters of a URI (RFC 3986, section 2.3) stay.
const SEGMENT: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The attributes of an event, in the order in which they are written.
pub(super) struct Context(Vec<(&'static str, Value)>);

/// The types of the standard that occur.
pub(super) enum Value {
    Text(String),
    Integer(u32),
    Boolean(bool),
}

impl Value {
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Boolean(yes) => yes.to_string(),
        }
    }
}

impl Context {
    pub(super) fn of(message: &Message, source: &str) -> Self {
        let attributes = Attributes::of(message.stored());
        let event_type = attributes.event_type.filter(|name| is_text(name));
        let id_name = match attributes.is_id_signed {
            true => "eventid",
            false => "unsignedeventid",
        };
        let mut context = Self(vec![("specversion", Value::Text("1.0".to_owned()))]);
        context.text("id", Some(message.key()));
        context.text("source", Some(&source_of(source, &attributes)));
        context.text("type", event_type.or(Some(attributes.provider)));
        context.text("time", Some(&attributes.received_at));
        context.text("datacontenttype", message.content_type());
        let location = message
            .reference()
            .and_then(|reference| reference.location());
        context.text("dataref", location);
        context.text("provider", Some(attributes.provider));
        context.text("tenant", attributes.tenant);
        context.text("consumer", attributes.consumer);
        context.text("mode", attributes.mode);
        context.text(id_name, attributes.event_id);
        let attempt = i32::try_from(attributes.attempt).unwrap_or(i32::MAX);
        context
            .0
            .push(("attempt", Value::Integer(attempt.unsigned_abs())));
        if !attributes.is_type_signed && event_type.is_some() {
            context.0.push(("unsignedtype", Value::Boolean(true)));
        }
        if !attributes.is_body_signed {
            context.0.push(("unsignedbody", Value::Boolean(true)));
        }
        context
    }

    fn text(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| is_text(value)) {
            self.0.push((name, Value::Text(value.to_owned())));
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

/// CloudEvents 1.0.2, section "Type System": a string has no control character. Attributes are not
/// empty.
fn is_text(value: &str) -> bool {
    !value.is_empty() && !value.chars().any(char::is_control)
}

fn source_of(base: &str, attributes: &Attributes<'_>) -> String {
    let mut source = base.trim_end_matches('/').to_owned();
    for part in [Some(attributes.provider), attributes.tenant]
        .into_iter()
        .flatten()
    {
        source.push('/');
        source.extend(utf8_percent_encode(part, &SEGMENT));
    }
    source
}
