use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

/// A time limit whose timer is only set once there is something to wait for.
#[derive(Debug)]
pub struct Deadline {
    limit: Duration,
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Deadline {
    /// A limit of this length, from the first poll on.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self { limit, sleep: None }
    }

    /// Whether the limit has passed. It asks the clock, because a timer fires late where there is much to do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let sleep = self.sleep.as_ref();
        sleep.is_some_and(|sleep| Instant::now() >= sleep.deadline())
    }

    /// Ready once the limit has passed.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        self.sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)))
            .as_mut()
            .poll(cx)
    }
}
