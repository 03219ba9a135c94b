//! Answers of the engine as responses.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version, request};
use webhook_core::{Answer, Rejection};

use crate::body::ResponseBody;

/// What a response depends on: the request that it answers.
#[derive(Clone, Copy)]
pub(crate) struct ResponseContext {
    version: Version,
    head: bool,
}

impl ResponseContext {
    pub(crate) fn of(parts: &request::Parts) -> Self {
        Self {
            version: parts.version,
            head: parts.method == Method::HEAD,
        }
    }
}

/// An [`Answer`] as a response, for a handler that answers as the layer does.
///
/// ```
/// use bytes::Bytes;
/// use http::Response;
/// use http_body_util::Full;
/// use webhook_tower::{Answer, RejectionClass, respond};
///
/// // The database is down: 503 with `Retry-After`, so the sender retries.
/// let answer = Answer::from(RejectionClass::Unavailable).with_retry_after(30);
/// let response: Response<Full<Bytes>> = respond(answer);
/// assert_eq!(response.status(), 503);
/// assert_eq!(response.headers()["retry-after"], "30");
/// ```
#[must_use]
pub fn respond<B: From<Bytes>>(answer: Answer) -> Response<B> {
    let context = ResponseContext {
        version: Version::HTTP_11,
        head: false,
    };
    response_with(B::from, answer, context)
}

pub(crate) fn refusal<B>(
    rejection: Rejection,
    context: ResponseContext,
) -> Response<ResponseBody<B>> {
    let mut response = response(Answer::from(&rejection), context);
    response.extensions_mut().insert(rejection);
    response
}

pub(crate) fn response<B>(answer: Answer, context: ResponseContext) -> Response<ResponseBody<B>> {
    response_with(ResponseBody::answer, answer, context)
}

fn response_with<B>(
    make_body: fn(Bytes) -> B,
    answer: Answer,
    context: ResponseContext,
) -> Response<B> {
    let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut headers = HeaderMap::with_capacity(4);
    for (name, value) in answer.headers() {
        // RFC 9113 §8.2.2: connection-specific fields make an HTTP/2 message malformed.
        if name == "connection" && context.version > Version::HTTP_11 {
            continue;
        }
        let value = match value {
            Cow::Borrowed(value) => Ok(HeaderValue::from_static(value)),
            Cow::Owned(value) => HeaderValue::try_from(value),
        };
        if let Ok(value) = value {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let mut body = answer.into_body();
    if context.head {
        // RFC 9110 §9.3.2: the length of a body, and no body. Not every server removes it, and in
        // HTTP/2 it is an error.
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        body.clear();
    }
    let mut response = Response::new(make_body(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
