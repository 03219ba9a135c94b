use std::fmt;
use std::future::Future;
use std::time::Duration;

use http::{Extensions, Uri};
use tower_layer::Layer;
use webhook_core::{Endpoint, EndpointBuilder, adapter_constructors, for_each_provider};
use webhook_runtime::{TrackedEndpoint, UnverifiedLimit, build_or_panic};

use crate::service::Webhook;

/// Receives the webhooks of one [`Endpoint`].
///
/// Clones share the endpoint, its store and its count of running handlers. The [crate docs](crate)
/// have an example.
#[derive(Clone)]
#[must_use]
pub struct WebhookLayer {
    pub(crate) endpoint: TrackedEndpoint,
    pub(crate) unverified: Option<UnverifiedLimit>,
    pub(crate) original_uri: Option<FindUri>,
}

/// Where a framework keeps the URI that the client sent.
type FindUri = for<'a> fn(&'a Extensions) -> Option<&'a Uri>;

impl WebhookLayer {
    /// A layer for an endpoint that is built with other settings than the defaults.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint: TrackedEndpoint::new(endpoint),
            unverified: None,
            original_uri: None,
        }
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

    /// The endpoint: its counters, and a way to replace its secrets.
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

impl<S> Layer<S> for WebhookLayer {
    type Service = Webhook<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Webhook::new(inner, self.clone())
    }
}

use WebhookLayer as Adapter;

for_each_provider!(adapter_constructors);
