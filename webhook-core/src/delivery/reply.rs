//! What a challenge is answered with.
//!
//! An echoed value is at most 1 KiB of visible ASCII and is sent with
//! `X-Content-Type-Options: nosniff`, so that an attacker cannot use the answer to run anything in a
//! browser.

use crate::answer::Answer;
use crate::crypto::{RunningMac, is_plain};
use crate::delivery::HandshakeResponder;
use crate::provider::Reply;

/// The maximum length of an echoed value, in bytes.
pub(crate) const MAX_ECHO: usize = 1024;

impl Reply {
    /// The answer to an unsigned challenge; `None` if the value may not be echoed.
    pub(super) fn to(self, value: &str, responder: &HandshakeResponder) -> Option<Answer> {
        match self {
            Self::Digest(name) => {
                is_echo(value, false).then(|| object(&[(name, &responder.digest(value))]))
            }
            _ => self.of_value(value, None),
        }
    }

    /// The answer to a verified challenge; `None` if the value may not be echoed. `key` is the key
    /// that verified the challenge.
    pub(crate) fn of_value(self, value: &str, key: Option<&RunningMac>) -> Option<Answer> {
        let echo =
            |answer: fn(&str) -> Answer, spaces| is_echo(value, spaces).then(|| answer(value));
        match self {
            Self::Status(status) => Some(Answer::empty(status)),
            Self::Json(text) => Some(Answer::echo_json(text.to_owned())),
            Self::Text => echo(Answer::echo_text, false),
            Self::Words => echo(Answer::echo_text, true),
            Self::Field(name) => is_echo(value, false).then(|| object(&[(name, value)])),
            Self::FieldAndTag(name, tag_name) => {
                if !(is_echo(value, false) && is_plain(value.as_bytes())) {
                    return None;
                }
                let mut mac = key?.clone();
                mac.update(value.as_bytes());
                let tag = const_hex::encode(mac.finish().as_bytes());
                Some(object(&[(name, value), (tag_name, &tag)]))
            }
            Self::Header(name) => is_echo(value, false).then(|| Answer::echo_header(name, value)),
            // These answers are computed from settings that a verified challenge does not need.
            Self::Digest(_) | Self::Proof => None,
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

/// Whether the text is short, visible ASCII. Anything else is not echoed, so that an attacker
/// cannot choose the content of an answer.
pub(super) fn is_echo(text: &str, spaces: bool) -> bool {
    let visible = |byte: u8| byte.is_ascii_graphic() || (spaces && byte == b' ');
    !text.is_empty()
        && text.len() <= MAX_ECHO
        && text.bytes().all(visible)
        && text.trim_ascii().len() == text.len()
}
