//! The receiver in axum.

use std::net::TcpListener;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use webhook_axum::{Endpoint, VerifiedDelivery, WebhookLayer};

use crate::Failure;
use crate::receiver::application::Application;

pub(super) async fn serve(
    endpoint: Endpoint,
    application: Application,
    listener: TcpListener,
) -> Result<(), Failure> {
    let route = post(handle).layer(WebhookLayer::new(endpoint));
    let app = Router::new()
        .route("/", route)
        .layer(from_fn_with_state(application.clone(), answer))
        .with_state(application);
    listener.set_nonblocking(true)?;
    Ok(axum::serve(tokio::net::TcpListener::from_std(listener)?, app).await?)
}

async fn handle(
    State(application): State<Application>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> Result<StatusCode, StatusCode> {
    let status = application.handle(&delivery).await;
    StatusCode::from_u16(status).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn answer(State(application): State<Application>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    application.answers(response.status().as_u16());
    response
}
