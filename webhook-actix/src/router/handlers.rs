use std::future::ready;
use std::ops::ControlFlow;
use std::panic::Location;
use std::sync::Arc;

use actix_web::body::{BodySize, MessageBody as _};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::{
    Error, FromRequest, Handler, HttpMessage as _, HttpRequest, HttpResponse, Responder,
    ResponseError as _,
};
use futures_util::future::LocalBoxFuture;
use webhook_core::Delivery;
use webhook_core::adapter::{Admission, EventTable, acknowledge_unknown};

use super::error::HookError;
use super::flow::{IntoFlow, response_of};
use crate::answer::respond;
use crate::call::replay;
use crate::rejection::MissingMiddleware;

/// A handler whose arguments are no longer known. All workers share it.
pub(super) type Erased = Arc<dyn Fn(Call) -> Served + Send + Sync>;

/// What runs before the handlers, with its arguments no longer known.
pub(super) type ErasedBefore = Arc<
    dyn Fn(HttpRequest, Payload) -> LocalBoxFuture<'static, ControlFlow<HttpResponse>>
        + Send
        + Sync,
>;

/// The future of a service. A handler and all that comes after it are one.
pub(super) type Served = LocalBoxFuture<'static, Result<ServiceResponse, Error>>;

/// What a handler is called with.
pub(super) struct Call {
    handlers: Arc<Handlers>,
    delivery: Delivery,
    /// Where the handler was registered.
    at: Option<&'static Location<'static>>,
    request: HttpRequest,
    payload: Payload,
}

pub(super) type OnError = Box<dyn Fn(HookError, &HttpRequest) -> HttpResponse + Send + Sync>;

/// What was registered.
#[derive(Default)]
pub(super) struct Handlers {
    pub(super) admission: Admission,
    pub(super) table: EventTable<Erased>,
    pub(super) before: Vec<ErasedBefore>,
    /// For events without a handler. `None`: they are acknowledged.
    pub(super) fallback: Option<Erased>,
    pub(super) on_error: Option<OnError>,
}

/// A handler that was found, and where it was registered.
type Found<'a> = (&'a Erased, Option<&'static Location<'static>>);

impl Handlers {
    fn find(&self, delivery: &Delivery) -> Option<Found<'_>> {
        match self.table.route(delivery) {
            Some(found) => Some((&found.handler, Some(found.at))),
            None => Some((self.fallback.as_ref()?, None)),
        }
    }

    /// Runs what is registered for the delivery in this request.
    pub(super) fn serve(self: Arc<Self>, request: ServiceRequest) -> Served {
        let (request, payload) = request.into_parts();
        let delivery = request.extensions().get::<Delivery>().cloned();
        let Some(delivery) = delivery else {
            return answered(request, MissingMiddleware::report().error_response());
        };
        if let Some(answer) = self.admission.refusal(&delivery) {
            return answered(request, respond(answer));
        }
        if self.before.is_empty() {
            return self.dispatch(request, payload, delivery);
        }
        Box::pin(async move {
            for before in &self.before {
                let flow = before(request.clone(), replay(&delivery));
                if let ControlFlow::Break(response) = flow.await {
                    let response = self.conclude(response, &request, &delivery, None);
                    return Ok(ServiceResponse::new(request, response));
                }
            }
            self.dispatch(request, payload, delivery).await
        })
    }

    fn dispatch(
        self: Arc<Self>,
        request: HttpRequest,
        payload: Payload,
        delivery: Delivery,
    ) -> Served {
        let Some((handler, at)) = self.find(&delivery) else {
            return answered(request, respond(acknowledge_unknown(&delivery)));
        };
        handler(Call {
            handlers: Arc::clone(&self),
            delivery,
            at,
            request,
            payload,
        })
    }

    /// Turns the error of a handler into an answer.
    fn conclude(
        &self,
        mut response: HttpResponse,
        request: &HttpRequest,
        delivery: &Delivery,
        at: Option<&Location<'_>>,
    ) -> HttpResponse {
        let Some(error) = taken(&mut response) else {
            return exactly_200(response);
        };
        error.failure().report(delivery, at);
        let error = match &self.on_error {
            None => error,
            Some(on_error) => {
                let mut response = on_error(error, request);
                match taken(&mut response) {
                    None => return exactly_200(response),
                    // It returned an error with another verdict.
                    Some(error) => error,
                }
            }
        };
        error.respond(Some(delivery))
    }
}

fn taken(response: &mut HttpResponse) -> Option<HookError> {
    response.extensions_mut().remove()
}

/// actix-web answers `()` with 204, which some senders do not take for a success.
fn exactly_200(mut response: HttpResponse) -> HttpResponse {
    let is_empty = matches!(response.body().size(), BodySize::None | BodySize::Sized(0));
    if response.status() == StatusCode::NO_CONTENT && is_empty {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

fn answered(request: HttpRequest, response: HttpResponse) -> Served {
    Box::pin(ready(Ok(ServiceResponse::new(request, response))))
}

pub(super) fn erase<H, Args>(handler: H) -> Erased
where
    H: Handler<Args, Output: Responder> + Send + Sync,
    Args: FromRequest,
{
    Arc::new(move |call| {
        let handler = handler.clone();
        Box::pin(async move {
            let Call {
                handlers,
                delivery,
                at,
                request,
                mut payload,
            } = call;
            let response = match Args::from_request(&request, &mut payload).await {
                Ok(args) => response_of(handler.call(args).await, &request),
                Err(error) => HttpResponse::from_error(error),
            };
            let response = handlers.conclude(response, &request, &delivery, at);
            Ok(ServiceResponse::new(request, response))
        })
    })
}

pub(super) fn erase_before<H, Args>(handler: H) -> ErasedBefore
where
    H: Handler<Args, Output: IntoFlow> + Send + Sync,
    Args: FromRequest,
{
    Arc::new(move |request, mut payload| {
        let handler = handler.clone();
        Box::pin(async move {
            match Args::from_request(&request, &mut payload).await {
                Ok(args) => handler.call(args).await.into_flow(&request),
                Err(error) => ControlFlow::Break(HttpResponse::from_error(error)),
            }
        })
    })
}
