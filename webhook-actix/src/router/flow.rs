use std::ops::ControlFlow;

use actix_web::{Error, HttpRequest, HttpResponse, Responder};

/// What an async function that runs [before](super::WebhookRouter::before) the handlers may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether the handler runs",
    note = "return `()` to go on, an `Option` of a response, or a `Result` of these"
)]
pub trait IntoFlow {
    /// Continue: the handler runs. Break: this is the answer.
    fn into_flow(self, request: &HttpRequest) -> ControlFlow<HttpResponse>;
}

/// Goes on.
impl IntoFlow for () {
    fn into_flow(self, _: &HttpRequest) -> ControlFlow<HttpResponse> {
        ControlFlow::Continue(())
    }
}

/// `Some` is the answer.
impl<R: Responder> IntoFlow for Option<R> {
    fn into_flow(self, request: &HttpRequest) -> ControlFlow<HttpResponse> {
        match self {
            Some(response) => ControlFlow::Break(response_of(response, request)),
            None => ControlFlow::Continue(()),
        }
    }
}

/// `Err` is the answer.
impl<T: IntoFlow, E: Into<Error>> IntoFlow for Result<T, E> {
    fn into_flow(self, request: &HttpRequest) -> ControlFlow<HttpResponse> {
        match self {
            Ok(flow) => flow.into_flow(request),
            Err(error) => ControlFlow::Break(HttpResponse::from_error(error)),
        }
    }
}

pub(super) fn response_of(response: impl Responder, request: &HttpRequest) -> HttpResponse {
    response.respond_to(request).map_into_boxed_body()
}
