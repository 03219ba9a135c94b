use std::pin::pin;
use std::rc::Rc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use actix_web::{Error, HttpMessage as _};
use webhook_core::{Checked, Disposition};
use webhook_runtime::{ClaimResult, HandlerRun, SettleResult, TrackedEndpoint};

use crate::answer::{Acknowledged, Refused, respond};
use crate::call::{ServiceCall, replay};
use crate::remember::remember;

pub(crate) type Output<B> = Result<ServiceResponse<EitherBody<B>>, Error>;

/// Claim, handler, settlement: from the first store call to the last.
pub(crate) async fn handle<S, B>(
    checked: Checked,
    endpoint: TrackedEndpoint,
    inner: Rc<S>,
    mut request: ServiceRequest,
) -> Output<B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let permit = match endpoint.claim(checked).await {
        ClaimResult::Run(permit) => permit,
        ClaimResult::Duplicate(answer) => {
            return Ok(request.into_response(respond(answer)).map_into_right_body());
        }
        ClaimResult::Refused(rejection) => {
            let refused = request.error_response(Refused::from(rejection));
            return Ok(refused.map_into_right_body());
        }
    };
    let delivery = permit.delivery().clone();
    request.set_payload(replay(&delivery));
    if delivery.proof().is_fetched() {
        // The head is that of the notification, and the body that of the API.
        let headers = request.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(CONTENT_TYPE, json);
        headers.insert(CONTENT_LENGTH, HeaderValue::from(delivery.raw().len()));
    }
    request.extensions_mut().insert(delivery);
    let mut run = pin!(HandlerRun::new(ServiceCall::new(inner, request), &endpoint));
    run.as_mut().hold(&permit, &endpoint);
    let handled = run.await;
    let (handled, permit) = match endpoint.remembers(&permit, &handled, describe) {
        true => remember(handled, permit, &endpoint).await,
        false => (handled.map(ServiceResponse::map_into_left_body), permit),
    };
    match endpoint.settle(permit, handled, describe).await {
        SettleResult::Response(response) => Ok(response),
        SettleResult::Error(error) => Err(error),
        SettleResult::Acknowledged {
            answer,
            replaced: Some(response),
        } => {
            let acknowledged = response.into_response(respond(answer));
            Ok(acknowledged.map_into_right_body())
        }
        SettleResult::Acknowledged {
            answer,
            replaced: None,
        } => Err(Acknowledged(answer).into()),
        SettleResult::Refused {
            rejection,
            replaced: Some(response),
        } => {
            let refused = response.error_response(Refused::from(rejection));
            Ok(refused.map_into_right_body())
        }
        // The handler took the request, so the answer is an error.
        SettleResult::Refused {
            rejection,
            replaced: None,
        } => Err(Refused::from(rejection).into()),
    }
}

fn describe<B>(response: &ServiceResponse<B>) -> (u16, Option<Disposition>) {
    let response = response.response();
    let disposition = response.extensions().get().copied();
    (response.status().as_u16(), disposition)
}
