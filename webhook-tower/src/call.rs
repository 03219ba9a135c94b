use std::task::{Context, Poll};

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Request, request};
use tower_service::Service;
use webhook_core::Delivery;
use webhook_runtime::InnerCall;

use crate::body::RequestBody;

/// A call of a tower service that has not begun.
pub(crate) struct ServiceCall<S> {
    inner: S,
    request: Option<Request<RequestBody>>,
}

impl<S> ServiceCall<S> {
    pub(crate) fn new(inner: S, request: Request<RequestBody>) -> Self {
        Self {
            inner,
            request: Some(request),
        }
    }

    /// A call whose request gets its body later.
    pub(crate) fn without_body(inner: S, head: request::Parts) -> Self {
        Self::new(inner, Request::from_parts(head, RequestBody::default()))
    }

    /// Puts a verified delivery into the request.
    pub(crate) fn deliver(&mut self, delivery: Delivery) {
        if let Some(request) = &mut self.request {
            *request.body_mut() = RequestBody::new(delivery.raw().clone());
            if delivery.proof().is_fetched() {
                // The head is that of the notification, and the body that of the API.
                let headers = request.headers_mut();
                let json = HeaderValue::from_static("application/json");
                headers.insert(CONTENT_TYPE, json);
                headers.insert(CONTENT_LENGTH, HeaderValue::from(delivery.raw().len()));
            }
            request.extensions_mut().insert(delivery);
        }
    }
}

impl<S: Service<Request<RequestBody>>> InnerCall for ServiceCall<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn begin(&mut self) -> S::Future {
        let request = self.request.take();
        self.inner.call(request.expect("a call begins once"))
    }
}
