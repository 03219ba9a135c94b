//! `webhook inbox show`.

use std::io::{self, Write};

use serde::Serialize;
use webhook_axum::inbox::{InboxTable as _, JobId, StoredJob};

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
            true => self.write_json(&job, &mut out),
            false => self.write(&job, &mut out),
        })
    }

    fn write_json(&self, job: &StoredJob, out: &mut impl Write) -> io::Result<()> {
        let mut shown = Shown {
            job,
            body: None,
            body_hex: None,
        };
        if let Some(body) = job.body.as_ref().filter(|_| self.body) {
            match str::from_utf8(body) {
                Ok(text) => shown.body = Some(text),
                Err(_) => shown.body_hex = Some(const_hex::encode(body)),
            }
        }
        writeln!(out, "{}", as_json(&shown)?)
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
            ("state", info.state.as_str().to_owned()),
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
            let (name, state, bytes) = (quoted(&step.name), step.state.as_str(), step.value.len());
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

/// Everything, with the body if it was asked for: as text, or else in hexadecimal.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    job: &'a StoredJob,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_hex: Option<String>,
}
