//! Pages for the people who run it. In production, serve them on an address of their own.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::Value;
use webhook_axum::HookResult;
use webhook_axum::inbox::{self, Inbox};
use webhook_sqlite::SqliteInbox;

use crate::ledger::Ledger;

pub(crate) fn pages(
    ledger: Ledger,
    inbox: &Inbox<SqliteInbox>,
    metrics: PrometheusHandle,
) -> Router {
    let numbers = async move || {
        metrics.run_upkeep();
        metrics.render()
    };
    Router::new()
        .route("/ledger", get(entries).with_state(ledger))
        .route("/metrics", get(numbers))
        // Events of types that no handler takes are at `/jobs?state=parked`. Nothing of them is
        // lost: a later version may take them.
        .nest("/jobs", inbox::pages(inbox))
}

/// What was booked. If it cannot be read, the answer is 500.
async fn entries(State(ledger): State<Ledger>) -> HookResult<Json<Value>> {
    Ok(Json(ledger.entries().await?))
}
