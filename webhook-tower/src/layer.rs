use std::fmt;
use std::future::Future;
use std::time::Duration;

use tower_layer::Layer;
use webhook_core::{Endpoint, EndpointBuilder, Secret, SecretSet, for_each_provider, providers};

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
    fn build(builder: EndpointBuilder) -> Self {
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

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        /// One constructor for each provider, with the defaults of [`EndpointBuilder`]. Each panics where a secret
        /// or URL cannot be used, with a text that says why and does not contain it; to handle that, build the
        /// [`Endpoint`] of the same name and pass it to [`new`](Self::new).
        impl WebhookLayer {
            $(constructors!(@one $(#[$doc])* $name($($argument),+) $provider);)*
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the secret cannot be used.
        #[track_caller]
        pub fn $name(secret: impl Into<SecretSet>) -> Self {
            Self::build(Endpoint::builder(providers::$provider, secret))
        }
    };
    (@one $(#[$doc:meta])* $name:ident(public_key) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the key cannot be used.
        #[track_caller]
        pub fn $name(public_key: impl Into<SecretSet>) -> Self {
            Self::build(Endpoint::builder(providers::$provider, public_key))
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, public_url) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the secret or the URL cannot be used.
        #[track_caller]
        pub fn $name(secret: impl Into<SecretSet>, public_url: impl Into<String>) -> Self {
            Self::build(Endpoint::builder(providers::$provider, secret).public_url(public_url))
        }
    };
    (@one $(#[$doc:meta])* $name:ident(username, password) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the credentials cannot be used.
        #[track_caller]
        pub fn $name(username: &str, password: &str) -> Self {
            Self::build(Endpoint::builder(providers::$provider, Secret::basic(username, password)))
        }
    };
}

for_each_provider!(constructors);
