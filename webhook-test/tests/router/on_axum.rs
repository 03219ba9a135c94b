//! The suite over axum, and what only axum has.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use http::StatusCode;
use tower::ServiceExt as _;
use webhook_axum::router::Complete;
use webhook_axum::{Endpoint, SignedRequest, VerifiedEvent, providers};
use webhook_axum::{HookError, HookResult, HookResultExt, VerifiedDelivery};
use webhook_axum::{WebhookLayer as Layer, WebhookRouter};

use crate::answered::Answered;

#[path = "suite.rs"]
mod suite;

const PATH: &str = "/webhooks/it";

/// An application with a router.
pub(crate) struct Served(Router);

pub(crate) fn serve<F: Complete>(hooks: WebhookRouter<(), F>) -> Served {
    Served(Router::new().route(PATH, hooks.into()))
}

impl Served {
    pub(crate) async fn send(&self, delivery: &SignedRequest) -> Answered {
        send(self.0.clone(), delivery, PATH).await
    }
}

async fn send(app: Router, delivery: &SignedRequest, path: &str) -> Answered {
    let response = app.oneshot(delivery.to_http::<Body>(path)).await.unwrap();
    let retry_after = response.headers().get("retry-after");
    Answered {
        status: response.status().as_u16(),
        retry_after: retry_after.map(|value| value.to_str().unwrap().to_owned()),
        body: String::from_utf8(to_bytes(response.into_body(), 4096).await.unwrap().into())
            .unwrap(),
    }
}

/// A response with this status.
pub(crate) fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap()
}

#[derive(Clone)]
struct Shop(&'static str);

#[tokio::test]
async fn the_state_comes_from_the_application() {
    async fn paid(
        State(Shop(name)): State<Shop>,
        VerifiedEvent(event): VerifiedEvent<suite::Invoice>,
    ) -> Result<String, HookError> {
        Ok(format!("{name} {}", event.data.amount))
    }
    let hooks = WebhookRouter::new(Layer::new(suite::endpoint())).on_event(paid);
    let hooks = hooks.ignore_unknown();
    let app = Router::new().route(PATH, hooks.into());
    let app = app.with_state(Shop("books"));
    let answer = send(app, &suite::sent("evt_1", "invoice.paid"), PATH).await;
    assert_eq!(answer, Answered::new(200, "books 7"));
}

#[tokio::test]
async fn a_provider_that_signs_the_path_works_within_nest() {
    let endpoint = Endpoint::square("0123456789abcdef", "https://shop.example");
    let hooks = WebhookRouter::<()>::new(Layer::new(endpoint.build().unwrap()));
    let hooks = hooks.fallback(async || "ran");
    let app = Router::new().nest("/webhooks/square", hooks.into());
    let signer = webhook_axum::Signer::new(providers::SQUARE, "0123456789abcdef").unwrap();
    let signer = signer
        .public_url("https://shop.example")
        .path_and_query("/webhooks/square");
    let delivery = signer.sign_now(r#"{"event_id":"1","type":"payment.updated"}"#);
    let answer = send(app, &delivery, "/webhooks/square").await;
    assert_eq!(answer, Answered::new(200, "ran"));
}

#[tokio::test]
async fn a_handshake_by_get_is_answered() {
    let endpoint = Endpoint::meta("0123456789abcdef").verify_token("a-token");
    let hooks = WebhookRouter::<()>::new(Layer::new(endpoint.build().unwrap()));
    let app: Router = Router::new().route(PATH, hooks.ignore_unknown().into());
    let query = "hub.mode=subscribe&hub.verify_token=a-token&hub.challenge=42";
    let request = http::Request::get(format!("{PATH}?{query}"));
    let response = app.oneshot(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.unwrap().status(), 200);
}
