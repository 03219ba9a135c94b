//! `webhook inbox show`.

use std::io::{self, Write};

use serde_json::{Value, json};
use webhook_axum::inbox::{InboxTable as _, JobId, StepState, StoredJob};

use super::filter::state_name;
use super::list::{as_json, quoted, seconds};
use super::{InboxPlace, failed};
use crate::commands::wrote;
use crate::failure::Failure;

/// Show all that is known of an event: attempts, steps, and what people did with it.
#[derive(clap::Args)]
pub(super) struct Show {
    /// The id of the event, as `list` shows it.
    id: u64,
    /// Print the body, too. It may hold personal data.
    #[arg(long)]
    body: bool,
    /// Print a JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: InboxPlace,
}

impl Show {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let table = self.place.open().await?;
        let id = JobId::from_number(self.id);
        let job = table.find(id).await.map_err(failed)?;
        let job = job.ok_or_else(|| Failure::argument("ID", "no event has this id"))?;
        let mut out = io::stdout().lock();
        wrote(match self.json {
            true => writeln!(out, "{}", self.as_json(&job)),
            false => self.write(&job, &mut out),
        })
    }

    fn as_json(&self, job: &StoredJob) -> Value {
        let mut shown = as_json(&job.info);
        let attempts = job.attempts.iter().map(|attempt| {
            json!({
                "number": attempt.number,
                "error": attempt.failure.kind,
                "millis": attempt.failure.millis,
                "ended_at": attempt.ended_at.to_string(),
            })
        });
        let steps = job.steps.iter().map(|step| {
            let (name, state) = (&step.name, step_state(step.state));
            json!({"name": name, "state": state, "bytes": step.value.len(), "error": step.error})
        });
        let changes = job.changes.iter().map(|kept| {
            json!({
                "verb": kept.change.as_str(),
                "at": kept.at.to_string(),
                "by": kept.action.by,
                "why": kept.action.why,
            })
        });
        shown["attempts_failed"] = attempts.collect();
        shown["steps"] = steps.collect();
        shown["changes"] = changes.collect();
        shown["key_id"] = job.sealed.key_id().into();
        shown["bytes"] = job.body.as_ref().map(bytes::Bytes::len).into();
        if let Some(body) = job.body.as_ref().filter(|_| self.body) {
            match str::from_utf8(body) {
                Ok(text) => shown["body"] = text.into(),
                Err(_) => shown["body_hex"] = const_hex::encode(body).into(),
            }
        }
        shown
    }

    fn write(&self, job: &StoredJob, out: &mut impl Write) -> io::Result<()> {
        let info = &job.info;
        let text = |text: Option<&str>| text.map_or("-".to_owned(), quoted);
        let size = match &job.body {
            Some(body) => format!("{} bytes", body.len()),
            None => "pruned".to_owned(),
        };
        for (name, value) in [
            ("id", info.id.to_string()),
            ("state", state_name(info.state).to_owned()),
            ("provider", info.provider.to_string()),
            ("type", text(info.event_type.as_deref())),
            ("route", text(info.route.as_deref())),
            ("consumer", quoted(&info.lane.consumer)),
            ("tenant", quoted(&info.lane.tenant)),
            ("key", const_hex::encode(info.key.as_bytes())),
            ("accepted", info.accepted_at.to_string()),
            ("run at", info.run_at.to_string()),
            (
                "ended",
                info.ended_at
                    .map_or("-".to_owned(), |time| time.to_string()),
            ),
            ("attempts", info.attempts.to_string()),
            ("error", text(info.error.as_deref())),
            ("sealed by", text(job.sealed.key_id())),
            ("body", size),
        ] {
            writeln!(out, "{name:<10} {value}")?;
        }
        for attempt in &job.attempts {
            let (number, at) = (attempt.number, seconds(attempt.ended_at));
            let (kind, millis) = (quoted(&attempt.failure.kind), attempt.failure.millis);
            writeln!(
                out,
                "attempt {number} failed at {at} after {millis} ms: {kind}"
            )?;
        }
        for step in &job.steps {
            let (name, state, bytes) =
                (quoted(&step.name), step_state(step.state), step.value.len());
            let error = step
                .error
                .as_deref()
                .map(|error| format!(": {}", quoted(error)));
            let error = error.unwrap_or_default();
            writeln!(out, "step {name} {state}, {bytes} bytes{error}")?;
        }
        for kept in &job.changes {
            let (verb, at) = (kept.change.as_str(), seconds(kept.at));
            let (by, why) = (quoted(&kept.action.by), quoted(&kept.action.why));
            writeln!(out, "{verb} at {at} by {by}: {why}")?;
        }
        if let Some(body) = job.body.as_ref().filter(|_| self.body) {
            writeln!(out)?;
            out.write_all(body)?;
            writeln!(out)?;
        }
        out.flush()
    }
}

const fn step_state(state: StepState) -> &'static str {
    match state {
        StepState::Done => "done",
        StepState::Failed => "failed",
        StepState::Skipped => "skipped",
        _ => "unknown",
    }
}
