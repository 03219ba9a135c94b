//! What became of events, for the people who run it, and the retry queue of failed steps.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use webhook_axum::StoreError;
use webhook_axum::inbox::{Action, Change, InboxTable as _, JobFilter, JobState, StepState};

use crate::Parts;

pub(crate) fn api(parts: &Parts) -> Router {
    Router::new()
        .route("/v1/jobs", get(jobs))
        .route("/v1/jobs/redrive", post(redrive))
        .with_state(parts.clone())
}

/// Every event and its steps, by name.
async fn jobs(State(parts): State<Parts>) -> Result<Json<Value>, StatusCode> {
    let jobs = read(&parts)
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(jobs.into()))
}

async fn read(parts: &Parts) -> Result<Vec<Value>, StoreError> {
    let (table, mut jobs) = (parts.inbox.table(), Vec::new());
    for info in table.list(&JobFilter::default(), None, 100).await?.jobs {
        let steps = table.steps(info.id).await?;
        let done = steps
            .iter()
            .filter(|step| step.state == StepState::Done)
            .count();
        let steps = steps
            .iter()
            .map(|step| json!({"name": step.name, "state": format!("{:?}", step.state)}));
        jobs.push(json!({
            "consumer": info.lane.consumer, "connection": info.lane.tenant, "type": info.event_type,
            "state": format!("{:?}", info.state), "error": info.error, "attempts": info.attempts,
            "processed": info.state == JobState::Done, "completed_steps": done,
            "steps": steps.collect::<Vec<_>>(),
        }));
    }
    Ok(jobs)
}

/// Dead events run again. Their done steps do not.
async fn redrive(State(parts): State<Parts>) -> Result<Json<Value>, StatusCode> {
    let table = parts.inbox.table();
    let requeued = async {
        let dead = table
            .list(&JobFilter::of_state(JobState::Dead), None, 100)
            .await?;
        let ids: Vec<_> = dead.jobs.iter().map(|job| job.id).collect();
        let action = Action::new("private API", "redrive");
        table.change(&ids, Change::Requeue, &action).await
    };
    let requeued = requeued
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(Json(json!({"requeued": requeued})))
}
