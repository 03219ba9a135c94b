use std::ops::ControlFlow;
use std::panic::Location;
use std::sync::Arc;

use actix_web::body::{BodySize, MessageBody as _};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{
    FromRequest, Handler, HttpMessage as _, HttpRequest, HttpResponse, Responder,
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
pub(super) type Erased<T> =
    Arc<dyn Fn(HttpRequest, Payload) -> LocalBoxFuture<'static, T> + Send + Sync>;

pub(super) type OnError = Box<dyn Fn(HookError, &HttpRequest) -> HttpResponse + Send + Sync>;

/// What was registered.
#[derive(Default)]
pub(super) struct Handlers {
    pub(super) admission: Admission,
    pub(super) table: EventTable<Erased<HttpResponse>>,
    pub(super) before: Vec<Erased<ControlFlow<HttpResponse>>>,
    /// For events without a handler. `None`: they are acknowledged.
    pub(super) fallback: Option<Erased<HttpResponse>>,
    pub(super) on_error: Option<OnError>,
}

/// A handler that was found, and where it was registered.
type Found<'a> = (&'a Erased<HttpResponse>, Option<&'static Location<'static>>);

impl Handlers {
    fn find(&self, delivery: &Delivery) -> Option<Found<'_>> {
        match self.table.find(delivery) {
            Some(found) => Some((&found.handler, Some(found.at))),
            None => Some((self.fallback.as_ref()?, None)),
        }
    }

    /// Runs what is registered for the delivery in this request.
    pub(super) async fn run(
        self: Arc<Self>,
        request: HttpRequest,
        payload: Payload,
    ) -> HttpResponse {
        let delivery = request.extensions().get::<Delivery>().cloned();
        let Some(delivery) = delivery else {
            return MissingMiddleware::report().error_response();
        };
        if let Some(answer) = self.admission.refusal(&delivery) {
            return respond(answer);
        }
        for before in &self.before {
            let flow = before(request.clone(), replay(&delivery));
            if let ControlFlow::Break(response) = flow.await {
                return self.conclude(response, &request, &delivery, None);
            }
        }
        let Some((handler, at)) = self.find(&delivery) else {
            return respond(acknowledge_unknown(&delivery));
        };
        let response = handler(request.clone(), payload).await;
        self.conclude(response, &request, &delivery, at)
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

pub(super) fn erase<H, Args>(handler: H) -> Erased<HttpResponse>
where
    H: Handler<Args, Output: Responder> + Send + Sync,
    Args: FromRequest,
{
    Arc::new(move |request, mut payload| {
        let handler = handler.clone();
        Box::pin(async move {
            match Args::from_request(&request, &mut payload).await {
                Ok(args) => response_of(handler.call(args).await, &request),
                Err(error) => HttpResponse::from_error(error),
            }
        })
    })
}

pub(super) fn erase_before<H, Args>(handler: H) -> Erased<ControlFlow<HttpResponse>>
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
