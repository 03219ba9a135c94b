//! The signed message, as a sender writes it.

use bytes::Bytes;

use crate::parse::json::field;
use crate::parse::low_bytes::LowBytes;
use crate::provider::{Part, Value};
use crate::signer::Signer;

impl Signer {
    pub(super) fn write(&self, part: Part, time: &str, body: &Bytes, sink: &mut dyn FnMut(&[u8])) {
        match part {
            Part::Literal(text) => sink(text.as_bytes()),
            Part::Time => sink(time.as_bytes()),
            Part::Id => sink(self.id.as_bytes()),
            Part::Method => sink(self.method().as_bytes()),
            Part::Url => {
                sink(self.public_url.as_bytes());
                if let Some((_, query)) = self.path_and_query.split_once('?') {
                    sink(b"?");
                    sink(query.as_bytes());
                }
            }
            Part::Body => sink(body),
            Part::BodyLowBytes => LowBytes::default().push(body, sink),
            Part::Header(name) => {
                sink(
                    self.value(Value::Header(name))
                        .unwrap_or_default()
                        .as_bytes(),
                );
            }
            Part::Field(pointer) => {
                let value = field(body, pointer).ok().flatten();
                sink(value.unwrap_or_default().as_bytes());
            }
            // The signing key writes these.
            Part::Login | Part::Secret => {}
            Part::Optional {
                before,
                value,
                after,
            } => {
                if let Some(value) = self.value(value) {
                    sink(before.as_bytes());
                    sink(value.as_bytes());
                    sink(after.as_bytes());
                }
            }
        }
    }

    fn value(&self, value: Value) -> Option<String> {
        let query = |name: &str| {
            let (_, query) = self.path_and_query.split_once('?')?;
            form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        match value {
            Value::Header(name) => self
                .headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone()),
            Value::Query(name) => query(name),
            Value::QueryLowercase(name) => query(name).map(|value| value.to_ascii_lowercase()),
        }
        .filter(|value| !value.is_empty())
    }
}
