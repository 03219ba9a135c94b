//! Five providers in one application: one layer for each route, one store for all layers, and the
//! layers outside of them. `main.rs` says how to run the example.

mod handlers;
mod journal;
mod secrets;

use std::time::Duration;

use axum::http::StatusCode;
use axum::{Router, routing::post};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use webhook_axum::{Endpoint, EndpointBuilder, MemoryStore, WebhookLayer};

pub use crate::journal::{Entry, Journal};
pub use crate::secrets::Secrets;

/// An error with a message for the operator.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The layers, one for each provider. The application keeps them to rotate secrets and to shut
/// down: clones of a layer share everything.
#[derive(Debug)]
pub struct Receivers {
    stripe: WebhookLayer,
    github: WebhookLayer,
    slack: WebhookLayer,
    shopify: WebhookLayer,
    square: WebhookLayer,
}

impl Receivers {
    /// Creates the layers with these secrets.
    ///
    /// # Errors
    ///
    /// A secret or the URL cannot be used. The message names the provider and never the secret.
    pub fn new(secrets: &Secrets, public_url: &str) -> Result<Self, Failure> {
        // One store for all: the provider's name is part of every replay key. This store is in
        // memory, so it is lost on restart and not shared between processes. For more, implement
        // `ReplayStore` over your database.
        let store = MemoryStore::new();
        let layer = |endpoint: EndpointBuilder, provider| {
            let endpoint = endpoint.store(store.clone()).build();
            endpoint.map(WebhookLayer::new).map_err(of(provider))
        };
        // Square signs the URL of the endpoint. Configure it exactly as registered at Square, to
        // the last slash. A sender can choose `Host` and `X-Forwarded-*`, so they are not used.
        let square_url = format!("{public_url}/webhooks/square");
        Ok(Self {
            stripe: layer(Endpoint::stripe(secrets.stripe.clone()), "stripe")?,
            github: layer(Endpoint::github(secrets.github.clone()), "github")?,
            slack: layer(Endpoint::slack(secrets.slack.clone()), "slack")?,
            shopify: layer(Endpoint::shopify(secrets.shopify.clone()), "shopify")?,
            square: layer(
                Endpoint::square(secrets.square.clone(), square_url),
                "square",
            )?,
        })
    }

    /// Replaces all secrets, from the next delivery on. Deliveries in flight continue, and the
    /// store keeps its records.
    ///
    /// # Errors
    ///
    /// A secret cannot be used. That provider and the ones after it keep their old secrets.
    pub fn rotate(&self, secrets: &Secrets) -> Result<(), Failure> {
        for (layer, secrets) in [
            (&self.stripe, &secrets.stripe),
            (&self.github, &secrets.github),
            (&self.slack, &secrets.slack),
            (&self.shopify, &secrets.shopify),
            (&self.square, &secrets.square),
        ] {
            let endpoint = layer.endpoint();
            endpoint
                .replace_secrets(secrets.clone())
                .map_err(of(endpoint.provider().name()))?;
        }
        Ok(())
    }

    /// Shuts down: answers new deliveries with 503 and waits for the handlers, even if their client
    /// has left. Returns the number of handlers that still run after `timeout`.
    pub async fn drain(&self, timeout: Duration) -> usize {
        let (stripe, github, slack, shopify, square) = tokio::join!(
            self.stripe.drain(timeout),
            self.github.drain(timeout),
            self.slack.drain(timeout),
            self.shopify.drain(timeout),
            self.square.drain(timeout),
        );
        stripe + github + slack + shopify + square
    }
}

fn of(provider: &'static str) -> impl Fn(webhook_axum::ConfigError) -> Failure {
    move |error| format!("{provider}: {error}").into()
}

/// The application.
///
/// `patience` is the time limit for a whole request.
pub fn app(receivers: &Receivers, journal: Journal, patience: Duration) -> Router {
    use handlers::{github, shopify, slack, square, stripe};

    // In axum, the layer that is added last is the outermost. Read this from the inside out.
    Router::new()
        // 1. Innermost: the handlers, and every layer that changes a body. A layer between handler
        //    and webhook layer sees only verified deliveries: forgeries cannot use up a concurrency
        //    limit there.
        //
        //    The webhook layer answers a request with a `Content-Encoding` with 415: signatures are
        //    over the bytes as sent. A `RequestDecompressionLayer` outside of it would change the
        //    bytes and invalidate every signature.
        //
        //    `DefaultBodyLimit` limits axum's extractors, which find a body that is already read.
        //    The endpoint's own limit applies: 1 MiB, for GitHub 5 MiB.
        //    `EndpointBuilder::body_limit` changes it.
        //
        // 2. Each route in the layer of its provider. The layer is on the route and not on the
        //    router, so each route has its own, and an unknown path is 404 instead of 401.
        .route(
            "/webhooks/stripe",
            post(stripe).layer(receivers.stripe.clone()),
        )
        .route(
            "/webhooks/github",
            post(github).layer(receivers.github.clone()),
        )
        .route(
            "/webhooks/slack",
            post(slack).layer(receivers.slack.clone()),
        )
        .route(
            "/webhooks/shopify",
            post(shopify).layer(receivers.shopify.clone()),
        )
        .route(
            "/webhooks/square",
            post(square).layer(receivers.square.clone()),
        )
        // 3. The timeout. It drops the request, which would stop the handler half-way with most
        //    middleware. Here, claim, handler and settlement are one future that outlives its
        //    request. The client gets this 503, the handler finishes, and the layer answers the
        //    retry as a duplicate. `EndpointBuilder::handler_timeout` is what ends a handler: it
        //    releases the delivery, so the retry runs.
        //
        //    A timeout inside the webhook layer stops the handler, and its answer is not 2xx. The
        //    layer releases the delivery, and the retry runs.
        //
        //    A `RequestBodyLimitLayer` for other routes belongs here too. Its limit must not be
        //    below the highest limit of an endpoint, or it answers first.
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            patience,
        ))
        // 4. Outermost: tracing, which sees every answer, including refusals and timeouts. By
        //    default it logs each 5xx as a failure. The answer to a copy in flight is 503, so that
        //    the sender retries: that is not a failure, so `on_failure` is off. The webhook layers
        //    log refusals themselves, with the target `webhook`.
        .layer(TraceLayer::new_for_http().on_failure(()))
        .with_state(journal)
}
