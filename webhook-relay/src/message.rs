//! A message to an engine.

use std::fmt;

use bytes::Bytes;
use webhook_worker::Stored;

use crate::{Reference, key, token};

/// What an engine is handed. `Debug` shows neither the body nor the headers.
#[derive(Clone)]
pub struct Message {
    stored: Stored,
    key: Box<str>,
    content_type: Option<Box<str>>,
    headers: Headers,
    body: Bytes,
    reference: Option<Reference>,
}

impl Message {
    pub(crate) fn new(stored: Stored) -> Self {
        Self {
            key: key::of(&stored).into(),
            content_type: None,
            headers: Headers::default(),
            body: Bytes::new(),
            reference: None,
            stored,
        }
    }

    /// The stored delivery.
    #[must_use]
    pub const fn stored(&self) -> &Stored {
        &self.stored
    }

    /// The key of the event, as 64 hexadecimal digits: the same for all attempts and all copies,
    /// and no other event has it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key by which an engine removes duplicates: that of the [event](Self::key). If the inbox
    /// stores events for several consumers, the name of the consumer follows: two relays to one
    /// stream would otherwise take each other's messages for duplicates.
    #[must_use]
    pub fn dedup_key(&self) -> String {
        let consumer = self.stored.consumer();
        let own = self.stored.delivery().consumer().unwrap_or_default();
        match consumer == own {
            true => self.key.to_string(),
            false => format!("{}.{}", self.key, token::escape(consumer)),
        }
    }

    /// The content type of the [body](Self::body), if it is known.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Names in lower case, and values. They have no control character.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .0
            .iter()
            .map(|(name, value)| (&**name, &**value))
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers();
        headers
            .find(|(known, _)| *known == name)
            .map(|found| found.1)
    }

    /// What is sent: the body as it was verified, its envelope, or a [reference](Self::reference)
    /// to it.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The reference that stands in for the body, if that is too long.
    #[must_use]
    pub const fn reference(&self) -> Option<&Reference> {
        self.reference.as_ref()
    }

    pub(crate) fn set_body(&mut self, content_type: Option<&str>, body: Bytes) {
        self.content_type = content_type.map(Into::into);
        self.body = body;
    }

    pub(crate) fn set_reference(&mut self, reference: Reference) {
        self.reference = Some(reference);
    }

    pub(crate) const fn headers_mut(&mut self) -> &mut Headers {
        &mut self.headers
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("stored", &self.stored)
            .field("bytes", &self.body.len())
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}

/// The headers of a message.
#[derive(Clone, Default)]
pub(crate) struct Headers(Vec<(Box<str>, Box<str>)>);

impl Headers {
    /// Adds a header, unless it is there already.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        if self.0.iter().all(|(known, _)| **known != *name) {
            self.add(name, value);
        }
    }

    /// Adds a value of a header that may have several.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.into(), value.into()));
    }
}
