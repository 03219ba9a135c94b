//! The layer over a router of axum, and axum's own server.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::limit::GlobalConcurrencyLimitLayer;
use webhook_axum::{VerifiedDelivery, VerifiedEvent, WebhookLayer};

use super::Server;
use crate::app::{App, Payment};
use crate::case::{Protocol, Takes};

pub(super) struct Axum;

impl Server for Axum {
    fn name(&self) -> &'static str {
        "axum"
    }

    fn serve(&self, app: App, listener: std::net::TcpListener, _: Protocol) -> JoinHandle<()> {
        let mut router = match app.takes() {
            Takes::Delivery => Router::new().fallback(delivery),
            Takes::Bytes => Router::new().fallback(bytes),
            Takes::Payment => Router::new().fallback(payment),
        };
        let permits = Arc::clone(app.permits());
        router = router.layer(GlobalConcurrencyLimitLayer::with_semaphore(permits));
        if app.has_layer() {
            let layer = WebhookLayer::new(app.endpoint().clone());
            router = router.layer(layer.unverified_limit(app.unverified().clone()));
        }
        tokio::spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            let serving = axum::serve(listener, router.with_state(app));
            serving.await.expect("a server");
        })
    }
}

async fn delivery(
    State(app): State<App>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> Response<Body> {
    app.handle(delivery, None).await.response()
}

async fn bytes(
    State(app): State<App>,
    VerifiedDelivery(delivery): VerifiedDelivery,
    body: Bytes,
) -> Response<Body> {
    app.handle(delivery, Some(body)).await.response()
}

async fn payment(
    State(app): State<App>,
    VerifiedEvent(event): VerifiedEvent<Payment>,
) -> Response<Body> {
    app.handle(event.delivery, None).await.response()
}
