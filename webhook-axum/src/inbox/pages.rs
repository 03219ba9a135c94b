//! Pages for the people who run an inbox.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use webhook_core::StoreError;

use super::{Action, Change, Inbox, InboxTable, JobFilter, JobId, JobState, Selection};

/// What `webhook inbox` does, over HTTP and as JSON, for a page or a script of your own.
///
/// | request | what it does |
/// |---|---|
/// | `GET /` | lists: the first 100, or `limit` of them, at most 1000, with ids above `after` |
/// | `GET /stats` | counts those that are due, running, dead and parked |
/// | `GET /{id}` | shows one: failed attempts, steps, and who did what with it; 404 if there is none |
/// | `POST /{id}/requeue` | lets a dead or parked one run again; also `park` and `drop` |
/// | `POST /requeue?state=dead` | the same with all that fit; also `park` and `drop` |
///
/// Filters are `state`, `route`, `consumer`, `tenant`, `provider`, `type` and `error`. A job has to
/// fit all that are given, and to change jobs takes one at least. The body of a `POST` is JSON with
/// `by` and `why`, which are kept with each job: `{"by":"ana","why":"the proxy is back"}`. The
/// answer says how many were `changed`. If the table fails, the answer is 503.
///
/// Neither bodies nor what steps returned are shown. There is no login: serve them on an address of
/// their own, or nest them where there is one.
///
/// ```
/// use axum::Router;
/// use webhook_axum::inbox::{self, Inbox, KeyRing, MemoryInbox, SealKeys};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
/// let inbox = Inbox::new(MemoryInbox::new(), keys);
/// let operators: Router = Router::new().nest("/jobs", inbox::pages(&inbox));
/// # Ok(())
/// # }
/// ```
///
/// All that fit are requeued at once. A [`Redrive`](super::Redrive) paces them, and so does the
/// command.
pub fn pages<T: InboxTable + Clone>(inbox: &Inbox<T>) -> Router {
    Router::new()
        .route("/", get(list::<T>))
        .route("/stats", get(stats::<T>))
        .route("/{id}", get(show::<T>).post(change_all::<T>))
        .route("/{id}/{verb}", post(change_one::<T>))
        .with_state(Arc::new(inbox.clone()))
}

type Shared<T> = State<Arc<Inbox<T>>>;

async fn list<T: InboxTable>(
    State(inbox): Shared<T>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let at_most = asked.limit.unwrap_or(100).min(1000);
    let (filter, mut after) = (asked.filter()?, asked.after.map(JobId::from_number));
    let mut jobs = Vec::new();
    // A call looks at a limited number of rows.
    while jobs.len() < at_most {
        let part = inbox
            .table()
            .list(&filter, after, at_most - jobs.len())
            .await?;
        jobs.extend(part.jobs);
        after = part.after;
        if after.is_none() {
            break;
        }
    }
    Ok(Json(jobs).into_response())
}

async fn stats<T: InboxTable>(State(inbox): Shared<T>) -> Result<Response, Failed> {
    Ok(Json(inbox.table().stats().await?).into_response())
}

async fn show<T: InboxTable>(
    State(inbox): Shared<T>,
    Path(id): Path<u64>,
) -> Result<Response, Failed> {
    Ok(match inbox.table().find(JobId::from_number(id)).await? {
        Some(job) => Json(job).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

async fn change_one<T: InboxTable>(
    State(inbox): Shared<T>,
    Path((id, verb)): Path<(u64, String)>,
    Json(who): Json<Who>,
) -> Result<Json<Value>, Failed> {
    let (ids, change) = ([JobId::from_number(id)], change(&verb)?);
    let changed = inbox.table().change(&ids, change, &who.action()).await?;
    Ok(Json(json!({"changed": changed})))
}

async fn change_all<T: InboxTable>(
    State(inbox): Shared<T>,
    Path(verb): Path<String>,
    Query(asked): Query<Asked>,
    Json(who): Json<Who>,
) -> Result<Json<Value>, Failed> {
    let (change, filter) = (change(&verb)?, asked.filter()?);
    if filter == JobFilter::default() {
        let why = "say which: give a filter, such as `state=dead`";
        return Err(Failed::Asked(StatusCode::BAD_REQUEST, why.to_owned()));
    }
    let selection = Selection::of(filter).at_most(asked.limit.unwrap_or(usize::MAX));
    let changed = selection
        .change(inbox.table(), change, &who.action())
        .await?;
    Ok(Json(json!({"changed": changed})))
}

fn change(verb: &str) -> Result<Change, Failed> {
    let mut changes = Change::ALL.into_iter();
    let found = changes.find(|change| change.as_str() == verb);
    found.ok_or_else(|| {
        let why = "expected requeue, park or drop".to_owned();
        Failed::Asked(StatusCode::NOT_FOUND, why)
    })
}

/// Which jobs. A filter that is misspelled is an error: it would fit every job.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    state: Option<String>,
    route: Option<Box<str>>,
    consumer: Option<Box<str>>,
    tenant: Option<Box<str>>,
    provider: Option<Box<str>>,
    #[serde(rename = "type")]
    event_type: Option<Box<str>>,
    error: Option<Box<str>>,
    after: Option<u64>,
    limit: Option<usize>,
}

impl Asked {
    fn filter(&self) -> Result<JobFilter, Failed> {
        let mut filter = JobFilter::default();
        if let Some(name) = &self.state {
            let mut states = JobState::ALL.into_iter();
            let found = states.find(|state| state.as_str() == name);
            let why = || "expected due, running, done, dead, parked or dropped".to_owned();
            filter.state =
                Some(found.ok_or_else(|| Failed::Asked(StatusCode::BAD_REQUEST, why()))?);
        }
        filter.route = self.route.clone();
        filter.consumer = self.consumer.clone();
        filter.tenant = self.tenant.clone();
        filter.provider = self.provider.clone();
        filter.event_type = self.event_type.clone();
        filter.error = self.error.clone();
        Ok(filter)
    }
}

/// Who changes jobs, and why. Without a body of JSON, a page of a stranger could do it in the
/// browser of an operator.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Who {
    #[serde(default)]
    by: String,
    #[serde(default)]
    why: String,
}

impl Who {
    fn action(&self) -> Action {
        Action::new(&self.by, &self.why)
    }
}

enum Failed {
    Asked(StatusCode, String),
    Table(StoreError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Table(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::Asked(status, why) => (status, why).into_response(),
            Self::Table(error) => {
                tracing::error!(target: "webhook", %error, "a page of the inbox failed");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
    }
}
