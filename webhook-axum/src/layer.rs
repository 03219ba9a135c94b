use std::fmt;
use std::future::Future;
use std::time::Duration;

use axum::extract::OriginalUri;
use tower_layer::Layer;
use webhook_core::{Endpoint, EndpointBuilder, adapter_constructors, for_each_provider};
use webhook_runtime::{UnverifiedLimit, build_or_panic};
use webhook_tower::Webhook;

/// Receives the webhooks of one [`Endpoint`].
///
/// It is [`webhook_tower::WebhookLayer`] with what axum adds: within
/// [`Router::nest`](axum::Router::nest), where the path of a request has lost its prefix,
/// signatures are checked over the [`OriginalUri`].
///
/// Clones share the endpoint, its store and its count of running handlers. See the [crate
/// docs](crate) for an example.
#[derive(Clone)]
#[must_use]
pub struct WebhookLayer(webhook_tower::WebhookLayer);

impl WebhookLayer {
    /// A layer for an endpoint that was built with settings of its own.
    pub fn new(endpoint: Endpoint) -> Self {
        let layer = webhook_tower::WebhookLayer::new(endpoint);
        Self(layer.original_uri(|extensions| extensions.get().map(|OriginalUri(uri)| uri)))
    }

    /// Bounds the bytes of bodies that are read and not verified yet, together with the other
    /// layers that share the limit. Without one there is no such bound: only each body has its own.
    pub fn unverified_limit(self, limit: UnverifiedLimit) -> Self {
        Self(self.0.unverified_limit(limit))
    }

    /// The endpoint, for its counters and to replace its secrets.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.0.endpoint()
    }

    /// For graceful shutdown: answers new deliveries 503 from now on, and waits until those that
    /// are being handled are settled: those whose client went away, and late calls of the store and
    /// their retries among them. Gives the number that is not settled after `timeout`.
    pub fn drain(&self, timeout: Duration) -> impl Future<Output = usize> + Send + 'static {
        self.0.drain(timeout)
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
        self.0.layer(inner)
    }
}

use WebhookLayer as Adapter;

for_each_provider!(adapter_constructors);
