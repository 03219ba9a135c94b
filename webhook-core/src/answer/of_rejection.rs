//! Answers to refused deliveries.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use crate::answer::{Answer, JSON, Rejection};
use crate::error::{ConfigError, RejectionClass, RejectionKind};

/// The default `Retry-After`, in seconds.
const RETRY_AFTER: u32 = 10;

/// The default answer for a class of rejections.
impl From<RejectionClass> for Answer {
    fn from(class: RejectionClass) -> Self {
        let (status, body) = match class {
            RejectionClass::Unverified => (401, r#"{"error":"unauthorized"}"#),
            RejectionClass::MethodNotAllowed => (405, r#"{"error":"method_not_allowed"}"#),
            RejectionClass::BodyTimeout => (408, r#"{"error":"request_timeout"}"#),
            RejectionClass::BodyError => (400, r#"{"error":"bad_request"}"#),
            RejectionClass::TooLarge => (413, r#"{"error":"payload_too_large"}"#),
            RejectionClass::UnsupportedEncoding => (415, r#"{"error":"unsupported_encoding"}"#),
            RejectionClass::Unprocessable => (422, r#"{"error":"unprocessable"}"#),
            RejectionClass::HandlerFailed => (500, r#"{"error":"internal_error"}"#),
            RejectionClass::Unavailable => (503, r#"{"error":"unavailable"}"#),
        };
        Self {
            content_type: Some(Cow::Borrowed(JSON)),
            body: Bytes::from_static(body.as_bytes()),
            ..Self::empty(status)
        }
    }
}

/// The answer to a rejection: that of its class, with the headers that the protocol requires.
impl From<&Rejection> for Answer {
    fn from(rejection: &Rejection) -> Self {
        let class = rejection.kind().class();
        let mut answer = match rejection.answers.as_deref().and_then(|own| own.of(class)) {
            Some(own) => own.clone(),
            None => Self::from(class),
        };
        if class == RejectionClass::Unavailable && answer.retry_after.is_none() {
            let default = match rejection.kind() {
                RejectionKind::Overloaded => 1,
                _ => RETRY_AFTER,
            };
            answer.retry_after = Some(rejection.retry_after.unwrap_or(default));
        }
        answer.allow = rejection.allow;
        answer.allow_also = rejection.allow_also;
        answer.close = rejection.body_unread;
        answer
    }
}

/// An endpoint's custom answers, one per class.
#[derive(Clone, Debug)]
pub(crate) struct RejectionAnswers(Vec<Answer>);

impl RejectionAnswers {
    /// Calls `answer` for each class.
    ///
    /// # Errors
    ///
    /// An answer accepts what was refused, or does not make the sender retry when it has to.
    pub(crate) fn new(
        answer: &(dyn Fn(RejectionClass) -> Answer + Send + Sync),
    ) -> Result<Arc<Self>, ConfigError> {
        let answers = RejectionClass::ALL.iter().map(|&class| {
            let answer = answer(class);
            let status = answer.status();
            let is_retried = status >= 500 || status == 429;
            let fits = match class {
                RejectionClass::Unavailable => is_retried,
                _ => status >= 400,
            };
            match fits {
                true => Ok(answer),
                false => Err(ConfigError::InvalidAnswer { class, status }),
            }
        });
        answers.collect::<Result<_, _>>().map(Self).map(Arc::new)
    }

    fn of(&self, class: RejectionClass) -> Option<&Answer> {
        self.0.get(class.index())
    }
}
