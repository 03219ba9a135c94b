//! What a challenge is answered with.

use crate::answer::{Answer, is_echo};
use crate::crypto::{RunningMac, is_plain};
use crate::delivery::HandshakeResponder;
use crate::provider::Reply;

impl Reply {
    /// The answer to an unsigned challenge; `None` if the value may not be echoed.
    pub(super) fn to(self, value: &str, responder: &HandshakeResponder) -> Option<Answer> {
        match self {
            Self::Digest(name) => {
                is_echo(value).then(|| object(&[(name, &responder.digest(value))]))
            }
            _ => self.of_value(value, None),
        }
    }

    /// The answer with a text that the verifier computes.
    pub(super) fn of_text(self, text: &str) -> Answer {
        match self {
            Self::Tag(name) => object(&[(name, text)]),
            _ => Answer::echo_text(text),
        }
    }

    /// The answer to a verified challenge; `None` if the value may not be echoed. `key` is the key
    /// that verified the challenge.
    pub(crate) fn of_value(self, value: &str, key: Option<&RunningMac>) -> Option<Answer> {
        match self {
            Self::Status(status) => Some(Answer::empty(status)),
            Self::Json(text) => Some(Answer::echo_json(text.to_owned())),
            Self::Text => is_echo(value).then(|| Answer::echo_text(value)),
            Self::Field(name) => is_echo(value).then(|| object(&[(name, value)])),
            Self::FieldAndTag(name, tag_name) => {
                if !(is_echo(value) && is_plain(value.as_bytes())) {
                    return None;
                }
                let mut mac = key?.clone();
                mac.update(value.as_bytes());
                let tag = const_hex::encode(mac.finish().as_bytes());
                Some(object(&[(name, value), (tag_name, &tag)]))
            }
            Self::Header(name) => is_echo(value).then(|| Answer::echo_header(name, value)),
            // These answers are computed from settings that a verified challenge does not need.
            Self::Digest(_) | Self::Code | Self::Tag(_) => None,
        }
    }
}

/// A JSON object of these fields, in this order.
fn object(fields: &[(&str, &str)]) -> Answer {
    let fields = fields.iter().map(|(name, value)| {
        let (name, value) = (
            serde_json::Value::from(*name),
            serde_json::Value::from(*value),
        );
        format!("{name}:{value}")
    });
    Answer::echo_json(format!("{{{}}}", fields.collect::<Vec<_>>().join(",")))
}
