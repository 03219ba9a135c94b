use std::fmt;
use std::future::{Future, Ready, ready};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, HttpMessage as _};
use futures_util::future::LocalBoxFuture;
use webhook_core::{
    Begun, Delivery, Endpoint, EndpointBuilder, Head, adapter_constructors, for_each_provider,
};
use webhook_runtime::{TrackedEndpoint, UnverifiedLimit, build_or_panic, call_unguarded};

use crate::answer::{Refused, respond};
use crate::call::{ServiceCall, replay};
use crate::headers::Map;
use crate::receive::Receive;

/// Receives the webhooks of one [`Endpoint`]: a middleware for `App`, `Scope`, `Resource` and
/// `Route`.
///
/// Clones share the endpoint, its store and its count of running handlers. Make one outside of the
/// closure of `HttpServer::new` and clone it in. The closure runs once a worker: a middleware made
/// in there would give each worker a separate memory. The [crate docs](crate) have an example.
#[derive(Clone)]
#[must_use]
pub struct Webhook {
    endpoint: TrackedEndpoint,
    unverified: Option<UnverifiedLimit>,
}

impl Webhook {
    /// A middleware for an endpoint that is built with other settings than the defaults.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint: TrackedEndpoint::new(endpoint),
            unverified: None,
        }
    }

    /// Bounds the bytes of bodies that are read and not verified yet, over all middlewares that
    /// share the limit. Without it, each body has a limit, and their sum has none.
    ///
    /// A limit that `HttpServer::on_connect` puts into the extensions of a connection bounds this
    /// connection as well.
    pub fn unverified_limit(mut self, limit: UnverifiedLimit) -> Self {
        self.unverified = Some(limit);
        self
    }

    /// The endpoint: its counters, and a way to replace its secrets.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.endpoint.endpoint()
    }

    /// Shuts down: answers new deliveries 503 from now on, and waits until the others are settled.
    /// That includes handlers whose client has left, and late calls of the store with their
    /// retries. Returns the number of deliveries that are not settled after `timeout`.
    ///
    /// The shutdown of actix-web waits for connections, and not for handlers whose connection is
    /// gone: await this before the server stops.
    pub fn drain(&self, timeout: Duration) -> impl Future<Output = usize> + Send + 'static {
        self.endpoint.drain(timeout)
    }

    pub(crate) fn tracked_endpoint(&self) -> &TrackedEndpoint {
        &self.endpoint
    }

    #[track_caller]
    pub(crate) fn build(builder: EndpointBuilder) -> Self {
        Self::new(build_or_panic(builder))
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("endpoint", self.endpoint.endpoint())
            .finish_non_exhaustive()
    }
}

impl From<Endpoint> for Webhook {
    fn from(endpoint: Endpoint) -> Self {
        Self::new(endpoint)
    }
}

impl<S, B> Transform<S, ServiceRequest> for Webhook
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = WebhookMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<WebhookMiddleware<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(WebhookMiddleware {
            inner: Rc::new(inner),
            endpoint: self.endpoint.clone(),
            unverified: self.unverified.clone(),
        }))
    }
}

/// A service inside a [`Webhook`].
pub struct WebhookMiddleware<S> {
    inner: Rc<S>,
    endpoint: TrackedEndpoint,
    unverified: Option<UnverifiedLimit>,
}

impl<S: fmt::Debug> fmt::Debug for WebhookMiddleware<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookMiddleware")
            .field("inner", &self.inner)
            .field("endpoint", self.endpoint.endpoint())
            .finish_non_exhaustive()
    }
}

impl<S, B> Service<ServiceRequest> for WebhookMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    /// Always ready. The middleware polls the inner service once a delivery is verified, so a
    /// forgery never waits for its capacity.
    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let known = request
            .extensions()
            .get::<Delivery>()
            .filter(|delivery| delivery.is_of(self.endpoint.endpoint()))
            .cloned();
        if let Some(delivery) = known {
            // The same middleware further out has verified it. What is between the two may have
            // read the payload.
            request.set_payload(replay(&delivery));
            let call = call_unguarded(ServiceCall::new(Rc::clone(&self.inner), request));
            return Box::pin(async { Ok(call.await?.map_into_left_body()) });
        }
        let target = request.uri().path_and_query();
        let head = Head {
            method: request.method().as_str(),
            path_and_query: target.map_or("", |target| target.as_str()),
            headers: &Map(request.headers()),
        };
        let begun = self
            .endpoint
            .begin(&head, self.unverified.as_ref(), request.conn_data());
        match begun {
            Begun::Read(body) => Box::pin(Receive::new(request, body, Rc::clone(&self.inner))),
            Begun::Answer(answer) => {
                let answered = request.into_response(respond(answer));
                Box::pin(ready(Ok(answered.map_into_right_body())))
            }
            Begun::Refused(rejection) => {
                let refused = request.error_response(Refused::from(rejection));
                Box::pin(ready(Ok(refused.map_into_right_body())))
            }
        }
    }
}

use Webhook as Adapter;

for_each_provider!(adapter_constructors);
