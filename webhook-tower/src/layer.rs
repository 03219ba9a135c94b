use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::{Extensions, Uri, request};
use tower_layer::Layer;
use webhook_core::{
    Begun, Endpoint, EndpointBuilder, Head, TenantSecrets, adapter_constructors, for_each_provider,
};
use webhook_runtime::tenants::{FoundTenant, TenantHead, Tenants};
use webhook_runtime::{BodyIntake, TrackedEndpoint, UnverifiedLimit, build_or_panic};

use crate::service::Webhook;

/// Receives the webhooks of one [`Endpoint`].
///
/// Clones share the endpoint, its store and its count of running handlers. The [crate docs](crate)
/// have an example.
#[derive(Clone)]
#[must_use]
pub struct WebhookLayer {
    /// With tenants, their template.
    endpoint: TrackedEndpoint,
    tenants: Option<Arc<Tenants>>,
    unverified: Option<UnverifiedLimit>,
    original_uri: Option<FindUri>,
    #[cfg(feature = "inbox")]
    route: Option<FindRoute>,
}

/// Where a framework keeps the URI that the client sent.
type FindUri = for<'a> fn(&'a Extensions) -> Option<&'a Uri>;
/// Where a framework keeps the template of the route.
#[cfg(feature = "inbox")]
type FindRoute = for<'a> fn(&'a Extensions) -> Option<&'a str>;

impl WebhookLayer {
    /// A layer for an endpoint that is built with other settings than the defaults.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint: TrackedEndpoint::new(endpoint),
            tenants: None,
            unverified: None,
            original_uri: None,
            #[cfg(feature = "inbox")]
            route: None,
        }
    }

    /// A layer for many tenants, each with secrets of its own. See [`Tenants`], which has more
    /// settings, and [`tenants`](crate::tenants) for the ready names.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use webhook_tower::tenants::from_path;
    /// use webhook_tower::{Endpoint, SecretSet, WebhookLayer};
    /// # #[derive(Clone)] struct Db;
    /// # impl Db {
    /// #     async fn secret(&self, _: &str) -> Result<Option<String>, std::io::Error> { Ok(None) }
    /// # }
    /// # fn layer(db: Db) -> Result<WebhookLayer, webhook_tower::ConfigError> {
    /// let template = Endpoint::stripe(SecretSet::per_tenant()).build()?;
    /// let name = from_path("/webhooks/stripe/{tenant}");
    /// let layer = WebhookLayer::per_tenant(template, name, move |tenant: Arc<str>| {
    ///     let db = db.clone();
    ///     async move { db.secret(&tenant).await }
    /// });
    /// # Ok(layer)
    /// # }
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
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        Tenants::new(template, name, resolver).into()
    }

    /// Bounds the bytes of bodies that are read and not verified yet, over all layers that share
    /// the limit. Without it, each body has a limit, and their sum has none.
    ///
    /// ```
    /// use webhook_tower::{UnverifiedLimit, WebhookLayer};
    ///
    /// let unverified = UnverifiedLimit::default();
    /// let stripe = WebhookLayer::stripe("whsec_0123456789abcdef");
    /// let stripe = stripe.unverified_limit(unverified.clone());
    /// let github = WebhookLayer::github("0123456789abcdef");
    /// let github = github.unverified_limit(unverified.clone());
    /// assert_eq!(unverified.held(), 0);
    /// ```
    ///
    /// A limit in the extensions of a request bounds this request as well. A server can make one
    /// for each connection.
    pub fn unverified_limit(mut self, limit: UnverifiedLimit) -> Self {
        self.unverified = Some(limit);
        self
    }

    /// Says where the URI that the client sent is in the extensions of a request, for frameworks
    /// that rewrite the URI further out. Some providers sign the path. Without an original, the
    /// layer takes the URI of the request.
    ///
    /// The layer of webhook-axum does this for `Router::nest`.
    pub fn original_uri(mut self, find: for<'a> fn(&'a Extensions) -> Option<&'a Uri>) -> Self {
        self.original_uri = Some(find);
        self
    }

    /// Stores deliveries instead of calling the inner service: a 200 means that the delivery is on
    /// the disk. A worker calls the service later: see [`inbox`](crate::inbox).
    ///
    /// All layers of the same endpoint do so. The sender's questions, whose answer it waits for
    /// ([`Questions`](webhook_core::Questions)), still call the service at once.
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

    /// Says where the template of the route, such as `/webhooks/{tenant}`, is in the extensions of a
    /// request. It is stored with the delivery.
    ///
    /// The layer of webhook-axum does this.
    #[cfg(feature = "inbox")]
    pub fn route(mut self, find: for<'a> fn(&'a Extensions) -> Option<&'a str>) -> Self {
        self.route = Some(find);
        self
    }

    /// The endpoint: its counters, and a way to replace its secrets. With tenants, it is their
    /// template, and its counters count for all of them.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.endpoint.endpoint()
    }

    /// The endpoint and the count of its running deliveries, for routers around this layer.
    #[must_use]
    pub fn tracked_endpoint(&self) -> &TrackedEndpoint {
        &self.endpoint
    }

    /// Shuts down: answers new deliveries 503 from now on, and waits until the others are settled.
    /// That includes handlers whose client has left, and late calls of the store with their
    /// retries. Returns the number of deliveries that are not settled after `timeout`.
    pub fn drain(&self, timeout: Duration) -> impl Future<Output = usize> + Send + 'static {
        self.endpoint.drain(timeout)
    }

    /// The tenants, if the layer has them.
    #[must_use]
    pub fn tenants(&self) -> Option<&Tenants> {
        self.tenants.as_deref()
    }

    /// Finds the endpoint of a request. `None` without tenants.
    pub(crate) fn find_tenant(&self, parts: &request::Parts) -> Option<FoundTenant> {
        let tenants = self.tenants.as_ref()?;
        let authority = self.uri(parts).authority();
        let authority = authority.map(http::uri::Authority::as_str);
        Some(tenants.find(&TenantHead::new(self.head(parts), authority)))
    }

    /// Begins a delivery to `of_tenant`, or without tenants to the layer's own endpoint.
    pub(crate) fn begin(
        &self,
        parts: &request::Parts,
        of_tenant: Option<&TrackedEndpoint>,
    ) -> Begun<BodyIntake> {
        let endpoint = of_tenant.unwrap_or(&self.endpoint);
        let (server, connection) = (self.unverified.as_ref(), parts.extensions.get());
        let begun = endpoint.begin(&self.head(parts), server, connection);
        #[cfg(feature = "inbox")]
        let begun = begun.map(|mut body| {
            if let Some(template) = self.route.and_then(|find| find(&parts.extensions)) {
                body.set_route(template);
            }
            body
        });
        begun
    }

    fn head<'a>(&self, parts: &'a request::Parts) -> Head<'a> {
        let target = self.uri(parts).path_and_query();
        Head {
            method: parts.method.as_str(),
            path_and_query: target.map_or("", |target| target.as_str()),
            headers: &parts.headers,
        }
    }

    /// The URI that the client sent.
    fn uri<'a>(&self, parts: &'a request::Parts) -> &'a Uri {
        let original = self.original_uri.and_then(|find| find(&parts.extensions));
        original.unwrap_or(&parts.uri)
    }

    #[track_caller]
    pub(crate) fn build(builder: EndpointBuilder) -> Self {
        Self::new(build_or_panic(builder))
    }
}

impl fmt::Debug for WebhookLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookLayer")
            .field("endpoint", self.endpoint())
            .finish_non_exhaustive()
    }
}

impl From<Endpoint> for WebhookLayer {
    fn from(endpoint: Endpoint) -> Self {
        Self::new(endpoint)
    }
}

impl From<Tenants> for WebhookLayer {
    fn from(tenants: Tenants) -> Self {
        Self {
            endpoint: tenants.template().clone(),
            tenants: Some(Arc::new(tenants)),
            unverified: None,
            original_uri: None,
            #[cfg(feature = "inbox")]
            route: None,
        }
    }
}

impl<S> Layer<S> for WebhookLayer {
    type Service = Webhook<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Webhook::new(inner, self.clone())
    }
}

use WebhookLayer as Adapter;

for_each_provider!(adapter_constructors);
