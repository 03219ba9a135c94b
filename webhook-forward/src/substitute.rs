//! What is sent in place of a delivery's own body.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

/// What [`forward_as`](crate::Forwarder::forward_as) sends in place of what it would make of a
/// delivery: an id, a body, and headers.
///
/// It is for relays of stored deliveries, which know an id that is the same for all attempts, and
/// may put the body in an envelope. `Debug` shows the length of the body.
#[derive(Clone)]
#[must_use]
pub struct Substitute {
    pub(crate) id: String,
    pub(crate) body: Bytes,
    pub(crate) headers: HeaderMap,
}

impl Substitute {
    /// This id, as `webhook-id`, and this body.
    pub fn new(id: impl Into<String>, body: Bytes) -> Self {
        Self {
            id: id.into(),
            body,
            // Those of the forwarder are added.
            headers: HeaderMap::with_capacity(24),
        }
    }

    /// Adds a header. What the forwarder says itself, the hop credential, and headers of the
    /// connection take precedence. One that is not allowed in HTTP is left out.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            self.headers.append(name, value);
        }
        self
    }
}

impl fmt::Debug for Substitute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Substitute")
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
