//! Removes what is old, and tells how much there is.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use webhook_core::adapter::LogLimit;
use webhook_inbox::{InboxTable, Retention};

use crate::context::{Context, Phase};
use crate::metrics;

/// How often old bodies and records are looked for.
const EVERY: Duration = Duration::from_secs(60);
/// How many of each are removed by one call.
const AT_ONCE: usize = 500;
/// The pause between two calls, so that acceptance is not kept waiting: up to 25 000 a second leave.
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
        while is_more_left(context, retention).await {
            sleep(PAUSE).await;
        }
    }
}

/// Removes what one call removes.
async fn is_more_left<T: InboxTable>(context: &Context<T>, retention: &Retention) -> bool {
    match context.inbox.table().prune(retention, AT_ONCE).await {
        Ok(pruned) => pruned.bodies.max(pruned.records) >= AT_ONCE,
        Err(error) => {
            static LINE: LogLimit = LogLimit::new();
            if let Some(suppressed) = LINE.pass() {
                tracing::warn!(target: "webhook", %error, suppressed, "nothing is pruned");
            }
            false
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
