use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::PayloadError;
use actix_web::{Error, HttpMessage as _};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{self, Stream, StreamExt as _};
use webhook_core::{Begun, Endpoint};
use webhook_runtime::shadow::{BodyRest, ObservedBody, observe};
use webhook_runtime::tenants::FoundTenant;

use crate::middleware::Webhook;

/// Observes the webhooks of one endpoint in front of handlers that receive them already.
/// [`Webhook::shadow`] makes it.
///
/// It checks each request as the middleware would, counts and logs the result, and hands every
/// request on: head, payload and response stay as they are. The handler may take an
/// [`UnverifiedRequest`](crate::UnverifiedRequest), which has the verdict and an example. A
/// [`VerifiedEvent`](crate::VerifiedEvent) is there only if the request was verified.
///
/// # What it does not do
///
/// * It answers nothing, challenges of the provider included: the handler does.
/// * It protects from nothing. Duplicates run, and so do forgeries.
/// * It does not limit the handler's time, catch its panics, or let it outlive its client.
///
/// # Limits
///
/// It holds at most as much of a body as the
/// [limit](webhook_core::EndpointBuilder::body_limit) of the endpoint, twice if the body arrives in
/// pieces, and reads it for at most the endpoint's time. What is larger or slower is handed on as
/// it arrives, and counted. An [`UnverifiedLimit`](crate::UnverifiedLimit) holds for it too.
///
/// Only verified requests reach the store. Each waits for its claim before the handler is called,
/// and for its commit before it is answered, at most for the
/// [time](webhook_core::EndpointBuilder::store_timeout) of the store each.
#[derive(Clone)]
#[must_use]
pub struct ShadowWebhook {
    webhook: Webhook,
}

impl Webhook {
    /// Observes instead of refusing: for a route that is in production, before this middleware
    /// protects it. Every request reaches the handler. See [`ShadowWebhook`].
    ///
    /// Log lines say *would be refused*, and have the field `shadow`. So have those of other
    /// middlewares of the same endpoint: do not let one endpoint observe on one route and refuse on
    /// another.
    pub fn shadow(self) -> ShadowWebhook {
        self.endpoint().set_shadow();
        ShadowWebhook { webhook: self }
    }
}

impl ShadowWebhook {
    /// The endpoint. Its [counters](Endpoint::counts) say what would have been refused, and what
    /// would have been a duplicate.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.webhook.endpoint()
    }

    /// Shuts down: observes no more deliveries from now on, hands them on all the same, and waits
    /// until those that are claimed are settled. Returns the number of deliveries that are not
    /// settled after `timeout`.
    pub fn drain(&self, timeout: Duration) -> impl Future<Output = usize> + Send + 'static {
        self.webhook.drain(timeout)
    }
}

impl fmt::Debug for ShadowWebhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShadowWebhook")
            .field("endpoint", self.endpoint())
            .finish_non_exhaustive()
    }
}

impl<S, B> Transform<S, ServiceRequest> for ShadowWebhook
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = ShadowMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<ShadowMiddleware<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(ShadowMiddleware {
            inner: Rc::new(inner),
            webhook: self.webhook.clone(),
        }))
    }
}

/// A service inside a [`ShadowWebhook`].
pub struct ShadowMiddleware<S> {
    inner: Rc<S>,
    webhook: Webhook,
}

impl<S: fmt::Debug> fmt::Debug for ShadowMiddleware<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShadowMiddleware")
            .field("inner", &self.inner)
            .field("endpoint", self.webhook.endpoint())
            .finish_non_exhaustive()
    }
}

impl<S, B> Service<ServiceRequest> for ShadowMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    /// As ready as the inner service: nothing is refused.
    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (webhook, inner) = (self.webhook.clone(), Rc::clone(&self.inner));
        Box::pin(call(webhook, inner, request))
    }
}

async fn call<S, B>(
    webhook: Webhook,
    inner: Rc<S>,
    mut request: ServiceRequest,
) -> Result<ServiceResponse<B>, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    let begun = match webhook.find_tenant(&request) {
        None => webhook.begin(&request, None),
        Some(FoundTenant::Endpoint(endpoint)) => webhook.begin(&request, Some(&endpoint)),
        Some(FoundTenant::Refused(rejection)) => Begun::Refused(rejection),
        Some(FoundTenant::Wait(wait)) => match wait.await {
            Ok(endpoint) => webhook.begin(&request, Some(&endpoint)),
            Err(rejection) => Begun::Refused(rejection),
        },
    };
    let mut payload = request.take_payload();
    let (observed, read) = observe(begun, |cx| {
        Pin::new(&mut payload).poll_next(cx).map_ok(Some)
    })
    .await;
    let (shadowed, run) = observed.claim().await;
    request.set_payload(handed_on(read, payload));
    request.extensions_mut().insert(shadowed);
    let result = inner.call(request).await;
    let ended = result.as_ref().ok().map(|response| {
        let response = response.response();
        let disposition = response.extensions().get().copied();
        (response.status().as_u16(), disposition)
    });
    run.settle(ended).await;
    result
}

/// The payload as it was: what was read of it, and the rest.
fn handed_on(observed: ObservedBody<PayloadError>, rest: Payload) -> Payload {
    let read = observed.read;
    let after: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> = match observed.rest {
        BodyRest::Unread if read.is_empty() => return rest,
        BodyRest::Unread => Box::pin(rest),
        BodyRest::Ended if read.is_empty() => return Payload::None,
        BodyRest::Ended => Box::pin(stream::empty()),
        BodyRest::Failed(error) => Box::pin(stream::iter([Err(error)])),
    };
    let read = stream::iter(read.into_iter().map(Ok));
    Payload::Stream {
        payload: Box::pin(read.chain(after)),
    }
}
