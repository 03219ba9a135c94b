//! A worker that runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use webhook_inbox::InboxTable;

use crate::context::{Context, Phase};

/// A worker that was spawned.
///
/// If it is dropped, it takes nothing more, and what still runs is given back.
#[must_use = "dropping it ends the worker"]
pub struct RunningWorker {
    control: Arc<dyn Control>,
    /// Ends once it has been told to, and nothing runs any more.
    pump: JoinHandle<()>,
    /// Renewals and pruning, which end with this.
    _aside: JoinSet<()>,
}

/// A context whose table does not matter.
trait Control: Send + Sync {
    fn enter(&self, phase: Phase);
    fn running(&self) -> usize;
}

impl<T: InboxTable> Control for Context<T> {
    fn enter(&self, phase: Phase) {
        self.phase.send_if_modified(|now| {
            let is_later = phase > *now;
            *now = phase.max(*now);
            is_later
        });
    }

    fn running(&self) -> usize {
        self.lanes().running()
    }
}

/// How long giving back may take.
const GIVING_BACK: Duration = Duration::from_secs(5);

impl RunningWorker {
    pub(crate) fn new<T: InboxTable>(
        context: Context<T>,
        pump: JoinHandle<()>,
        aside: JoinSet<()>,
    ) -> Self {
        Self {
            control: Arc::new(context),
            pump,
            _aside: aside,
        }
    }

    /// How many deliveries it runs now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.control.running()
    }

    /// Takes nothing more, and waits until what runs has ended. What still runs after this time is
    /// dropped and given back: it is due at once, and no attempt is spent. Returns how many
    /// deliveries that were.
    pub async fn drain(mut self, within: Duration) -> usize {
        self.control.enter(Phase::Drains);
        if timeout(within, &mut self.pump).await.is_ok() {
            return 0;
        }
        let unfinished = self.control.running();
        self.control.enter(Phase::Ends);
        if timeout(GIVING_BACK, &mut self.pump).await.is_err() {
            tracing::warn!(
                target: "webhook",
                running = self.control.running(),
                "worker ends before all deliveries are given back: they run when their leases end"
            );
        }
        unfinished
    }
}

impl Drop for RunningWorker {
    fn drop(&mut self) {
        self.control.enter(Phase::Ends);
    }
}

impl fmt::Debug for RunningWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningWorker")
            .field("running", &self.running())
            .finish_non_exhaustive()
    }
}
