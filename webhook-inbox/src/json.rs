//! What people see of jobs, as JSON: one shape for `webhook inbox` and for an application's own
//! pages. It has neither records nor bodies, nor what steps returned.

use bytes::Bytes;
use serde::{Serialize, Serializer};
use webhook_core::UnixTime;

use crate::{
    Attempt, Change, Changed, JobId, JobInfo, JobState, LaneStats, Listed, Stats, Step, StepState,
    StoredJob,
};

#[derive(Serialize)]
struct InfoView<'a> {
    id: JobId,
    state: JobState,
    key: String,
    consumer: &'a str,
    tenant: &'a str,
    provider: &'a str,
    #[serde(rename = "type")]
    event_type: Option<&'a str>,
    route: Option<&'a str>,
    attempts: u32,
    accepted_at: String,
    run_at: String,
    ended_at: Option<String>,
    error: Option<&'a str>,
}

/// `id`, `state` as a [word](JobState::as_str), `key` in hexadecimal, `consumer`, `tenant`,
/// `provider`, `type`, `route`, `attempts`, `accepted_at`, `run_at`, `ended_at` and `error`. Times
/// are texts of RFC 3339. What a job does not have is `null`.
impl Serialize for JobInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = InfoView {
            id: self.id,
            state: self.state,
            key: const_hex::encode(self.key.as_bytes()),
            consumer: &self.lane.consumer,
            tenant: &self.lane.tenant,
            provider: &self.provider,
            event_type: self.event_type.as_deref(),
            route: self.route.as_deref(),
            attempts: self.attempts,
            accepted_at: self.accepted_at.to_string(),
            run_at: self.run_at.to_string(),
            ended_at: text(self.ended_at),
            error: self.error.as_deref(),
        };
        view.serialize(serializer)
    }
}

#[derive(Serialize)]
struct StoredView<'a> {
    #[serde(flatten)]
    info: &'a JobInfo,
    attempts_failed: &'a [Attempt],
    steps: &'a [Step],
    changes: &'a [Changed],
    key_id: Option<&'a str>,
    bytes: Option<usize>,
}

/// As a [`JobInfo`], with `attempts_failed`, `steps`, `changes`, `key_id`: the key of the ring that
/// sealed it, and `bytes`: the length of the body, or `null` if that was pruned.
impl Serialize for StoredJob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = StoredView {
            info: &self.info,
            attempts_failed: &self.attempts,
            steps: &self.steps,
            changes: &self.changes,
            key_id: self.sealed.key_id(),
            bytes: self.body.as_ref().map(Bytes::len),
        };
        view.serialize(serializer)
    }
}

#[derive(Serialize)]
struct AttemptView<'a> {
    number: u32,
    error: &'a str,
    millis: u32,
    ended_at: String,
}

/// `number`, `error`, `millis` and `ended_at`.
impl Serialize for Attempt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = AttemptView {
            number: self.number,
            error: &self.failure.kind,
            millis: self.failure.millis,
            ended_at: self.ended_at.to_string(),
        };
        view.serialize(serializer)
    }
}

#[derive(Serialize)]
struct StepView<'a> {
    name: &'a str,
    state: StepState,
    bytes: usize,
    error: Option<&'a str>,
}

/// `name`, `state`, `bytes`: the length of the value, and `error`.
impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = StepView {
            name: &self.name,
            state: self.state,
            bytes: self.value.len(),
            error: self.error.as_deref(),
        };
        view.serialize(serializer)
    }
}

#[derive(Serialize)]
struct ChangedView<'a> {
    verb: Change,
    at: String,
    by: &'a str,
    why: &'a str,
}

/// `verb`, `at`, `by` and `why`.
impl Serialize for Changed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = ChangedView {
            verb: self.change,
            at: self.at.to_string(),
            by: &self.action.by,
            why: &self.action.why,
        };
        view.serialize(serializer)
    }
}

#[derive(Serialize)]
struct ListedView<'a> {
    jobs: &'a [JobInfo],
    after: Option<JobId>,
}

/// `jobs` and `after`.
impl Serialize for Listed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = ListedView {
            jobs: &self.jobs,
            after: self.after,
        };
        view.serialize(serializer)
    }
}

#[derive(Serialize)]
struct StatsView {
    due: u64,
    running: u64,
    dead: u64,
    parked: u64,
    behind_since: Option<String>,
}

/// `due`, `running`, `dead`, `parked` and `behind_since`.
impl Serialize for Stats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = StatsView {
            due: self.due,
            running: self.running,
            dead: self.dead,
            parked: self.parked,
            behind_since: text(self.behind_since),
        };
        view.serialize(serializer)
    }
}

#[derive(Serialize)]
struct LaneView<'a> {
    consumer: &'a str,
    tenant: &'a str,
    waiting: u64,
    behind_since: Option<String>,
}

/// `consumer`, `tenant`, `waiting` and `behind_since`.
impl Serialize for LaneStats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let view = LaneView {
            consumer: &self.lane.consumer,
            tenant: &self.lane.tenant,
            waiting: self.waiting,
            behind_since: text(self.behind_since),
        };
        view.serialize(serializer)
    }
}

/// The number.
impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.number().serialize(serializer)
    }
}

/// The [word](JobState::as_str).
impl Serialize for JobState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_str().serialize(serializer)
    }
}

/// The [word](StepState::as_str).
impl Serialize for StepState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_str().serialize(serializer)
    }
}

/// The [word](Change::as_str).
impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_str().serialize(serializer)
    }
}

fn text(time: Option<UnixTime>) -> Option<String> {
    time.map(|time| time.to_string())
}
