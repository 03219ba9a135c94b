//! Records what became of a job.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use webhook_core::adapter::LogLimit;
use webhook_core::replay::LeaseState;
use webhook_inbox::{Ending, InboxTable, JobLease};

use crate::context::{Context, Phase};

/// The wait after the first failed call. It doubles.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Settles a job, and repeats the call while the lease may still be held. The lease is renewed
/// meanwhile. What is never settled runs again.
pub(crate) async fn settle<T: InboxTable>(context: &Context<T>, lease: &JobLease, ending: &Ending) {
    let until = Instant::now() + context.settings.lease;
    let mut wait = FIRST_WAIT;
    loop {
        match context.inbox.table().settle(lease, ending).await {
            Ok(LeaseState::Held) => return,
            Ok(_) => {
                tracing::warn!(
                    target: "webhook",
                    job = lease.id.number(),
                    "lease was lost before the delivery was settled: it runs again"
                );
                return;
            }
            Err(error) => {
                static LINE: LogLimit = LogLimit::new();
                if let Some(suppressed) = LINE.pass() {
                    tracing::error!(target: "webhook", %error, suppressed, "job is not settled");
                }
            }
        }
        if Instant::now() + wait >= until || context.is_at_least(Phase::Ends) {
            return;
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}
