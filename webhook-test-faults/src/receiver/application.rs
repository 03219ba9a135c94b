//! What a receiver does with an event, whatever its framework.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use webhook_core::Delivery;

use crate::failpoint::{FailPoints, Point};
use crate::journal::{Entry, Journal, Run};
use crate::{Failure, effects};

/// The state of the handler.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) journal: Arc<Journal>,
    pub(crate) points: FailPoints,
    pub(crate) is_transactional: bool,
    pub(crate) takes: Duration,
}

impl Application {
    /// Handles a delivery, and returns the status of the answer.
    pub(crate) async fn handle(&self, delivery: &Delivery) -> u16 {
        match self.run(delivery).await {
            Ok(()) => 200,
            // The database that has the effects is that of the store.
            Err(_) => 503,
        }
    }

    async fn run(&self, delivery: &Delivery) -> Result<(), Failure> {
        sleep(self.takes / 2).await;
        self.points.pass(Point::InHandler);
        sleep(self.takes / 2).await;
        let event = delivery.id().ok_or("the delivery has no id")?;
        if self.is_transactional {
            return effects::record(delivery, event).await;
        }
        let key = *delivery.replay_key().ok_or("the delivery has no key")?;
        let epoch = delivery.fence().ok_or("the delivery has no claim")?.epoch;
        let (run, event) = (Run { key, epoch }, event.to_owned());
        Ok(self.journal.write(&Entry::Ran { run, event })?)
    }

    /// Sees each answer before it is sent.
    pub(crate) fn answers(&self, status: u16) {
        if status == 200 {
            self.points.pass(Point::BeforeResponse);
        }
    }
}
