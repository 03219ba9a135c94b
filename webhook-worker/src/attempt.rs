//! One attempt to handle a delivery.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use tracing::Instrument as _;
use webhook_core::adapter::LogLimit;
use webhook_core::replay::{Lease, TransactionSlot};
use webhook_core::{LostLease, StoreError};
use webhook_inbox::{Ending, Failure, InboxTable, Job, JobLease, Lane};

use crate::consumer::{Consumed, ErasedConsumer};
use crate::context::{Context, Phase};
use crate::guard::{Guarded, Panicked};
use crate::settle::settle;
use crate::{Stored, metrics};

/// Gives a job a slot, and runs it as a task. Its lease was asked for at this time.
pub(crate) fn begin<T: InboxTable>(context: &Context<T>, job: Job, asked: Instant) {
    let may_run = context.lanes().begin(&job.lane);
    let slot = Slot {
        context: context.clone(),
        lane: job.lane.clone(),
    };
    tokio::spawn(async move {
        let context = &slot.context;
        match may_run {
            true => attempt(context, job, asked).await,
            // A single delivery of its lane runs until that has ended.
            false => settle(context, &job.lease, &Ending::GivenBack).await,
        }
    });
}

/// A place among the running deliveries.
struct Slot<T: InboxTable> {
    context: Context<T>,
    lane: Lane,
}

impl<T: InboxTable> Drop for Slot<T> {
    fn drop(&mut self) {
        self.context.lanes().end(&self.lane);
        self.context.freed.notify_one();
    }
}

async fn attempt<T: InboxTable>(context: &Context<T>, job: Job, asked: Instant) {
    let (lease, number) = (job.lease, job.attempt);
    let began = Instant::now();
    let retry = &context.settings.retry;
    if number > retry.max_attempts {
        // Each attempt was interrupted: the worker was killed while it ran.
        let failure = Failure::new("interrupted", Duration::ZERO);
        dead(&job, &failure);
        return set_aside(context, &job, &Ending::Dead { failure }).await;
    }
    let (consumer, mut opened) = match open(context, &job) {
        Ok(found) => found,
        Err(reason) => {
            tracing::error!(
                target: "webhook",
                job = job.lease.id.number(),
                provider = &*job.provider,
                consumer = &*job.lane.consumer,
                tenant = &*job.lane.tenant,
                reason = &*reason.kind,
                "delivery is parked"
            );
            return set_aside(context, &job, &Ending::Parked { reason }).await;
        }
    };
    let transaction = match context.inbox.table().begin(&lease).await {
        Ok(transaction) => transaction,
        Err(error) => {
            not_begun(context, &error);
            return set_aside(context, &job, &Ending::GivenBack).await;
        }
    };
    context.begins().succeeded();
    opened.runs_under(&claim(&job, transaction.clone()));
    let stored = Stored::new(opened, &job, context.inbox.clone());
    context.leases.hold(&stored, asked);
    let span = tracing::info_span!(
        target: "webhook",
        "webhook attempt",
        provider = stored.delivery().provider(),
        tenant = stored.delivery().tenant(),
        consumer = stored.consumer(),
        attempt = number,
    );
    let ran = run(context, &*consumer, &stored).instrument(span).await;
    let took = began.elapsed();
    metrics::attempted(&job.lane.consumer, ran.as_str(), took);
    conclude(context, &job, &stored, ran, took, transaction).await;
    context.leases.end(&lease);
}

/// The job is due at once, so the worker has to wait before it takes jobs again.
fn not_begun<T: InboxTable>(context: &Context<T>, error: &StoreError) {
    static LINE: LogLimit = LogLimit::new();
    if let Some(suppressed) = LINE.pass() {
        tracing::error!(target: "webhook", %error, suppressed, "no transaction begins");
    }
    context.begins().failed(Instant::now());
}

/// Settles a job that did not run, which says nothing about its lane.
async fn set_aside<T: InboxTable>(context: &Context<T>, job: &Job, ending: &Ending) {
    context.lanes().breaker.ended_without_result(&job.lane);
    settle(context, &job.lease, ending).await;
}

/// The consumer of a job, and its delivery.
fn open<T: InboxTable>(
    context: &Context<T>,
    job: &Job,
) -> Result<(Arc<dyn ErasedConsumer>, webhook_core::Unsealed), Failure> {
    let reason = |kind: &str| Failure::new(kind, Duration::ZERO);
    let consumer = context.consumers.of(job);
    let consumer = consumer.ok_or_else(|| reason("no consumer"))?;
    match context.inbox.open(consumer.endpoint(), job) {
        Ok(opened) => Ok((Arc::clone(consumer), opened)),
        Err(error) => Err(reason(&format!("not opened: {error}"))),
    }
}

/// The claim that the handler sees.
fn claim(job: &Job, transaction: Option<TransactionSlot>) -> Lease {
    let epoch = NonZeroU64::new(job.lease.epoch).unwrap_or(NonZeroU64::MIN);
    let lease = Lease::new(job.key, job.lease.owner, epoch, job.attempt);
    match transaction {
        Some(transaction) => lease.with_transaction(transaction),
        None => lease,
    }
}

/// How a run ended.
pub(crate) enum Ran {
    Ended(Consumed),
    Panicked,
    TimedOut,
    /// Another worker may have the job.
    Lost,
    /// The worker ends.
    Interrupted,
}

impl Ran {
    /// For metrics.
    fn as_str(&self) -> &'static str {
        match self {
            Self::Ended(Consumed::Done) => "done",
            Self::Ended(Consumed::Failed { .. }) => "failed",
            Self::Ended(Consumed::GivenUp { .. }) => "given_up",
            Self::Ended(Consumed::Parked { .. }) => "parked",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed_out",
            Self::Lost => "lost",
            Self::Interrupted => "interrupted",
        }
    }
}

async fn run<T: InboxTable>(
    context: &Context<T>,
    consumer: &dyn ErasedConsumer,
    stored: &Stored,
) -> Ran {
    let run = Guarded::new(|| consumer.consume_boxed(stored.clone()));
    let run = timeout(context.settings.run_timeout, run);
    let is_cancelled = consumer.endpoint().on_lost_lease() == LostLease::Cancel;
    tokio::select! {
        biased;
        () = stored.delivery().lease().lost(), if is_cancelled => Ran::Lost,
        ran = run => match ran {
            Ok(Ok(consumed)) => Ran::Ended(consumed),
            Ok(Err(Panicked)) => Ran::Panicked,
            Err(_) => Ran::TimedOut,
        },
        () = context.reaches(Phase::Ends) => Ran::Interrupted,
    }
}

/// Settles a job after its run.
async fn conclude<T: InboxTable>(
    context: &Context<T>,
    job: &Job,
    stored: &Stored,
    ran: Ran,
    took: Duration,
    transaction: Option<TransactionSlot>,
) {
    let lease = &job.lease;
    let roll_back = || {
        if let Some(slot) = &transaction {
            slot.clear();
        }
    };
    let ending = match ran {
        Ran::Ended(Consumed::Done) => {
            context.lanes().breaker.succeeded(stored.lane());
            return match &transaction {
                None => settle(context, lease, &Ending::Done).await,
                Some(slot) => commit(context, lease, slot).await,
            };
        }
        Ran::Ended(Consumed::GivenUp { kind }) => {
            context.lanes().breaker.succeeded(stored.lane());
            let failure = Failure::new(&kind, took);
            dead(job, &failure);
            Ending::Dead { failure }
        }
        Ran::Ended(Consumed::Parked { kind }) => {
            context.lanes().breaker.succeeded(stored.lane());
            let reason = Failure::new(&kind, took);
            Ending::Parked { reason }
        }
        Ran::Ended(Consumed::Failed { kind, retry_after }) => {
            failed(context, job, Failure::new(&kind, took), retry_after)
        }
        Ran::Panicked => failed(context, job, Failure::new("panic", took), None),
        Ran::TimedOut => failed(context, job, Failure::new("timeout", took), None),
        Ran::Lost => {
            context.lanes().breaker.ended_without_result(stored.lane());
            roll_back();
            tracing::warn!(
                target: "webhook",
                provider = stored.delivery().provider(),
                job = lease.id.number(),
                attempt = job.attempt,
                "lease is lost: another worker may handle the delivery"
            );
            return;
        }
        Ran::Interrupted => {
            context.lanes().breaker.ended_without_result(stored.lane());
            Ending::GivenBack
        }
    };
    roll_back();
    settle(context, lease, &ending).await;
}

/// What becomes of a job whose attempt failed.
fn failed<T: InboxTable>(
    context: &Context<T>,
    job: &Job,
    failure: Failure,
    retry_after: Option<Duration>,
) -> Ending {
    if let Some(rest) = context.lanes().breaker.failed(&job.lane, Instant::now()) {
        tracing::error!(
            target: "webhook",
            consumer = &*job.lane.consumer,
            tenant = &*job.lane.tenant,
            rest_secs = rest.as_secs_f64(),
            "lane rests: its deliveries keep failing"
        );
    }
    let retry = &context.settings.retry;
    if retry.is_spent(job.attempt, job.age) {
        dead(job, &failure);
        return Ending::Dead { failure };
    }
    let after = retry.wait(job.attempt, retry_after, crate::context::random());
    Ending::Retry { after, failure }
}

fn dead(job: &Job, failure: &Failure) {
    tracing::error!(
        target: "webhook",
        provider = &*job.provider,
        consumer = &*job.lane.consumer,
        tenant = &*job.lane.tenant,
        job = job.lease.id.number(),
        attempts = job.attempt,
        failure = &*failure.kind,
        "delivery is dead: a person has to look at it"
    );
}

/// Ends a job in the transaction of its handler. After an error it is not known whether it is done:
/// if not, it runs again when its lease has ended.
async fn commit<T: InboxTable>(context: &Context<T>, lease: &JobLease, slot: &TransactionSlot) {
    let committed: Result<_, StoreError> = context.inbox.table().commit(lease, slot).await;
    slot.clear();
    if let Err(error) = committed {
        tracing::error!(target: "webhook", %error, job = lease.id.number(), "not committed");
    }
}
