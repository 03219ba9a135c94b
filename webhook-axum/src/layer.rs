use std::fmt;
use std::future::Future;
use std::time::Duration;

use axum::extract::OriginalUri;
use tower_layer::Layer;
use webhook_core::{Endpoint, EndpointBuilder, adapter_constructors, for_each_provider};
use webhook_runtime::{TrackedEndpoint, UnverifiedLimit, build_or_panic};

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
        let layer = webhook_tower::WebhookLayer::new(endpoint);
        Self(layer.original_uri(|extensions| extensions.get().map(|OriginalUri(uri)| uri)))
    }

    /// Bounds the bytes of bodies that are read and not verified yet, over all layers that share
    /// the limit. Without it, each body has a limit, and their sum has none.
    pub fn unverified_limit(self, limit: UnverifiedLimit) -> Self {
        Self(self.0.unverified_limit(limit))
    }

    /// The endpoint: its counters, and a way to replace its secrets.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.0.endpoint()
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

impl<S> Layer<S> for WebhookLayer {
    type Service = Webhook<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Webhook::new(self.0.layer(inner))
    }
}

use WebhookLayer as Adapter;

for_each_provider!(adapter_constructors);
