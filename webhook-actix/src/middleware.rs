use std::borrow::Cow;
use std::fmt;
use std::future::{Future, Ready, ready};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, HttpMessage as _};
use futures_util::future::LocalBoxFuture;
use webhook_core::{
    Begun, Delivery, Endpoint, EndpointBuilder, Head, TenantSecrets, adapter_constructors,
    for_each_provider,
};
use webhook_runtime::tenants::{FoundTenant, TenantHead, Tenants};
use webhook_runtime::{
    BodyIntake, TrackedEndpoint, UnverifiedLimit, build_or_panic, call_unguarded,
};

use crate::answer::{Refused, respond};
use crate::call::{ServiceCall, replay};
use crate::handle::Output;
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
    /// With tenants, their template.
    endpoint: TrackedEndpoint,
    tenants: Option<Arc<Tenants>>,
    unverified: Option<UnverifiedLimit>,
}

impl Webhook {
    /// A middleware for an endpoint that is built with other settings than the defaults.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint: TrackedEndpoint::new(endpoint),
            tenants: None,
            unverified: None,
        }
    }

    /// A middleware for many tenants, each with secrets of its own. See [`Tenants`], which has more
    /// settings, and [`tenants`](crate::tenants) for the ready names.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use actix_web::{HttpResponse, web};
    /// use webhook_actix::tenants::from_path;
    /// use webhook_actix::{ConfigError, Endpoint, SecretSet, VerifiedDelivery, Webhook};
    /// # #[derive(Clone)] struct Db;
    /// # impl Db {
    /// #     async fn secret(&self, _: &str) -> Result<Option<String>, std::io::Error> { Ok(None) }
    /// # }
    ///
    /// async fn paid(VerifiedDelivery(delivery): VerifiedDelivery) -> HttpResponse {
    ///     println!("{:?} has an event", delivery.tenant());
    ///     HttpResponse::Ok().finish()
    /// }
    ///
    /// const PATH: &str = "/webhooks/stripe/{tenant}";
    ///
    /// // Once, outside of the closure of `HttpServer::new`.
    /// fn webhook(db: Db) -> Result<Webhook, ConfigError> {
    ///     let template = Endpoint::stripe(SecretSet::per_tenant()).build()?;
    ///     Ok(Webhook::per_tenant(template, from_path(PATH), move |tenant: Arc<str>| {
    ///         let db = db.clone();
    ///         async move { db.secret(&tenant).await }
    ///     }))
    /// }
    ///
    /// fn configure(config: &mut web::ServiceConfig, webhook: Webhook) {
    ///     config.service(web::resource(PATH).wrap(webhook).route(web::post().to(paid)));
    /// }
    /// ```
    ///
    /// # Panics
    ///
    /// If the template has a secret of its own.
    #[track_caller]
    pub fn per_tenant<N, R, F, S, E>(template: Endpoint, name: N, resolver: R) -> Self
    where
        N: for<'h> Fn(&TenantHead<'h>) -> Option<Cow<'h, str>> + Send + Sync + 'static,
        R: Fn(Arc<str>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Option<S>, E>> + Send + 'static,
        S: Into<TenantSecrets>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Tenants::new(template, name, resolver).into()
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

    /// Stores deliveries instead of running a handler: a 200 means that the delivery is on the disk.
    /// A worker runs the handler later: see [`inbox`](crate::inbox).
    ///
    /// All middlewares of the same endpoint do so. The sender's questions, whose answer it waits for
    /// ([`Questions`](crate::Questions)), still run at once.
    ///
    /// # Panics
    ///
    /// If the endpoint is durable already, or has no replay protection.
    #[cfg(feature = "inbox")]
    #[track_caller]
    pub fn durable(self, inbox: impl webhook_core::Acceptor) -> Self {
        self.endpoint().make_durable(inbox);
        self
    }

    /// The endpoint: its counters, and a way to replace its secrets. With tenants, it is their
    /// template, and its counters count for all of them.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.endpoint.endpoint()
    }

    /// The tenants, if the middleware has them.
    #[must_use]
    pub fn tenants(&self) -> Option<&Tenants> {
        self.tenants.as_deref()
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

    /// Finds the endpoint of a request. `None` without tenants.
    pub(crate) fn find_tenant(&self, request: &ServiceRequest) -> Option<FoundTenant> {
        let tenants = self.tenants.as_ref()?;
        let headers = Map(request.headers());
        let authority = request
            .uri()
            .authority()
            .map(|authority| authority.as_str());
        Some(tenants.find(&TenantHead::new(head(request, &headers), authority)))
    }

    /// Begins a delivery to `of_tenant`, or without tenants to the middleware's own endpoint.
    pub(crate) fn begin(
        &self,
        request: &ServiceRequest,
        of_tenant: Option<&TrackedEndpoint>,
    ) -> Begun<BodyIntake> {
        let endpoint = of_tenant.unwrap_or(&self.endpoint);
        let (server, connection) = (self.unverified.as_ref(), request.conn_data());
        let headers = Map(request.headers());
        let begun = endpoint.begin(&head(request, &headers), server, connection);
        #[cfg(feature = "inbox")]
        let begun = begun.map(|mut body| {
            if let Some(pattern) = request.match_pattern() {
                body.set_route(&pattern);
            }
            body
        });
        begun
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

impl From<Tenants> for Webhook {
    fn from(tenants: Tenants) -> Self {
        Self {
            endpoint: tenants.template().clone(),
            tenants: Some(Arc::new(tenants)),
            unverified: None,
        }
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
            webhook: self.clone(),
        }))
    }
}

/// A service inside a [`Webhook`].
pub struct WebhookMiddleware<S> {
    inner: Rc<S>,
    webhook: Webhook,
}

impl<S: fmt::Debug> fmt::Debug for WebhookMiddleware<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookMiddleware")
            .field("inner", &self.inner)
            .field("endpoint", self.webhook.endpoint())
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
        let inner = Rc::clone(&self.inner);
        let verified = request.extensions().get::<Delivery>().cloned();
        let found = match &verified {
            Some(delivery) if delivery.is_of(self.webhook.endpoint()) => None,
            _ => self.webhook.find_tenant(&request),
        };
        let of_tenant = match found {
            None => None,
            Some(FoundTenant::Endpoint(endpoint)) => Some(endpoint),
            Some(FoundTenant::Refused(rejection)) => {
                return receive(Begun::Refused(rejection), request, inner);
            }
            Some(FoundTenant::Wait(wait)) => {
                let webhook = self.webhook.clone();
                return Box::pin(async move {
                    let begun = match wait.await {
                        Ok(endpoint) => webhook.begin(&request, Some(&endpoint)),
                        Err(rejection) => Begun::Refused(rejection),
                    };
                    receive(begun, request, inner).await
                });
            }
        };
        let endpoint = of_tenant.as_ref().map(TrackedEndpoint::endpoint);
        let endpoint = endpoint.unwrap_or(self.webhook.endpoint());
        if let Some(delivery) = verified.filter(|delivery| delivery.is_of(endpoint)) {
            // The same middleware further out has verified it, or it was stored. What is between the
            // two may have read the payload.
            delivery.passes_layer();
            request.set_payload(replay(&delivery));
            let call = call_unguarded(ServiceCall::new(inner, request));
            return Box::pin(async { Ok(call.await?.map_into_left_body()) });
        }
        let begun = self.webhook.begin(&request, of_tenant.as_ref());
        receive(begun, request, inner)
    }
}

fn head<'a>(request: &'a ServiceRequest, headers: &'a Map<'_>) -> Head<'a> {
    let target = request.uri().path_and_query();
    Head {
        method: request.method().as_str(),
        path_and_query: target.map_or("", |target| target.as_str()),
        headers,
    }
}

/// Reads the body if the head passed, and answers otherwise.
fn receive<S, B>(
    begun: Begun<BodyIntake>,
    request: ServiceRequest,
    inner: Rc<S>,
) -> LocalBoxFuture<'static, Output<B>>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    match begun {
        Begun::Read(body) => Box::pin(Receive::new(request, body, inner)),
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

use Webhook as Adapter;

for_each_provider!(adapter_constructors);
