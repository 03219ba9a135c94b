use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONNECTION, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use webhook_core::{Answer, Rejection};

/// A refused delivery as an error of actix-web. Every adapter answers it in the same way.
///
/// It is the [error](actix_web::HttpResponse::error) of such a response, for middleware further
/// out.
#[derive(Clone, Debug)]
pub struct Refused(Rejection);

impl Refused {
    /// The reason, for logs and metrics. The sender must not learn it.
    #[must_use]
    pub const fn rejection(&self) -> &Rejection {
        &self.0
    }
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Self(rejection)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind().as_str())
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        status(&Answer::from(&self.0))
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = respond(Answer::from(&self.0));
        response.extensions_mut().insert(self.0.clone());
        response
    }
}

/// The answer to an event that is dead, where the handler took the request and left no response:
/// only an error can be answered then.
#[derive(Debug)]
pub(crate) struct Acknowledged(pub(crate) Answer);

impl fmt::Display for Acknowledged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the event failed too often and is dead")
    }
}

impl ResponseError for Acknowledged {
    fn status_code(&self) -> StatusCode {
        status(&self.0)
    }

    fn error_response(&self) -> HttpResponse {
        respond(self.0.clone())
    }
}

/// An answer of the engine as a response of actix-web.
pub(crate) fn respond(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::build(status(&answer));
    for (name, value) in answer.headers() {
        let name = HeaderName::from_static(name);
        if name == CONNECTION {
            // actix-web writes this header itself, except where the protocol does not have it.
            response.force_close();
        } else if let Ok(value) = HeaderValue::from_str(&value) {
            response.insert_header((name, value));
        }
    }
    response.body(answer.into_body())
}

pub(crate) fn status(answer: &Answer) -> StatusCode {
    StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
