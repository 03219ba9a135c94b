//! What a test delivery is made of.

use std::fmt;

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

/// The body of a test delivery, and what its provider puts beside the body: id, type, content type.
///
/// Made from a text, from bytes or from a [`MockEvent`](crate::testing::MockEvent). A body that is
/// given as it is has an id that is computed from it: equal bodies are one event, and other bodies
/// are other events. This matters where the id is in a header.
#[derive(Clone)]
#[must_use]
pub struct TestPayload {
    pub(super) body: Bytes,
    pub(super) content_type: Option<String>,
    pub(super) id: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) query: Option<String>,
    pub(super) headers: Vec<(String, String)>,
}

impl TestPayload {
    /// Creates a payload with this body.
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            content_type: None,
            id: None,
            event_type: None,
            query: None,
            headers: Vec::new(),
        }
    }

    /// Sets the id, for providers that send it in a header.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the event type, for providers that send it in a header.
    pub fn event_type(mut self, event_type: impl Into<String>) -> Self {
        self.event_type = Some(event_type.into());
        self
    }

    /// Sets the content type. The default is that of a form if the provider sends forms and the
    /// body is not JSON, otherwise `application/json`.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets the query of the request, without `?`.
    pub fn query(mut self, query: impl Into<String>) -> Self {
        self.query = Some(query.into());
        self
    }

    /// Adds a header. It is signed if the provider signs headers of that name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(super) fn id_or_computed(&self) -> String {
        let computed = || format!("msg_{:016x}", xxh3_64(&self.body));
        self.id.clone().unwrap_or_else(computed)
    }

    pub(super) fn is_json(&self) -> bool {
        matches!(self.body.trim_ascii_start().first(), Some(b'{' | b'['))
    }
}

macro_rules! from_bodies {
    ($($body:ty),*) => {
        $(impl From<$body> for TestPayload {
            fn from(body: $body) -> Self {
                Self::new(body)
            }
        })*
    };
}

from_bodies!(&'static [u8], Vec<u8>, String, Bytes);

impl From<&str> for TestPayload {
    fn from(body: &str) -> Self {
        Self::new(body.to_owned())
    }
}

impl From<&String> for TestPayload {
    fn from(body: &String) -> Self {
        Self::from(body.as_str())
    }
}

impl From<&Self> for TestPayload {
    fn from(payload: &Self) -> Self {
        payload.clone()
    }
}

impl fmt::Debug for TestPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestPayload")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
