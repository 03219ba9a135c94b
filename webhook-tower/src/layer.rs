use std::fmt;
use std::future::Future;
use std::time::Duration;

use tower_layer::Layer;
use webhook_core::{Endpoint, EndpointBuilder, adapter_constructors, for_each_provider};

use crate::service::Webhook;
use crate::tracker::Tracker;

/// Receives the webhooks of one [`Endpoint`].
///
/// Clones share the endpoint, its store and its count of running handlers. See the [crate docs](crate) for an example.
#[derive(Clone)]
#[must_use]
pub struct WebhookLayer {
    endpoint: Endpoint,
    tracker: Tracker,
}

impl WebhookLayer {
    /// A layer for an endpoint that was built with settings of its own.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            tracker: Tracker::default(),
        }
    }

    /// The endpoint, for its counters and to replace its secrets.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// For graceful shutdown: answers new deliveries 503 from now on, and waits until those that are being handled are
    /// settled, those whose client went away among them. Gives the number still running after `timeout`.
    pub fn drain(&self, timeout: Duration) -> impl Future<Output = usize> + Send + 'static {
        let tracker = self.tracker.clone();
        tracker.close();
        async move {
            let _ = tokio::time::timeout(timeout, tracker.idle()).await;
            tracker.running()
        }
    }

    #[track_caller]
    pub(crate) fn build(builder: EndpointBuilder) -> Self {
        match builder.build() {
            Ok(endpoint) => Self::new(endpoint),
            Err(error) => panic!("webhook endpoint: {error}"),
        }
    }
}

impl fmt::Debug for WebhookLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookLayer")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
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
        Webhook::new(inner, self.endpoint.clone(), self.tracker.clone())
    }
}

use WebhookLayer as Adapter;

for_each_provider!(adapter_constructors);
