//! Writing the signed message, part by part.

use std::borrow::Cow;

use crate::error::RejectionKind;
use crate::provider::{Part, Value};
use crate::request::{Found, Head, MAX_VALUE};

/// The values that a scheme's parts are made of.
pub(super) struct SignedMessage<'a> {
    pub(super) head: &'a Head<'a>,
    pub(super) url: &'a str,
    pub(super) time: &'a [u8],
    pub(super) id: &'a [u8],
}

impl SignedMessage<'_> {
    #[inline]
    pub(super) fn write(
        &self,
        part: Part,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), RejectionKind> {
        match part {
            Part::Literal(text) => sink(text.as_bytes()),
            Part::Time => sink(self.time),
            Part::Id => sink(self.id),
            Part::Method => sink(self.head.method.as_bytes()),
            Part::Url => {
                sink(self.url.as_bytes());
                if let Some(query) = self.head.query() {
                    sink(b"?");
                    sink(query.as_bytes());
                }
            }
            Part::Header(name) => sink(self.head.header(name)?),
            // The body's parts follow through `update`, and the key's parts are not in the head.
            Part::Body | Part::BodyLowBytes | Part::Field(_) | Part::Secret | Part::Login => {}
            Part::Optional {
                before,
                value,
                after,
            } => {
                if let Some(value) = self.value(value)? {
                    sink(before.as_bytes());
                    sink(&value);
                    sink(after.as_bytes());
                }
            }
        }
        Ok(())
    }

    fn value(&self, value: Value) -> Result<Option<Cow<'_, [u8]>>, RejectionKind> {
        let found = match value {
            Value::Header(name) => match self.head.headers.find(name) {
                Found::Absent => None,
                Found::Once(value) => Some(Cow::Borrowed(value.trim_ascii())),
                Found::Repeated => return Err(RejectionKind::AmbiguousHeader),
            },
            Value::Query(name) => self
                .head
                .query_value(name)?
                .map(|value| Cow::Owned(value.trim().as_bytes().to_vec())),
            Value::QueryLowercase(name) => self
                .head
                .query_value(name)?
                .map(|value| Cow::Owned(value.trim().to_ascii_lowercase().into_bytes())),
        };
        if found.as_ref().is_some_and(|value| value.len() > MAX_VALUE) {
            return Err(RejectionKind::Malformed);
        }
        Ok(found.filter(|value| !value.is_empty()))
    }
}
