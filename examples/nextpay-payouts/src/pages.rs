//! Pages for the people who run it. In production, serve them on an address of their own.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, response::IntoResponse};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Value, json};
use webhook_axum::inbox::{Inbox, InboxTable as _, JobFilter, JobState};
use webhook_sqlite::SqliteInbox;

use crate::payouts::Shop;

#[derive(Clone)]
struct Pages {
    shop: Shop,
    inbox: Inbox<SqliteInbox>,
    metrics: PrometheusHandle,
}

pub(crate) fn pages(shop: Shop, inbox: Inbox<SqliteInbox>, metrics: PrometheusHandle) -> Router {
    let pages = Pages {
        shop,
        inbox,
        metrics,
    };
    Router::new()
        .route("/ledger", get(ledger))
        .route("/parked", get(parked))
        .route("/metrics", get(numbers))
        .with_state(pages)
}

/// What was booked.
async fn ledger(State(pages): State<Pages>) -> Result<Json<Value>, StatusCode> {
    let entries = pages.shop.ledger.entries();
    let entries = entries.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let entries = entries
        .into_iter()
        .map(|(entry, posting)| json!({"posting": posting, "entry": entry}));
    Ok(Json(entries.collect()))
}

/// Events of types that no handler takes. Nothing of them is lost: a later version may take them.
async fn parked(State(pages): State<Pages>) -> Result<Json<Value>, StatusCode> {
    let parked = JobFilter::of_state(JobState::Parked);
    let listed = pages.inbox.table().list(&parked, None, 100).await;
    let listed = listed.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let types = listed
        .jobs
        .iter()
        .map(|job| json!({"type": job.event_type, "why": job.error}));
    Ok(Json(types.collect()))
}

async fn numbers(State(pages): State<Pages>) -> impl IntoResponse {
    pages.metrics.run_upkeep();
    pages.metrics.render()
}
