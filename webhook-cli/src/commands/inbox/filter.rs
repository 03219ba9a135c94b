//! The arguments that say which events.

use webhook_axum::inbox::{JobFilter, JobId, JobState, Selection};
use webhook_axum::{Provider, UnixTime};

use super::time::point;
use crate::failure::Failure;

/// Which events. One has to fit everything that is given.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Which events")]
pub(super) struct Filter {
    /// In this state: due, running, done, dead, parked or dropped.
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<JobState>,
    /// Of this route, as `list` shows it, such as `/hooks/payments`.
    #[arg(long)]
    route: Option<String>,
    /// Of this tenant. Empty: without a tenant.
    #[arg(long)]
    tenant: Option<String>,
    /// For this consumer: the name of a route, or `ROUTE/NAME` if it has several.
    #[arg(long)]
    consumer: Option<String>,
    /// Of this provider.
    #[arg(long, value_parser = provider)]
    provider: Option<&'static str>,
    /// Of this type.
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// With this last error, such as `status 500`.
    #[arg(long)]
    error: Option<String>,
    /// Stored at this time or later: RFC 3339, or how long ago, such as `2h`.
    #[arg(long, value_name = "TIME", value_parser = point)]
    accepted_after: Option<UnixTime>,
    /// Stored before this time.
    #[arg(long, value_name = "TIME", value_parser = point)]
    accepted_before: Option<UnixTime>,
    /// With this id. Can be given several times.
    #[arg(long = "id", value_name = "ID")]
    ids: Vec<u64>,
    /// At most so many.
    #[arg(long, value_name = "EVENTS")]
    limit: Option<usize>,
}

impl Filter {
    pub(super) fn selection(&self) -> Selection {
        let boxed = |text: &Option<String>| text.as_deref().map(Box::from);
        let mut filter = JobFilter::default();
        filter.state = self.state;
        filter.route = boxed(&self.route);
        filter.tenant = boxed(&self.tenant);
        filter.consumer = boxed(&self.consumer);
        filter.provider = self.provider.map(Box::from);
        filter.event_type = boxed(&self.event_type);
        filter.error = boxed(&self.error);
        filter.accepted_from = self.accepted_after;
        filter.accepted_until = self.accepted_before;
        let mut selection = Selection::of(filter);
        if !self.ids.is_empty() {
            let ids = self.ids.iter();
            selection = selection.ids(ids.map(|id| JobId::from_number(*id)));
        }
        match self.limit {
            Some(events) => selection.at_most(events),
            None => selection,
        }
    }

    pub(super) const fn state(&self) -> Option<JobState> {
        self.state
    }

    /// Refuses a change of everything that nobody has asked for by name.
    pub(super) fn check_is_meant(&self, all: bool) -> Result<(), Failure> {
        let names_some = self.state.is_some()
            || self.route.is_some()
            || self.tenant.is_some()
            || self.consumer.is_some()
            || self.provider.is_some()
            || self.event_type.is_some()
            || self.error.is_some()
            || self.accepted_after.is_some()
            || self.accepted_before.is_some()
            || !self.ids.is_empty();
        match names_some || all {
            true => Ok(()),
            false => Err(Failure::argument("--all", NOT_MEANT)),
        }
    }
}

fn state(text: &str) -> Result<JobState, &'static str> {
    let mut states = JobState::ALL.into_iter();
    let found = states.find(|state| state.as_str() == text);
    found.ok_or("expected due, running, done, dead, parked or dropped")
}

fn provider(name: &str) -> Result<&'static str, &'static str> {
    let unknown = "no provider has this name; `webhook providers` lists all of them";
    Provider::find(name)
        .map(|known| known.name())
        .ok_or(unknown)
}

const NOT_MEANT: &str = "is missing: no filter is given, so this would change all events; give \
                         one, or --all";
