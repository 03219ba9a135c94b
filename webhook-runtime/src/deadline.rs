use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

/// A time limit whose timer is only set once there is something to wait for.
#[derive(Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Deadline {
    /// A limit of this length, from the first poll on.
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, sleep: None }
    }

    /// Whether the limit has passed. Asks the clock, because a timer fires late under load.
    pub(crate) fn is_over(&self) -> bool {
        let sleep = self.sleep.as_ref();
        sleep.is_some_and(|sleep| Instant::now() >= sleep.deadline())
    }

    /// Ready once the limit has passed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        self.sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)))
            .as_mut()
            .poll(cx)
    }
}
