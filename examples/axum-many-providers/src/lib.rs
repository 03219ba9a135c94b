//! Five providers in one application: a layer for each route, one store for all, and what stands outside of them. See
//! `main.rs` for how to run it.

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

/// Why something cannot be done, in words for whoever runs the program.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The layers, one for each provider. They are kept after the router is made, to rotate secrets and to shut down: clones of a
/// layer share everything.
#[derive(Debug)]
pub struct Receivers {
    stripe: WebhookLayer,
    github: WebhookLayer,
    slack: WebhookLayer,
    shopify: WebhookLayer,
    square: WebhookLayer,
}

impl Receivers {
    /// Layers with these secrets.
    ///
    /// # Errors
    ///
    /// Whose secret or URL cannot be used, and why, without showing it.
    pub fn new(secrets: &Secrets, public_url: &str) -> Result<Self, Failure> {
        // One store for all: a provider's name is part of every key, so one's `evt_1` is not another's. This one forgets on
        // restart, and several processes do not share it; for that, implement `ReplayStore` over the database you have.
        let store = MemoryStore::new();
        let layer = |endpoint: EndpointBuilder, provider| {
            let endpoint = endpoint.store(store.clone()).build();
            endpoint.map(WebhookLayer::new).map_err(of(provider))
        };
        // Square signs the URL it sends to. It is configured, to the last slash as registered at Square, and not taken
        // from `Host` or `X-Forwarded-*`, which are the sender's to choose.
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

    /// Replaces all secrets, from the next delivery on; deliveries under way are not disturbed, and nothing is
    /// forgotten of what was handled.
    ///
    /// # Errors
    ///
    /// Whose secret cannot be used. That provider's old ones stay in force, and those of the providers behind it.
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

    /// For the end: puts off new deliveries with 503, waits for handlers, also those whose client has gone, and gives the
    /// number still running after `timeout`.
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
/// `patience` is how long a request may take in all.
pub fn app(receivers: &Receivers, journal: Journal, patience: Duration) -> Router {
    use handlers::{github, shopify, slack, square, stripe};

    // In axum the layer that is added last is the outermost. So this is read from the inside out.
    Router::new()
        // 1. Innermost, handlers and whatever changes a body. What goes between handler and webhook layer sees verified
        //    deliveries alone: a limit of concurrency there holds no place for a forger.
        //
        //    A request's `Content-Encoding` is answered 415: signatures are over the bytes as sent. Were a
        //    `RequestDecompressionLayer` further out, the bytes would be others, and every signature wrong.
        //
        //    `DefaultBodyLimit` limits axum's extractors, and here they find a body that is already read. It is read under
        //    the endpoint's own limit: 1 MiB, for GitHub 5 MiB, `EndpointBuilder::body_limit` for another.
        //
        // 2. Each route in the layer of its provider. A layer on the route, not on the router: only so can routes have
        //    different ones, and paths that do not exist are 404 and not 401.
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
        // 3. The timeout. When it fires it drops the request, and with most middleware the handler would die half-way. Not
        //    here: from verification on, claim, handler and settlement are one future that outlives its request. The client
        //    gets this 503, the handler finishes, and the retry is answered as a copy of what was done. What ends a
        //    handler is `EndpointBuilder::handler_timeout`, which releases the delivery, so that the retry runs.
        //
        //    The other way round, a timeout inside of the webhook layer, is a handler cut off and an answer that is no 2xx:
        //    released, and run again.
        //
        //    A `RequestBodyLimitLayer`, for the sake of other routes, has its place here too: no lower than the highest
        //    limit of an endpoint, or it answers first.
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            patience,
        ))
        // 4. Outermost, tracing: it sees every answer, the refusals and the timeout's among them. It calls each 5xx a
        //    failure, but 503 for a copy in flight is how a sender is told to come again; hence no `on_failure`. The layers
        //    log refusals themselves, under the target `webhook`.
        .layer(TraceLayer::new_for_http().on_failure(()))
        .with_state(journal)
}
