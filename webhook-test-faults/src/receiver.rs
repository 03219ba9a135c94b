//! The receiver: an application whose handler takes a while and leaves a line behind.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::time::sleep;
use webhook_axum::{Endpoint, VerifiedDelivery, WebhookLayer};

use crate::effects::Effects;
use crate::store::with_store;
use crate::{Failure, SECRET};

#[derive(Clone)]
struct Application {
    effects: Arc<Effects>,
    takes: Duration,
}

async fn handle(
    State(application): State<Application>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> Result<StatusCode, StatusCode> {
    sleep(application.takes).await;
    let (id, fence) = delivery
        .id()
        .zip(delivery.fence())
        .ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let recorded = application.effects.record(id, fence.epoch);
    recorded.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::OK)
}

/// Serves until it is killed.
pub(crate) async fn serve(
    store: &str,
    effects: &Path,
    port: u16,
    lease: Duration,
    takes: Duration,
) -> Result<(), Failure> {
    let application = Application {
        effects: Arc::new(Effects::open(effects)?),
        takes,
    };
    let builder = Endpoint::stripe(SECRET).consumer("storm");
    let builder = builder.lease(lease).handler_timeout(lease / 2);
    let endpoint = with_store(builder, store)?.build()?;
    let route = post(handle).layer(WebhookLayer::new(endpoint));
    let app = Router::new().route("/", route).with_state(application);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, app).await?)
}
