use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse};
use futures_util::stream;
use webhook_core::Delivery;
use webhook_runtime::InnerCall;

/// A call of an actix-web service that has not begun.
pub(crate) struct ServiceCall<S> {
    inner: Rc<S>,
    request: Option<ServiceRequest>,
}

impl<S> ServiceCall<S> {
    pub(crate) fn new(inner: Rc<S>, request: ServiceRequest) -> Self {
        Self {
            inner,
            request: Some(request),
        }
    }
}

impl<S, B> InnerCall for ServiceCall<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn begin(&mut self) -> S::Future {
        let request = self.request.take();
        self.inner.call(request.expect("a call begins once"))
    }
}

/// The bytes that were verified, as a payload to extract from.
pub(crate) fn replay(delivery: &Delivery) -> Payload {
    let bytes = delivery.raw().clone();
    if bytes.is_empty() {
        return Payload::None;
    }
    Payload::Stream {
        payload: Box::pin(stream::iter([Ok(bytes)])),
    }
}
