//! The settings of a worker.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinSet;
use webhook_inbox::{Inbox, InboxTable, Retention};

use crate::breaker::RestPolicy;
use crate::consumer::{Consumer, ErasedConsumer};
use crate::consumers::Consumers;
use crate::context::Context;
use crate::{RetryPolicy, RunningWorker, WorkerError, leases, pump, tidy};

/// The shortest lease: it is renewed when a third of it has passed, and that takes time.
const MIN_LEASE: Duration = Duration::from_secs(1);

/// Takes stored deliveries and runs their consumers. The [crate docs](crate) have an example.
///
/// Several workers, in one process or in many, may have the same table.
#[must_use = "a worker does nothing until it is spawned"]
pub struct Worker<T> {
    inbox: Inbox<T>,
    consumers: Vec<Added>,
    per_lane: Option<usize>,
    settings: Settings,
}

/// A consumer, and its name if it has one of its own.
type Added = (Option<Box<str>>, Arc<dyn ErasedConsumer>);

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) slots: usize,
    pub(crate) per_lane: usize,
    pub(crate) lease: Duration,
    pub(crate) run_timeout: Duration,
    pub(crate) poll_interval: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) rest: RestPolicy,
    pub(crate) retention: Option<Retention>,
}

impl<T: InboxTable> Worker<T> {
    /// A worker on this inbox, without a consumer.
    pub fn new(inbox: Inbox<T>) -> Self {
        Self {
            inbox,
            consumers: Vec::new(),
            per_lane: None,
            settings: Settings {
                slots: 32,
                per_lane: 0,
                lease: Duration::from_secs(30),
                run_timeout: Duration::from_secs(5 * 60),
                poll_interval: Duration::from_secs(1),
                retry: RetryPolicy::default(),
                rest: RestPolicy::default(),
                retention: Some(Retention::default()),
            },
        }
    }

    /// Adds a consumer. It handles what is stored for the
    /// [consumer](webhook_core::EndpointBuilder::consumer) of its endpoint, and for endpoints
    /// without one, what is stored for them.
    pub fn consumer(mut self, consumer: impl Consumer) -> Self {
        self.consumers.push((None, Arc::new(consumer)));
        self
    }

    /// Adds one of the consumers that the [inbox names](Inbox::for_consumers). Each of them handles
    /// every event.
    pub fn named(mut self, name: impl Into<Box<str>>, consumer: impl Consumer) -> Self {
        self.consumers.push((Some(name.into()), Arc::new(consumer)));
        self
    }

    /// How many deliveries run at the same time. Default: 32.
    pub fn slots(mut self, slots: usize) -> Self {
        self.settings.slots = slots;
        self
    }

    /// How many deliveries of one tenant and consumer run at the same time. Default: half of the
    /// [slots](Self::slots), so that a tenant whose server hangs leaves slots to the others.
    /// Without tenants and with a single consumer, all of them are of one lane: set it to the
    /// number of slots if that is meant.
    pub fn per_lane(mut self, slots: usize) -> Self {
        self.per_lane = Some(slots);
        self
    }

    /// For how long a delivery belongs to this worker. The lease is renewed as long as the worker
    /// lives. If it is killed, its deliveries run again when their leases have ended, and a poll
    /// later. Default: 30 s.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// How long an attempt may take. After that, its future is dropped, and the attempt has failed.
    /// Default: 5 minutes.
    pub fn run_timeout(mut self, timeout: Duration) -> Self {
        self.settings.run_timeout = timeout;
        self
    }

    /// How often to look for deliveries while there are none. What this process stores is found at
    /// once, so this is for what other processes store, for retries and for leases of workers that
    /// were killed. Default: 1 s.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval = interval;
        self
    }

    /// How failed deliveries are retried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// When a lane that keeps failing rests.
    pub fn rest(mut self, policy: RestPolicy) -> Self {
        self.settings.rest = policy;
        self
    }

    /// How long bodies and records of handled deliveries are kept. The worker removes older ones.
    /// Default: 7 and 30 days. `None`: it removes nothing, and another process has to.
    pub fn retention(mut self, retention: Option<Retention>) -> Self {
        self.settings.retention = retention;
        self
    }

    /// Starts it on the current tokio runtime. It ends when the returned handle is drained or
    /// dropped.
    ///
    /// # Errors
    ///
    /// If it has no consumer or no slot, if two consumers would handle the same deliveries, if the
    /// lease is shorter than a second, or if there is no runtime.
    pub fn spawn(self) -> Result<RunningWorker, WorkerError> {
        let Self {
            inbox,
            consumers,
            per_lane,
            mut settings,
        } = self;
        let mut all = Consumers::default();
        for (name, consumer) in consumers {
            let name = match name {
                Some(name) => name,
                None => consumer.endpoint().consumer().unwrap_or_default().into(),
            };
            all.add(&name, consumer)?;
        }
        if all.is_empty() {
            return Err(WorkerError::NoConsumer);
        }
        settings.per_lane = per_lane.unwrap_or(settings.slots.div_ceil(2));
        if settings.slots == 0 || settings.per_lane == 0 {
            return Err(WorkerError::NoSlot);
        }
        if settings.lease < MIN_LEASE {
            return Err(WorkerError::LeaseTooShort {
                at_least: MIN_LEASE,
            });
        }
        let runtime = Handle::try_current().map_err(|_| WorkerError::NoRuntime)?;
        let context = Context::new(inbox, all, settings);
        let mut aside = JoinSet::new();
        let keeper = context.clone();
        aside.spawn_on(async move { leases::keep(&keeper).await }, &runtime);
        let tidying = context.clone();
        aside.spawn_on(async move { tidy::run(&tidying).await }, &runtime);
        let pumping = context.clone();
        let pump = runtime.spawn(async move { pump::run(&pumping).await });
        Ok(RunningWorker::new(context, pump, aside))
    }
}

impl<T> fmt::Debug for Worker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("consumers", &self.consumers.len())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
