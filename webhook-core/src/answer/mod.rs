//! What the sender is told: the one place where a status is chosen.

mod of_rejection;
mod rejection;

pub(crate) use of_rejection::RejectionAnswers;
pub use rejection::Rejection;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

/// An answer of ours: a status, a few headers, a small constant body. Adapters turn it into a response of their
/// framework and decide nothing themselves.
///
/// | situation | status | body |
/// |---|---|---|
/// | a copy of a delivery that is done | 200 | empty |
/// | a challenge of the provider | that of its [`Handshake`](crate::Handshake), `X-Content-Type-Options: nosniff` | the same |
/// | not verified, whatever the reason | 401, `WWW-Authenticate: Webhook` | `{"error":"unauthorized"}` |
/// | a method the provider does not use | 405, `Allow` | `{"error":"method_not_allowed"}` |
/// | the body came too slowly | 408 | `{"error":"request_timeout"}` |
/// | the body ended early | 400 | `{"error":"bad_request"}` |
/// | the body is too long | 413 | `{"error":"payload_too_large"}` |
/// | the body is encoded | 415 | `{"error":"unsupported_encoding"}` |
/// | verified, but no event | 422 | `{"error":"unprocessable"}` |
/// | the handler panicked | 500 | `{"error":"internal_error"}` |
/// | a copy is being handled; store, keys, clock or capacity missing; shutdown | 503, `Retry-After` | `{"error":"unavailable"}` |
///
/// 401 has one body for every reason, so that nothing tells a forger how near he was. 503 stands for everything that is
/// our fault or passes by itself, because it is the only class that every sender which retries at all will retry:
/// a 409 for a copy in flight would be final for Amazon SNS, Brevo and Dialpad. 200 is the only success that every
/// sender accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    content_type: Option<&'static str>,
    retry_after: Option<u32>,
    allow: &'static [&'static str],
    /// A method that only a challenge has.
    allow_also: Option<&'static str>,
    close: bool,
    nosniff: bool,
    /// Boxed, because hardly any answer has one.
    echoed: Option<Box<EchoedHeader>>,
    body: Bytes,
}

/// A header with a value of the sender's, which may be a secret.
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

    /// The same with a JSON body.
    #[must_use]
    pub fn with_json(mut self, body: impl Into<Bytes>) -> Self {
        self.content_type = Some(JSON);
        self.body = body.into();
        self
    }

    /// The same with a body of plain text.
    #[must_use]
    pub fn with_text(mut self, body: impl Into<Bytes>) -> Self {
        self.content_type = Some("text/plain; charset=utf-8");
        self.body = body.into();
        self
    }

    /// The same with a `Retry-After` of so many seconds.
    #[must_use]
    pub const fn with_retry_after(mut self, secs: u32) -> Self {
        self.retry_after = Some(secs);
        self
    }

    /// A 200 with a JSON body.
    pub fn json(body: impl Into<Bytes>) -> Self {
        let mut answer = Self::ok();
        answer.content_type = Some(JSON);
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
        answer.content_type = Some("text/plain");
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

    /// The headers, names in lower case. `connection: close` is among them when the body was not read; an adapter
    /// leaves it out where the protocol has no such header (HTTP/2).
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, Cow<'static, str>)> {
        let fixed = |name, value| Some((name, Cow::Borrowed(value)));
        [
            self.content_type
                .and_then(|value| fixed("content-type", value)),
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

    /// The body, taken out.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.body
    }
}
