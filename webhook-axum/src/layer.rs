use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::OriginalUri;
use tower_layer::Layer;
use webhook_core::{
    Endpoint, EndpointBuilder, TenantSecrets, adapter_constructors, for_each_provider,
};
use webhook_runtime::tenants::{TenantHead, Tenants};
use webhook_runtime::{TrackedEndpoint, UnverifiedLimit, build_or_panic};
use webhook_tower::ShadowLayer;

use crate::service::Webhook;

/// Receives the webhooks of one [`Endpoint`].
///
/// The [crate docs](crate) have an example, and say where the layer goes.
///
/// Clones share the endpoint, its store and its count of running handlers.
///
/// It is a `webhook_tower::WebhookLayer` that knows axum's [`OriginalUri`]: within
/// [`Router::nest`](axum::Router::nest), a request has lost the front of its path, and some
/// providers sign the path.
#[derive(Clone)]
#[must_use]
pub struct WebhookLayer(webhook_tower::WebhookLayer);

impl WebhookLayer {
    /// A layer for an endpoint that is built with other settings than the defaults.
    pub fn new(endpoint: Endpoint) -> Self {
        Self::of(endpoint.into())
    }

    /// A layer for many tenants, each with secrets of its own. See [`Tenants`], which has more
    /// settings, and [`tenants`](crate::tenants) for the ready names.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use axum::{Router, http::StatusCode, routing::post};
    /// use webhook_axum::tenants::from_path;
    /// use webhook_axum::{ConfigError, Endpoint, SecretSet, VerifiedDelivery, WebhookLayer};
    /// # #[derive(Clone)] struct Db;
    /// # impl Db {
    /// #     async fn secret(&self, _: &str) -> Result<Option<String>, std::io::Error> { Ok(None) }
    /// # }
    ///
    /// async fn paid(VerifiedDelivery(delivery): VerifiedDelivery) -> StatusCode {
    ///     println!("{:?} has an event", delivery.tenant());
    ///     StatusCode::OK
    /// }
    ///
    /// fn app(db: Db) -> Result<Router, ConfigError> {
    ///     let path = "/webhooks/stripe/{tenant}";
    ///     let template = Endpoint::stripe(SecretSet::per_tenant()).build()?;
    ///     let layer = WebhookLayer::per_tenant(template, from_path(path), move |tenant: Arc<str>| {
    ///         let db = db.clone();
    ///         async move { db.secret(&tenant).await }
    ///     });
    ///     Ok(Router::new().route(path, post(paid).layer(layer)))
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
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        Tenants::new(template, name, resolver).into()
    }

    fn of(layer: webhook_tower::WebhookLayer) -> Self {
        let layer = layer.original_uri(|extensions| extensions.get().map(|OriginalUri(uri)| uri));
        #[cfg(feature = "inbox")]
        let layer = layer.route(|extensions| {
            let path = extensions.get::<axum::extract::MatchedPath>();
            path.map(axum::extract::MatchedPath::as_str)
        });
        Self(layer)
    }

    /// Stores deliveries instead of running a handler: a 200 means that the delivery is on the disk.
    /// A worker runs the handler later: see [`inbox`](crate::inbox).
    ///
    /// All layers of the same endpoint do so. The sender's questions, whose answer it waits for
    /// ([`Questions`](crate::Questions)), still run at once.
    ///
    /// # Panics
    ///
    /// If the endpoint is durable already, or has no replay protection.
    #[cfg(feature = "inbox")]
    #[track_caller]
    pub fn durable(self, inbox: impl webhook_core::Acceptor) -> Self {
        Self(self.0.durable(inbox))
    }

    #[cfg(feature = "inbox")]
    pub(crate) const fn inner(&self) -> &webhook_tower::WebhookLayer {
        &self.0
    }

    /// Bounds the bytes of bodies that are read and not verified yet, over all layers that share
    /// the limit. Without it, each body has a limit, and their sum has none.
    pub fn unverified_limit(self, limit: UnverifiedLimit) -> Self {
        Self(self.0.unverified_limit(limit))
    }

    /// Observes instead of refusing: for a route that is in production, before this layer protects
    /// it. Every request reaches the handler. [`UnverifiedRequest`](crate::UnverifiedRequest) has
    /// the verdict, and [`ShadowLayer`] says what a shadow does and does not do.
    ///
    /// Log lines say *would be refused*, and have the field `shadow`. So have those of other layers
    /// of the same endpoint: do not let one endpoint observe on one route and refuse on another.
    pub fn shadow(self) -> ShadowLayer {
        self.0.shadow()
    }

    /// The endpoint: its counters, and a way to replace its secrets. With tenants, it is their
    /// template, and its counters count for all of them.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.0.endpoint()
    }

    /// The tenants, if the layer has them.
    #[must_use]
    pub fn tenants(&self) -> Option<&Tenants> {
        self.0.tenants()
    }

    /// Shuts down: answers new deliveries 503 from now on, and waits until the others are settled.
    /// That includes handlers whose client has left, and late calls of the store with their
    /// retries. Returns the number of deliveries that are not settled after `timeout`.
    pub fn drain(&self, timeout: Duration) -> impl Future<Output = usize> + Send + 'static {
        self.0.drain(timeout)
    }

    pub(crate) fn tracked_endpoint(&self) -> &TrackedEndpoint {
        self.0.tracked_endpoint()
    }

    #[track_caller]
    pub(crate) fn build(builder: EndpointBuilder) -> Self {
        Self::new(build_or_panic(builder))
    }
}

impl fmt::Debug for WebhookLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Endpoint> for WebhookLayer {
    fn from(endpoint: Endpoint) -> Self {
        Self::new(endpoint)
    }
}

impl From<Tenants> for WebhookLayer {
    fn from(tenants: Tenants) -> Self {
        Self::of(tenants.into())
    }
}

impl<S> Layer<S> for WebhookLayer {
    type Service = Webhook<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Webhook::new(self.0.layer(inner))
    }
}

use WebhookLayer as Adapter;

for_each_provider!(adapter_constructors);
