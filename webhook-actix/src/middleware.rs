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
/// closure of `HttpServer::new` and clone it in: the closure runs once a worker, and a middleware
/// made inside of it would give each worker a separate memory. See the [crate docs](crate) for an
/// example.
#[derive(Clone)]
#[must_use]
pub struct Webhook {
    endpoint: TrackedEndpoint,
    unverified: Option<UnverifiedLimit>,
}

impl Webhook {
    /// A middleware for an endpoint that was built with settings of its own.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint: TrackedEndpoint::new(endpoint),
            unverified: None,
        }
    }

    /// Bounds the bytes of bodies that are read and not verified yet, together with the other
    /// middlewares that share the limit. Without one there is no such bound: only each body has its
    /// own.
    ///
    /// A limit that `HttpServer::on_connect` puts into the extensions of a connection bounds that
    /// connection as well.
    pub fn unverified_limit(mut self, limit: UnverifiedLimit) -> Self {
        self.unverified = Some(limit);
        self
    }

    /// The endpoint, for its counters and to replace its secrets.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.endpoint.endpoint()
    }

    /// For graceful shutdown: answers new deliveries 503 from now on, and waits until those that
    /// are being handled are settled: those whose client went away, and late calls of the store and
    /// their retries among them. Gives the number that is not settled after `timeout`.
    ///
    /// actix-web's own shutdown waits for connections, and not for handlers that lost theirs: await
    /// this before the server is stopped.
    pub fn drain(&self, timeout: Duration) -> impl Future<Output = usize> + Send + 'static {
        self.endpoint.drain(timeout)
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
    type Transform = WebhookService<S>;
    type InitError = ();
    type Future = Ready<Result<WebhookService<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(WebhookService {
            inner: Rc::new(inner),
            endpoint: self.endpoint.clone(),
            unverified: self.unverified.clone(),
        }))
    }
}

/// A service behind a [`Webhook`].
pub struct WebhookService<S> {
    inner: Rc<S>,
    endpoint: TrackedEndpoint,
    unverified: Option<UnverifiedLimit>,
}

impl<S: fmt::Debug> fmt::Debug for WebhookService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService")
            .field("inner", &self.inner)
            .field("endpoint", self.endpoint.endpoint())
            .finish_non_exhaustive()
    }
}

impl<S, B> Service<ServiceRequest> for WebhookService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    /// Always ready: the inner service is asked once a delivery is verified, so a forged one never
    /// waits for its capacity.
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
            // The same middleware further out did all this already. What is between the two may
            // have read the payload.
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
