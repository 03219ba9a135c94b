//! Answers of the engine as responses.

use std::borrow::Cow;

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

pub(crate) fn refusal<B>(
    rejection: Rejection,
    context: ResponseContext,
) -> Response<ResponseBody<B>> {
    let mut response = response(Answer::from(&rejection), context);
    response.extensions_mut().insert(rejection);
    response
}

pub(crate) fn response<B>(answer: Answer, context: ResponseContext) -> Response<ResponseBody<B>> {
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
    let mut response = Response::new(ResponseBody::answer(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
