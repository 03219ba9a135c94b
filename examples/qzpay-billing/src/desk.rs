//! For the people who run it: whether somebody has to look.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use webhook_axum::inbox::{Inbox, InboxTable as _, JobFilter, Selection};
use webhook_axum::{HookResult, UnixTime};
use webhook_sqlite::SqliteInbox;

/// More dead events than this are an alert.
const MOST_DEAD: u64 = 10;
/// A larger share of the last hour's events that have failed is one too: 5 %.
const MOST_FAILED: f64 = 0.05;

/// 503 if somebody has to look, and why. Whatever monitors the server calls it.
pub(crate) async fn health(
    State(inbox): State<Inbox<SqliteInbox>>,
) -> HookResult<(StatusCode, Json<Value>)> {
    let stats = inbox.table().stats().await?;
    let hour_ago = UnixTime::now().as_secs().saturating_sub(3600);
    let mut last_hour = JobFilter::default();
    last_hour.accepted_from = Some(UnixTime::from_secs(hour_ago));
    let last_hour = Selection::of(last_hour).at_most(10_000); // enough to tell
    let failed = last_hour.failed_share(inbox.table()).await?;
    let mut alerts = vec![];
    if stats.dead > MOST_DEAD {
        alerts.push("dead letters");
    }
    if failed > MOST_FAILED {
        alerts.push("failed events");
    }
    let status = match alerts.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let waiting = stats.due + stats.running;
    let counts =
        json!({"alerts": alerts, "waiting": waiting, "dead": stats.dead, "failed": failed});
    Ok((status, Json(counts)))
}
