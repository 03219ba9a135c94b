//! CloudEvents 1.0.2 as the envelope of messages.

mod binary;
mod context;
mod structured;

use std::fmt;

use crate::engine::BinaryMode;
use crate::{Message, RelayError};

/// An envelope for messages: [CloudEvents 1.0.2].
///
/// | attribute | value |
/// |---|---|
/// | `id` | the [key](Message::key) of the event |
/// | `source` | `/webhooks/PROVIDER`, with a tenant `/webhooks/PROVIDER/TENANT` |
/// | `type` | the provider's type of the event; without one, the provider |
/// | `time` | when the delivery arrived |
/// | `datacontenttype` | the content type of the body, if the sender named one |
/// | `dataref` | the [location](crate::Reference::location) of a body that is not sent |
/// | `provider`, `tenant`, `consumer`, `mode`, `attempt` | as in the [headers](crate) |
/// | `eventid`, or `unsignedeventid` | the provider's id of the event |
/// | `unsignedtype`, `unsignedbody` | `true`, if the provider does not sign the type or the body |
///
/// A value with a control character is left out: the standard does not allow it.
///
/// [CloudEvents 1.0.2]: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
#[derive(Clone, PartialEq, Eq)]
pub struct CloudEvents {
    mode: Mode,
    source: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Structured,
    Binary,
}

impl CloudEvents {
    /// One JSON document with the attributes and the body. Its content type is
    /// `application/cloudevents+json`.
    ///
    /// A body that is JSON, by its content type and its bytes, is in `data`, with the same numbers,
    /// names and order; only white space around it is gone. Any other body is in `data_base64`.
    #[must_use]
    pub fn structured() -> Self {
        Self::new(Mode::Structured)
    }

    /// The body as it is, and the attributes in headers: `ce-id` over HTTP and NATS, `ce_id` in
    /// Kafka, `cloudEvents_id` over AMQP.
    #[must_use]
    pub fn binary() -> Self {
        Self::new(Mode::Binary)
    }

    fn new(mode: Mode) -> Self {
        Self {
            mode,
            source: SOURCE.into(),
        }
    }

    /// What `source` begins with. Provider and tenant follow as parts of the path:
    /// `https://hooks.example.com` makes `https://hooks.example.com/stripe`. Default: `/webhooks`.
    ///
    /// # Errors
    ///
    /// If it is empty, or has characters that a URI does not allow.
    pub fn source(mut self, base: impl Into<Box<str>>) -> Result<Self, RelayError> {
        self.source = base.into();
        let is_uri = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}?#"#.contains(&byte);
        match !self.source.is_empty() && self.source.bytes().all(is_uri) {
            true => Ok(self),
            false => Err(RelayError::InvalidSource),
        }
    }

    /// Puts a message with its body in this envelope.
    pub(crate) fn wrap(&self, message: &mut Message, mode: BinaryMode) {
        let context = context::Context::of(message, &self.source);
        match self.mode {
            Mode::Structured => {
                let document = structured::document(&context, message);
                message.set_body(Some(STRUCTURED), document.into());
            }
            Mode::Binary => binary::write(&context, mode, message.headers_mut()),
        }
    }
}

impl fmt::Debug for CloudEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudEvents")
            .field("mode", &self.mode)
            .field("source", &self.source)
            .finish()
    }
}

const SOURCE: &str = "/webhooks";
const STRUCTURED: &str = "application/cloudevents+json";
