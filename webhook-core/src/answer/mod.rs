//! Answers to senders. This is the only module that chooses a status.

pub mod contracts;
mod echo;
mod of_rejection;
mod rejection;
mod remembered;

pub(crate) use echo::{MAX_ECHO, is_echo};
pub(crate) use of_rejection::RejectionAnswers;
pub use rejection::Rejection;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

/// An answer from the engine: a status, a few headers, and a small body. Adapters convert it into a
/// response of their framework and decide nothing themselves.
///
/// | situation | status | body |
/// |---|---|---|
/// | a duplicate | 200, or as [remembered] | empty, or as remembered |
/// | a [dead] event | 200 | `{"warning":"dead_letter"}` |
/// | a challenge | from its [`Handshake`], with `X-Content-Type-Options: nosniff` | from it too |
/// | not verified, for any reason | 401, `WWW-Authenticate: Webhook` | `{"error":"unauthorized"}` |
/// | a method the provider does not use | 405, `Allow` | `{"error":"method_not_allowed"}` |
/// | the body took too long | 408 | `{"error":"request_timeout"}` |
/// | the body ended early | 400 | `{"error":"bad_request"}` |
/// | the body is too long | 413 | `{"error":"payload_too_large"}` |
/// | the body is encoded | 415 | `{"error":"unsupported_encoding"}` |
/// | verified, but not a valid event | 422 | `{"error":"unprocessable"}` |
/// | the handler panicked | 500 | `{"error":"internal_error"}` |
/// | in flight, unavailable, shutting down | 503, `Retry-After` | `{"error":"unavailable"}` |
///
/// The store, keys, the clock, or capacity can be unavailable.
///
/// 401 has one body for every reason, so that an attacker learns nothing from it. 503 stands for
/// everything that is the receiver's fault or temporary, because every sender that retries at all
/// retries after a 5xx. A 409 for a copy in flight would be final for Amazon SNS, Brevo and
/// Dialpad. 200 is the only success that every sender accepts.
///
/// [`Handshake`]: crate::Handshake
/// [remembered]: crate::EndpointBuilder::remember_answers
/// [dead]: crate::DeadLetters::AckAndDeadLetter
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    content_type: Option<Cow<'static, str>>,
    retry_after: Option<u32>,
    allow: &'static [&'static str],
    /// A method that only a challenge uses.
    allow_also: Option<&'static str>,
    close: bool,
    nosniff: bool,
    /// Boxed, because few answers have one.
    echoed: Option<Box<EchoedHeader>>,
    body: Bytes,
}

/// A header whose value comes from the sender and may be a secret.
#[derive(Clone, PartialEq, Eq)]
struct EchoedHeader {
    name: &'static str,
    value: Box<str>,
}

impl fmt::Debug for EchoedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const JSON: &str = "application/json";

impl Answer {
    /// An empty 200.
    #[must_use]
    pub const fn ok() -> Self {
        Self {
            status: 200,
            content_type: None,
            retry_after: None,
            allow: &[],
            allow_also: None,
            close: false,
            nosniff: false,
            echoed: None,
            body: Bytes::new(),
        }
    }

    /// An empty answer with this status.
    ///
    /// # Panics
    ///
    /// If `status` is not from 200 to 599.
    #[must_use]
    pub const fn status_only(status: u16) -> Self {
        assert!(
            status >= 200 && status < 600,
            "the status of an answer is from 200 to 599"
        );
        Self::empty(status)
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn with_json(mut self, body: impl Into<Bytes>) -> Self {
        self.content_type = Some(Cow::Borrowed(JSON));
        self.body = body.into();
        self
    }

    /// Sets a plain text body.
    #[must_use]
    pub fn with_text(mut self, body: impl Into<Bytes>) -> Self {
        self.content_type = Some(Cow::Borrowed("text/plain; charset=utf-8"));
        self.body = body.into();
        self
    }

    /// Sets a body of this content type: the answer to a sender that asks, or that of another
    /// server. A content type that is not valid in a header is left out.
    #[must_use]
    pub fn with_body(mut self, content_type: Option<String>, body: impl Into<Bytes>) -> Self {
        self.content_type = content_type.map(Cow::Owned);
        self.body = body.into();
        self
    }

    /// Sets `Retry-After`, in seconds.
    #[must_use]
    pub const fn with_retry_after(mut self, secs: u32) -> Self {
        self.retry_after = Some(secs);
        self
    }

    /// A 200 with a JSON body.
    pub fn json(body: impl Into<Bytes>) -> Self {
        let mut answer = Self::ok();
        answer.content_type = Some(Cow::Borrowed(JSON));
        answer.body = body.into();
        answer
    }

    pub(crate) const fn empty(status: u16) -> Self {
        let mut answer = Self::ok();
        answer.status = status;
        answer
    }

    pub(crate) fn echo_json(body: String) -> Self {
        let mut answer = Self::json(body);
        answer.nosniff = true;
        answer
    }

    pub(crate) fn echo_text(text: &str) -> Self {
        let mut answer = Self::echo_json(text.to_owned());
        answer.content_type = Some(Cow::Borrowed("text/plain"));
        answer
    }

    pub(crate) fn echo_header(name: &'static str, value: &str) -> Self {
        let mut answer = Self::ok();
        answer.echoed = Some(Box::new(EchoedHeader {
            name,
            value: value.into(),
        }));
        answer
    }

    pub(crate) fn with_unread_body(mut self) -> Self {
        self.close = true;
        self
    }

    /// The status code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers, with names in lower case.
    ///
    /// `connection: close` is included if the body was not read. An adapter omits it for protocols
    /// that do not have it (HTTP/2).
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, Cow<'static, str>)> {
        let fixed = |name, value| Some((name, Cow::Borrowed(value)));
        [
            self.content_type
                .clone()
                .map(|value| ("content-type", value)),
            fixed("cache-control", "no-store"),
            (self.status == 401).then_some(("www-authenticate", Cow::Borrowed("Webhook"))),
            match (self.allow, self.allow_also) {
                ([], _) => None,
                ([method], None) => fixed("allow", method),
                (methods, also) => {
                    let methods: Vec<_> = methods.iter().copied().chain(also).collect();
                    Some(("allow", Cow::Owned(methods.join(", "))))
                }
            },
            self.nosniff
                .then_some(("x-content-type-options", Cow::Borrowed("nosniff"))),
            self.echoed
                .as_ref()
                .map(|header| (header.name, Cow::Owned(header.value.clone().into_string()))),
            self.retry_after
                .map(|secs| ("retry-after", Cow::Owned(secs.to_string()))),
            self.close.then_some(("connection", Cow::Borrowed("close"))),
        ]
        .into_iter()
        .flatten()
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body, by value.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.body
    }
}
