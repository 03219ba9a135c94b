//! Takes jobs while there are slots for them.

use tokio::time::{Instant, sleep_until};
use webhook_core::StoreError;
use webhook_core::adapter::LogLimit;
use webhook_inbox::{InboxTable, Lane, TakeRequest};

use crate::attempt;
use crate::backoff::Backoff;
use crate::context::{Context, Phase};
use crate::lanes::Room;

/// Takes and runs jobs until the worker drains, and then waits for what runs.
pub(crate) async fn run<T: InboxTable>(context: &Context<T>) {
    let mut pump = Pump {
        context,
        consumers: context.consumers.names().map(Box::from).collect(),
        after: None,
        takes: Backoff::default(),
    };
    while !context.is_at_least(Phase::Drains) {
        pump.turn().await;
    }
    loop {
        let freed = context.freed.notified();
        if context.lanes().running() == 0 {
            return;
        }
        freed.await;
    }
}

struct Pump<'a, T> {
    context: &'a Context<T>,
    consumers: Vec<Box<str>>,
    /// Where the next call goes on.
    after: Option<Lane>,
    takes: Backoff,
}

impl<T: InboxTable> Pump<'_, T> {
    /// Takes jobs once, and waits until the next time is worth it.
    async fn turn(&mut self) {
        let context = self.context;
        let now = Instant::now();
        let begins = context.begins().until(now);
        if let Some(until) = self.takes.until(now).max(begins) {
            return tokio::select! {
                () = context.reaches(Phase::Drains) => {}
                () = sleep_until(until) => {}
            };
        }
        // Before looking for room and for jobs: what happens in between counts.
        let freed = context.freed.notified();
        let rung = context.inbox.rung();
        let room = context.lanes().room(Instant::now());
        let rested_at = room.rested_at;
        let wait = match room.slots {
            0 => None,
            // Not cancelled when the worker drains: what is taken is run.
            _ => match self.take(room).await {
                Ok(true) => return,
                Ok(false) => {
                    let poll = Instant::now() + context.settings.poll_interval;
                    Some(rested_at.map_or(poll, |time| time.min(poll)))
                }
                Err(error) => return self.failed(&error),
            },
        };
        let looks_again = async {
            match wait {
                None => freed.await,
                Some(time) => tokio::select! {
                    () = freed => {}
                    () = rung => {}
                    () = context.inbox.table().stored() => {}
                    () = sleep_until(time) => {}
                },
            }
        };
        tokio::select! {
            () = context.reaches(Phase::Drains) => {}
            () = looks_again => {}
        }
    }

    /// Returns whether another call is worth it at once.
    async fn take(&mut self, room: Room) -> Result<bool, StoreError> {
        let context = self.context;
        let asked = Instant::now();
        let request = TakeRequest::new(context.owner(), room.slots, context.settings.lease)
            .after(self.after.take())
            .of_consumers(self.consumers.clone())
            .skip(room.skip)
            .per_lane(room.per_lane);
        let taken = context.inbox.table().take(&request).await?;
        self.takes.succeeded();
        self.after = taken.after;
        let took_some = !taken.jobs.is_empty();
        for job in taken.jobs {
            attempt::begin(context, job, asked);
        }
        // Lanes may be left that this call did not come to.
        Ok(took_some || self.after.is_some())
    }

    fn failed(&mut self, error: &StoreError) {
        static LINE: LogLimit = LogLimit::new();
        if let Some(suppressed) = LINE.pass() {
            tracing::error!(target: "webhook", %error, suppressed, "no deliveries are taken");
        }
        self.takes.failed(Instant::now());
    }
}
