//! The suite over axum.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::any;
use futures_util::stream;
use tower::ServiceExt as _;
use webhook_axum::{VerifiedDelivery, WebhookLayer as Layer, WebhookRouter};
use webhook_test::Sent;

use suite::{Arrives, Handler};

#[path = "suite.rs"]
mod suite;

pub(crate) const FRAMEWORK: &str = "axum";

pub(crate) struct Served(Router);

async fn act(handler: Handler, delivery: VerifiedDelivery) -> Response {
    let (status, disposition) = handler.act(delivery.0).await;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status.try_into().unwrap();
    if let Some(disposition) = disposition {
        response.extensions_mut().insert(disposition);
    }
    response
}

pub(crate) async fn serve(layer: Layer, handler: Handler) -> Served {
    let act = move |delivery: VerifiedDelivery| act(handler.clone(), delivery);
    Served(Router::new().route("/", any(act).layer(layer)))
}

/// A router with the types `known.type` and `known.family.*`.
pub(crate) async fn route(layer: Layer) -> Served {
    let hooks = WebhookRouter::<()>::new(layer)
        .on(["known.type", "known.family.*"], async || ())
        .ignore_unknown();
    Served(Router::new().route("/hooks/{tenant}", hooks.into()))
}

impl Served {
    pub(crate) async fn send(&self, sent: &Sent, arrives: Arrives) -> u16 {
        let body = match arrives {
            Arrives::Whole => Body::from(sent.body.clone()),
            Arrives::Never => Body::from_stream(stream::pending::<Result<Vec<u8>, String>>()),
        };
        let request = sent.request_with(body).expect("a request");
        let response = self.0.clone().oneshot(request).await.unwrap();
        response.status().as_u16()
    }
}
