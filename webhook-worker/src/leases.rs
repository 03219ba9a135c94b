//! Renews the leases of running jobs.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use webhook_core::adapter::LogLimit;
use webhook_core::replay::LeaseState;
use webhook_inbox::{InboxTable, JobLease};

use crate::Stored;
use crate::context::Context;

/// The leases that are held.
///
/// One task renews all of them, so a handler that keeps its thread busy does not lose its lease as
/// long as another thread is free. A worker whose lease has ended may take the same job again before
/// it knows, and has two leases of it then.
#[derive(Debug, Default)]
pub(crate) struct Leases(Mutex<HashMap<JobLease, Held>>);

#[derive(Clone, Debug)]
struct Held {
    stored: Stored,
    /// When it was taken or renewed, at the latest.
    since: Instant,
}

/// How many renewals run at the same time.
const AT_ONCE: usize = 16;

impl Leases {
    /// A lease that was asked for at this time.
    pub(crate) fn hold(&self, stored: &Stored, since: Instant) {
        let held = Held {
            stored: stored.clone(),
            since,
        };
        self.held().insert(*stored.lease(), held);
    }

    /// Stops renewing.
    pub(crate) fn end(&self, lease: &JobLease) {
        self.held().remove(lease);
    }

    fn due(&self, now: Instant, after: Duration) -> Vec<Held> {
        let held = self.held();
        let due = held.values().filter(|held| now - held.since >= after);
        due.cloned().collect()
    }

    /// A renewal that was asked for at this time has succeeded.
    fn renewed(&self, lease: &JobLease, asked: Instant) {
        if let Some(held) = self.held().get_mut(lease) {
            held.since = asked;
        }
    }

    /// The lease is lost: another worker may have the job.
    fn lose(&self, stored: &Stored) {
        if self.held().remove(stored.lease()).is_some() {
            stored.opened().lose();
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<JobLease, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Renews each lease when a third of it has passed. Tries again until it has ended.
pub(crate) async fn keep<T: InboxTable>(context: &Context<T>) {
    let lease = context.settings.lease;
    let tick = lease / 12;
    loop {
        sleep(tick).await;
        let due = context.leases.due(Instant::now(), lease / 3);
        let mut renewals = JoinSet::new();
        for held in due {
            if renewals.len() >= AT_ONCE {
                renewals.join_next().await;
            }
            let context = context.clone();
            renewals.spawn(async move { renew(&context, held).await });
        }
        while renewals.join_next().await.is_some() {}
    }
}

async fn renew<T: InboxTable>(context: &Context<T>, held: Held) {
    let (lease, by) = (*held.stored.lease(), context.settings.lease);
    let (asked, ends) = (Instant::now(), held.since + by);
    // Dropping a call of a database half-way may cost a connection, so it goes on by itself.
    let inbox = context.inbox.clone();
    let call = tokio::spawn(async move { inbox.table().renew(&lease, by).await });
    match timeout_at(ends, call).await {
        Ok(Ok(Ok(LeaseState::Held))) => context.leases.renewed(&lease, asked),
        Ok(Ok(Ok(_))) => context.leases.lose(&held.stored),
        failed => {
            static LINE: LogLimit = LogLimit::new();
            if let (Ok(Ok(Err(error))), Some(suppressed)) = (&failed, LINE.pass()) {
                tracing::warn!(target: "webhook", %error, suppressed, "lease is not renewed");
            }
            // The database may have forgotten it by then.
            if Instant::now() >= ends {
                context.leases.lose(&held.stored);
            }
        }
    }
}
