//! Removes what is old, and tells how much there is.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use webhook_core::adapter::LogLimit;
use webhook_inbox::InboxTable;

use crate::context::{Context, Phase};
use crate::metrics;

/// How often old bodies and records are looked for.
const EVERY: Duration = Duration::from_secs(60);
/// How many of each are removed by one call.
const AT_ONCE: usize = 500;
/// How many calls follow each other: 60 000 bodies and records a minute. A table that grows faster
/// needs more workers anyway.
const MOST_CALLS: usize = 120;
/// The pause between two of them, so that acceptance is not kept waiting.
const PAUSE: Duration = Duration::from_millis(20);
/// How often the levels are told.
const LEVELS_EVERY: Duration = Duration::from_secs(15);

/// Tidies up until the worker drains.
pub(crate) async fn run<T: InboxTable>(context: &Context<T>) {
    tokio::select! {
        () = context.reaches(Phase::Drains) => {}
        () = prune(context) => {}
        () = tell(context) => {}
    }
}

async fn prune<T: InboxTable>(context: &Context<T>) {
    let Some(retention) = &context.settings.retention else {
        return std::future::pending().await;
    };
    let mut next = Instant::now();
    loop {
        sleep_until(next).await;
        next = Instant::now() + EVERY;
        for _ in 0..MOST_CALLS {
            match context.inbox.table().prune(retention, AT_ONCE).await {
                Ok(pruned) if pruned.bodies.max(pruned.records) >= AT_ONCE => {
                    tokio::time::sleep(PAUSE).await;
                }
                Ok(_) => break,
                Err(error) => {
                    static LINE: LogLimit = LogLimit::new();
                    if let Some(suppressed) = LINE.pass() {
                        tracing::warn!(target: "webhook", %error, suppressed, "nothing is pruned");
                    }
                    break;
                }
            }
        }
    }
}

async fn tell<T: InboxTable>(context: &Context<T>) {
    if !metrics::ARE_KEPT {
        return std::future::pending().await;
    }
    let mut next = Instant::now();
    loop {
        sleep_until(next).await;
        next = Instant::now() + LEVELS_EVERY;
        if let Ok(stats) = context.inbox.table().stats().await {
            metrics::levels(&stats);
        }
    }
}
