//! The suite over axum.

use axum::Router;
use axum::body::Body;
use tower::ServiceExt as _;
use webhook_axum::router::Complete;
use webhook_axum::{HookResult, SignedRequest, VerifiedDelivery, VerifiedEvent};
use webhook_axum::{WebhookLayer as Layer, WebhookRouter};

#[path = "suite.rs"]
mod suite;

const PATH: &str = "/webhooks/it";

pub(crate) struct Served(Router);

pub(crate) fn serve<F: Complete>(hooks: WebhookRouter<(), F>) -> Served {
    Served(Router::new().route(PATH, hooks.into()))
}

impl Served {
    pub(crate) async fn send(&self, delivery: &SignedRequest) -> u16 {
        let request = delivery.to_http::<Body>(PATH);
        self.0
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .status()
            .as_u16()
    }
}
