//! Steps run once, whatever happens around them.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use webhook_core::StoreErrorKind;
use webhook_core::replay::Owner;
use webhook_inbox::{InboxTable as _, JobState, StepState, TakeRequest};
use webhook_worker::{
    Consumed, Pipeline, RetryPolicy, StepError, StepResults, StepRetry, Steps, Stored, Worker, step,
};

use crate::bench::{SECOND, Seen, only, send, stripe, until_all};

/// What has happened, in its order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn failed() -> io::Error {
    io::Error::other("on purpose")
}

/// Runs a handler for one delivery until it is done or dead, three times at most.
async fn handled<F, Fut>(handle: F) -> webhook_inbox::StoredJob
where
    F: Fn(Stored) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), StepError>> + Send + 'static,
{
    let (inbox, endpoint) = stripe();
    send(&endpoint, "evt_1", "invoice.paid").await;
    let consumer = Seen::default().consumer(&endpoint, move |stored| {
        let handling = handle(stored);
        async move {
            match handling.await {
                Ok(()) => Consumed::Done,
                Err(error) => Consumed::failed(format!("step {}", error.step().unwrap_or("?"))),
            }
        }
    });
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .retry(RetryPolicy::default().max_attempts(3))
        .spawn()
        .unwrap();
    crate::bench::until(async || {
        let state = only(inbox.table()).await.info.state;
        matches!(state, JobState::Done | JobState::Dead)
    })
    .await;
    worker.drain(SECOND).await;
    only(inbox.table()).await
}

async fn three(steps: Steps, log: Log, fails: u32, attempt: u32) -> Result<(), StepError> {
    let one = async || {
        log.add("one");
        Ok::<_, io::Error>(1_u64)
    };
    let one: u64 = steps.run("one", one).await?;
    let two = async || {
        log.add("two");
        match attempt <= fails {
            true => Err(failed()),
            false => Ok(format!("{one} and two")),
        }
    };
    let two: String = steps.run("two", two).await?;
    let three = async || {
        log.add(two);
        Ok::<_, io::Error>(())
    };
    steps.run("three", three).await
}

#[tokio::test(start_paused = true)]
async fn a_done_step_returns_what_it_returned_and_does_not_run_again() {
    let log = Log::default();
    let job = handled({
        let log = log.clone();
        move |stored| three(stored.steps(), log.clone(), 1, stored.delivery().attempt())
    })
    .await;
    assert_eq!(log.take(), ["one", "two", "two", "1 and two"]);
    assert_eq!(job.info.state, JobState::Done);
    let steps: Vec<_> = job
        .steps
        .iter()
        .map(|step| (&*step.name, step.state))
        .collect();
    let done = StepState::Done;
    assert_eq!(steps, [("one", done), ("two", done), ("three", done)]);
    assert_eq!(job.steps[0].value, "1");
}

#[tokio::test(start_paused = true)]
async fn a_dead_delivery_that_is_requeued_goes_on_where_it_was() {
    let (inbox, endpoint) = stripe();
    let log = Log::default();
    send(&endpoint, "evt_1", "invoice.paid").await;
    for (fails, state) in [(u32::MAX, JobState::Dead), (0, JobState::Done)] {
        let log = log.clone();
        let consumer = Seen::default().consumer(&endpoint, move |stored| {
            let attempt = stored.delivery().attempt();
            let handling = three(stored.steps(), log.clone(), fails, attempt);
            async move {
                match handling.await {
                    Ok(()) => Consumed::Done,
                    Err(_) => Consumed::failed("step"),
                }
            }
        });
        let worker = Worker::new(inbox.clone())
            .consumer(consumer)
            .retry(RetryPolicy::default().max_attempts(2))
            .spawn()
            .unwrap();
        until_all(inbox.table(), state).await;
        let id = only(inbox.table()).await.info.id;
        inbox
            .table()
            .change(
                &[id],
                webhook_inbox::Change::Requeue,
                &webhook_inbox::Action::new("a test", ""),
            )
            .await
            .unwrap();
        worker.drain(SECOND).await;
    }
    assert_eq!(log.take(), ["one", "two", "two", "two", "1 and two"]);
}

#[tokio::test(start_paused = true)]
async fn a_result_of_another_type_is_an_error_and_not_a_run() {
    let job = handled(|stored| async move {
        let steps = stored.steps();
        steps
            .run("one", async || Ok::<_, io::Error>("a text".to_owned()))
            .await?;
        steps
            .run("one", async || -> io::Result<u64> { panic!("it ran") })
            .await?;
        Ok(())
    })
    .await;
    assert_eq!(
        (job.info.state, job.info.error.as_deref()),
        (JobState::Dead, Some("step one"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_step_that_the_table_refuses_is_an_error() {
    let large = "x".repeat(64 * 1024);
    let job = handled(move |stored| {
        let large = large.clone();
        async move {
            let error = stored
                .steps()
                .run("one", async || Ok::<_, io::Error>(large))
                .await;
            let Err(StepError::Store(error)) = error else {
                panic!("it is kept")
            };
            assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
            Ok(())
        }
    })
    .await;
    assert_eq!(job.info.state, JobState::Done);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_after_the_lease_is_lost() {
    let (inbox, endpoint) = stripe();
    send(&endpoint, "evt_1", "invoice.paid").await;
    // Another worker takes the job while the handler runs.
    let table = inbox.table().clone();
    let log = Log::default();
    let consumer = {
        let log = log.clone();
        Seen::default().consumer(&endpoint, move |stored| {
            let (table, log) = (table.clone(), log.clone());
            async move {
                if stored.delivery().attempt() > 1 {
                    return Consumed::Done;
                }
                table.renew(stored.lease(), Duration::ZERO).await.unwrap();
                let thief = TakeRequest::new(Owner::from_bits(1), 1, SECOND);
                assert_eq!(table.take(&thief).await.unwrap().jobs.len(), 1);
                let ran = stored
                    .steps()
                    .run("one", async || Ok::<_, io::Error>(1))
                    .await;
                log.add(format!("{}", ran.unwrap_err()));
                Consumed::Done
            }
        })
    };
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .spawn()
        .unwrap();
    until_all(inbox.table(), JobState::Done).await;
    assert_eq!(
        log.take(),
        [r#"the lease is lost: the result of step "one" is not kept"#]
    );
    assert!(only(inbox.table()).await.steps.is_empty());
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn keys_of_steps_are_the_same_in_every_attempt() {
    let log = Log::default();
    handled({
        let log = log.clone();
        move |stored| {
            let log = log.clone();
            async move {
                let steps = stored.steps();
                log.add(steps.key("one"));
                steps.run("one", async || Err::<(), _>(failed())).await
            }
        }
    })
    .await;
    let keys = log.take();
    assert_eq!(keys.len(), 3);
    assert!(
        keys.iter()
            .all(|key| *key == keys[0] && key.ends_with("-one")),
        "{keys:?}"
    );
}

/// Invoice, ship, notify, of which some fail in some attempts.
fn pipeline<'a>(log: &'a Log, fails: &'a [&'a str]) -> Pipeline<'a> {
    let run = move |name: &'static str, results: StepResults| {
        let seen = ["invoice", "ship", "notify"].map(|name| results.state(name));
        log.add(format!("{name} {seen:?}"));
        let fails = fails.contains(&name);
        async move {
            match fails {
                true => Err(failed()),
                false => Ok(name.len()),
            }
        }
    };
    Pipeline::new()
        .step(step("invoice", move |results| run("invoice", results)))
        .step(step("ship", move |results| run("ship", results)))
        .step(
            step("notify", move |results| run("notify", results))
                .when(|results| results.is_done("invoice")),
        )
        .on_step_complete(|name| log.add(format!("complete {name}")))
        .on_step_error(|name, error| log.add(format!("error {name} {error}")))
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_ends_with_the_first_error_and_goes_on_there() {
    let log = Log::default();
    let job = handled({
        let log = log.clone();
        move |stored| {
            let log = log.clone();
            async move {
                let fails: &[_] = match stored.delivery().attempt() {
                    1 => &["ship"],
                    _ => &[],
                };
                let report = pipeline(&log, fails).run(&stored.steps()).await?;
                assert_eq!(report.is_success(), fails.is_empty());
                report.into_result().map(drop)
            }
        }
    })
    .await;
    assert_eq!(job.info.state, JobState::Done);
    assert_eq!(
        log.take(),
        [
            "invoice [None, None, None]",
            "complete invoice",
            "ship [Some(Done), None, None]",
            "error ship on purpose",
            "ship [Some(Done), Some(Failed), None]",
            "complete ship",
            "notify [Some(Done), Some(Done), None]",
            "complete notify",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_does_not_abort_runs_the_others_and_reports_by_name() {
    let log = Log::default();
    let job = handled({
        let log = log.clone();
        move |stored| {
            let log = log.clone();
            async move {
                let fails: &[_] = match stored.delivery().attempt() {
                    1 => &["invoice"],
                    2 => &["ship"],
                    _ => &[],
                };
                let pipeline = pipeline(&log, fails).abort_on_error(false);
                let report = pipeline.run(&stored.steps()).await?;
                let states: Vec<_> = report.steps.iter().map(|step| step.state).collect();
                let [failed, done, skipped] =
                    [StepState::Failed, StepState::Done, StepState::Skipped];
                let expected = match stored.delivery().attempt() {
                    // A condition that names a step is not shifted by one that failed.
                    1 => [failed, done, skipped],
                    _ => [done, done, done],
                };
                assert_eq!(states, expected);
                let ran: Vec<_> = report.steps.iter().map(|step| step.runs).collect();
                let again = if stored.delivery().attempt() == 1 {
                    [1, 1, 0]
                } else {
                    [1, 0, 1]
                };
                assert_eq!(ran, again);
                report.into_result().map(drop)
            }
        }
    })
    .await;
    assert_eq!((job.info.state, job.info.attempts), (JobState::Done, 2));
}

#[tokio::test(start_paused = true)]
async fn a_step_is_retried_within_the_attempt() {
    let job = handled(|stored| async move {
        let runs = Mutex::new(0);
        let flaky = |_: StepResults| {
            *runs.lock().unwrap() += 1;
            let run = *runs.lock().unwrap();
            async move {
                match run < 3 {
                    true => Err(failed()),
                    false => Ok(run),
                }
            }
        };
        let start = Instant::now();
        let retry = StepRetry::times(2).waits(SECOND, SECOND * 9);
        let pipeline = Pipeline::new().step(step("flaky", flaky).retry(retry));
        let report = pipeline.run(&stored.steps()).await?;
        // A second and two seconds, and a half of each is random.
        assert!((SECOND * 3 / 2..=SECOND * 3).contains(&start.elapsed()));
        assert_eq!((report.steps[0].runs, report.took), (3, start.elapsed()));
        report.into_result().map(drop)
    })
    .await;
    assert_eq!((job.info.state, job.info.attempts), (JobState::Done, 1));
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_does_nothing_is_no_success() {
    let job = handled(|stored| async move {
        let never = step("never", |_| async { Ok::<_, io::Error>(()) }).when(|_| false);
        let report = Pipeline::new().step(never).run(&stored.steps()).await?;
        assert!(!report.is_success() && report.did_nothing());
        report.into_result().map(drop)
    })
    .await;
    assert_eq!(job.steps[0].state, StepState::Skipped);
}

#[test]
#[should_panic(expected = "two steps are named \"one\"")]
fn two_steps_of_one_name_are_an_error() {
    let one = || step("one", |_| async { Ok::<_, io::Error>(()) });
    let _ = Pipeline::new().step(one()).step(one());
}
