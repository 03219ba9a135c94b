//! Deliveries that only name an object.

use std::fmt;

use bytes::Bytes;

use crate::error::{MappingError, MappingProblem};
use crate::event::PaymentEvent;
use crate::mapping::Mapping;
use crate::source::PaymentSource;

/// The object to fetch, because the delivery says only that it has changed.
///
/// Fetch [`path`](Self::path) from the provider's API, with your credentials, and give the answer
/// to [`read`](Self::read). Or let the endpoint do it: `Endpoint::notifications` of webhook-core
/// delivers the object itself.
#[derive(Clone)]
pub struct ToFetch {
    topic: &'static str,
    id: Box<str>,
    path: Box<str>,
    objects: &'static Mapping,
}

impl ToFetch {
    /// An object of this topic. In `path`, `{id}` stands for its id. `objects` maps what the API
    /// answers, whose type is the topic.
    ///
    /// # Errors
    ///
    /// The id has other characters than ASCII letters, digits, `-` and `_`, or more than 128: it
    /// could change the path.
    pub fn new(
        topic: &'static str,
        path: &str,
        id: &str,
        objects: &'static Mapping,
    ) -> Result<Self, MappingError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(1..=128).contains(&id.len()) || !id.bytes().all(is_plain) {
            return Err(MappingError::new("id", MappingProblem::NotAnId));
        }
        Ok(Self {
            topic,
            id: id.into(),
            path: path.replace("{id}", id).into(),
            objects,
        })
    }

    /// The kind of object, such as `payment`.
    #[must_use]
    pub const fn topic(&self) -> &'static str {
        self.topic
    }

    /// The id of the object.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The path of the object at the provider's API, such as `/v1/payments/123`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Reads the API's answer. It is trusted: it has to come from the provider.
    ///
    /// # Errors
    ///
    /// [`MappingError`] if the answer is not what the provider documents.
    pub fn read(&self, object: impl Into<Bytes>) -> Result<PaymentEvent, MappingError> {
        let source = PaymentSource::new(self.objects.provider(), object).with_type(self.topic);
        self.objects.one(&source)
    }
}

impl PartialEq for ToFetch {
    fn eq(&self, other: &Self) -> bool {
        (self.topic, &self.path) == (other.topic, &other.path)
    }
}

impl fmt::Debug for ToFetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToFetch")
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}
