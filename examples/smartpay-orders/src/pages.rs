//! Pages for the people who run it. In production, serve them on an address of their own.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use webhook_axum::inbox::{Inbox, InboxTable as _, JobFilter};
use webhook_sqlite::SqliteInbox;

use crate::handlers::Shop;

type Pages = (Shop, Inbox<SqliteInbox>);

pub(crate) fn pages(shop: Shop, inbox: Inbox<SqliteInbox>) -> Router {
    let pages: Router<Pages> = Router::new()
        .route("/orders", get(orders))
        .route("/jobs", get(jobs));
    pages.with_state((shop, inbox))
}

async fn orders(State((shop, _)): State<Pages>) -> Result<Json<Value>, StatusCode> {
    let all = shop
        .orders
        .all()
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(all.into()))
}

/// What was delivered, and what became of it.
async fn jobs(State((_, inbox)): State<Pages>) -> Result<Json<Value>, StatusCode> {
    let listed = inbox.table().list(&JobFilter::default(), None, 100).await;
    let listed = listed.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let jobs = listed.jobs.iter().map(|job| {
        json!({
            "type": job.event_type, "state": format!("{:?}", job.state), "error": job.error,
            "endpoint": job.lane.consumer, "subscription": job.lane.tenant,
            "attempts": job.attempts,
        })
    });
    Ok(Json(jobs.collect()))
}
