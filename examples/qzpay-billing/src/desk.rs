//! Pages for the people who run it. In production, serve them on an address of their own.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use webhook_axum::inbox::{Action, Change, Inbox, InboxTable as _, JobFilter, JobId, JobState};
use webhook_sqlite::SqliteInbox;

use crate::Failure;
use crate::billing::Billing;

/// More dead events than this are an alert.
const MOST_DEAD: u64 = 10;

#[derive(Clone)]
struct Desk {
    inbox: Inbox<SqliteInbox>,
    billing: Billing,
}

/// 503: the inbox cannot say.
struct Unavailable;

impl<E: Into<Failure>> From<E> for Unavailable {
    fn from(error: E) -> Self {
        tracing::error!(error = error.into(), "a page failed");
        Self
    }
}

impl IntoResponse for Unavailable {
    fn into_response(self) -> Response {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
}

type Answered = Result<Json<Value>, Unavailable>;

pub(crate) fn pages(inbox: Inbox<SqliteInbox>, billing: Billing) -> Router {
    Router::new()
        .route("/billing", get(all))
        .route("/health", get(health))
        .route("/dead", get(dead))
        .route("/dead/retry", post(retry_all))
        .route("/dead/{id}", get(changes))
        .route("/dead/{id}/retry", post(retry))
        .route("/dead/{id}/resolve", post(resolve))
        .with_state(Desk { inbox, billing })
}

/// The security event of the guide: who sent what is not genuine.
pub(crate) async fn log_refused(
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    if response.status() == StatusCode::BAD_REQUEST {
        tracing::warn!(ip = %from.ip(), path, "invalid_webhook_signature");
    }
    response
}

async fn all(State(desk): State<Desk>) -> Answered {
    Ok(Json(desk.billing.all()?))
}

/// 503 if somebody has to look. Whatever monitors the server calls it.
async fn health(State(desk): State<Desk>) -> Result<(StatusCode, Json<Value>), Unavailable> {
    let stats = desk.inbox.table().stats().await?;
    let status = match stats.dead > MOST_DEAD {
        true => StatusCode::SERVICE_UNAVAILABLE,
        false => StatusCode::OK,
    };
    let waiting = stats.due + stats.running;
    let counts = json!({"waiting": waiting, "dead": stats.dead, "parked": stats.parked});
    Ok((status, Json(counts)))
}

/// Events that have failed three times, or for good. A parked one has no handler.
async fn dead(State(desk): State<Desk>) -> Answered {
    let mut listed = Vec::new();
    for state in [JobState::Dead, JobState::Parked] {
        let found = desk
            .inbox
            .table()
            .list(&JobFilter::of_state(state), None, 100)
            .await?;
        listed.extend(found.jobs);
    }
    let listed = listed.iter().map(|job| {
        json!({
            "id": job.id.number(), "provider": job.provider, "type": job.event_type,
            "state": format!("{:?}", job.state), "attempts": job.attempts, "error": job.error,
        })
    });
    Ok(Json(listed.collect()))
}

/// What people have done about an event, and why.
async fn changes(State(desk): State<Desk>, Path(id): Path<u64>) -> Answered {
    let found = desk.inbox.table().find(JobId::from_number(id)).await?;
    let changes = found.iter().flat_map(|job| &job.changes);
    let changes = changes.map(|it| json!({"by": it.action.by, "notes": it.action.why}));
    Ok(Json(changes.collect()))
}

async fn retry(State(desk): State<Desk>, Path(id): Path<u64>) -> Answered {
    let (ids, by) = ([JobId::from_number(id)], Action::new("desk", ""));
    let retried = desk
        .inbox
        .table()
        .change(&ids, Change::Requeue, &by)
        .await?;
    Ok(Json(json!({"retried": retried})))
}

async fn retry_all(State(desk): State<Desk>) -> Answered {
    let (table, by) = (desk.inbox.table(), Action::new("desk", ""));
    let dead = table
        .list(&JobFilter::of_state(JobState::Dead), None, 1000)
        .await?;
    let ids: Vec<_> = dead.jobs.iter().map(|job| job.id).collect();
    let retried = table.change(&ids, Change::Requeue, &by).await?;
    Ok(Json(json!({"retried": retried})))
}

#[derive(Deserialize)]
struct Resolution {
    notes: String,
}

/// The event is not to run again. The record of it stays for 90 days, with the notes.
async fn resolve(
    State(desk): State<Desk>,
    Path(id): Path<u64>,
    Json(resolution): Json<Resolution>,
) -> Answered {
    let (ids, by) = (
        [JobId::from_number(id)],
        Action::new("desk", &resolution.notes),
    );
    let resolved = desk.inbox.table().change(&ids, Change::Drop, &by).await?;
    Ok(Json(json!({"resolved": resolved})))
}
