//! The router: one path for each route, and the layers that every request passes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{any, get};
use webhook_axum::forward::{ForwardOutcome, Forwarded};
use webhook_axum::tenants::from_path;
use webhook_axum::{
    Delivery, Endpoint, Head, UnverifiedLimit, VerifiedDelivery, WebhookLayer, respond,
};
use webhook_core::adapter::LogLimit;

use super::generation::Served;
use super::workers::Consumers;
use crate::answer;
use crate::config::{Destination, Forwarding, Route, TenantStore};
use crate::health::Readiness;
use crate::observe::{Observer, log_accepted, log_forwarded, observe};
use crate::store::StoreInbox;

/// What the routes of all configurations share.
pub(crate) struct Shared {
    pub(crate) observer: Arc<Observer>,
    pub(crate) readiness: Readiness,
    pub(crate) unverified: UnverifiedLimit,
    pub(crate) inbox: Option<StoreInbox>,
}

/// The router of these routes, what serves each of them, and what gets their stored events.
pub(super) fn router(routes: Vec<Route>, shared: &Arc<Shared>) -> (Router, Vec<Served>, Consumers) {
    let mut router = Router::new();
    let mut served = Vec::new();
    let mut consumers = Consumers::default();
    for route in routes {
        let Route {
            name,
            endpoint,
            tenants,
            destination,
        } = route;
        let attempts = match &destination {
            Destination::Stored(stored_for) => consumers.add(&name, &endpoint, stored_for),
            Destination::Discard | Destination::Forward(_) => Vec::new(),
        };
        let (path, layer) = match tenants {
            None => (format!("/hooks/{name}"), WebhookLayer::new(endpoint)),
            Some(secrets) => {
                let path = format!("/hooks/{name}/{{tenant}}");
                let layer = per_tenant(endpoint, &path, secrets);
                (path, layer)
            }
        };
        let layer = layer.unverified_limit(shared.unverified.clone());
        served.push(Served {
            name: name.clone(),
            layer: layer.clone(),
            forwarders: destination
                .forwardings()
                .map(|forwarding| forwarding.forwarder.clone())
                .collect(),
            attempts,
        });
        let handler = match (&destination, destination.answers_questions()) {
            (Destination::Discard, _) => {
                any(async move |VerifiedDelivery(delivery)| accept(&name, &delivery))
            }
            // Of a route that stores, only the sender's questions come here.
            (_, Some(forwarding)) => {
                let forwarding = forwarding.clone();
                any(async move |VerifiedDelivery(delivery), request: Request| {
                    forward(&name, &forwarding, &delivery, request).await
                })
            }
            (_, None) => any(async move |VerifiedDelivery(delivery)| refuse(&name, &delivery)),
        };
        router = router.route(&path, handler.layer(layer));
    }
    let router = router
        .fallback(not_found)
        .layer(from_fn_with_state(shared.observer.clone(), observe))
        // After the layer, which therefore neither counts nor times them.
        .route("/health", get(async || answer::state("alive")))
        .route("/ready", get(ready))
        .with_state(shared.clone());
    (router, served, consumers)
}

fn per_tenant(template: Endpoint, path: &str, secrets: TenantStore) -> WebhookLayer {
    let provider = *template.provider();
    WebhookLayer::per_tenant(template, from_path(path), move |tenant: Arc<str>| {
        let secrets = secrets.clone();
        async move { secrets.get(&provider, &tenant).await }
    })
}

/// Logs the event and answers 200, for a route that drops its events.
fn accept(route: &str, delivery: &Delivery) -> Response {
    log_accepted(route, delivery);
    answer::accepted(delivery)
}

/// Answers 503 to a question that nothing answers.
fn refuse(route: &str, delivery: &Delivery) -> Response {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        let provider = delivery.provider();
        tracing::warn!(route, provider, suppressed, "question not answered");
    }
    answer::unavailable()
}

/// Sends the event on. Its answer and its claim depend on that of the receiver.
async fn forward(
    route: &str,
    forwarding: &Forwarding,
    delivery: &Delivery,
    request: Request,
) -> Response {
    let forwarded = begin(forwarding, delivery, request).await;
    let disposition = forwarded.disposition();
    let delivered = forwarded.outcome() == ForwardOutcome::Delivered;
    if delivered {
        log_forwarded(route, delivery);
    }
    let mut response = match delivered && !forwarding.passes_response {
        true => answer::accepted(delivery),
        false => respond(forwarded.into_answer()),
    };
    response.extensions_mut().insert(disposition);
    response
}

/// Not `async`: the future holds nothing of the request.
fn begin(
    forwarding: &Forwarding,
    delivery: &Delivery,
    request: Request,
) -> impl Future<Output = Forwarded> + Send + use<> {
    let target = request.uri().path_and_query();
    let head = Head {
        method: request.method().as_str(),
        path_and_query: target.map_or("", |target| target.as_str()),
        headers: request.headers(),
    };
    forwarding.forwarder.forward(delivery, &head)
}

async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    match shared.readiness.is_ready().await {
        true => answer::state("ready"),
        false => answer::unavailable(),
    }
}

async fn not_found(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.observer.unknown_path(request.uri());
    answer::not_found(&request)
}
