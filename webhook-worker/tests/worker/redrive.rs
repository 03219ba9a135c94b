//! What people do with jobs that failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tokio::time::{Instant, timeout};
use webhook_core::Endpoint;
use webhook_inbox::{Action, Change, Inbox, InboxTable as _, JobFilter, JobState, MemoryInbox};
use webhook_worker::{Consumed, Redrive, RunningWorker, Selection, Worker};

use crate::bench::{SECOND, Seen, jobs, send, stripe, until_all};

/// A worker whose consumer gives up every event until it is told to succeed.
fn worker(inbox: &Inbox<MemoryInbox>, endpoint: &Endpoint) -> (RunningWorker, Arc<AtomicBool>) {
    let succeeds = Arc::new(AtomicBool::new(false));
    let told = succeeds.clone();
    let consumer = Seen::default().consumer(endpoint, move |_| {
        let succeeds = told.load(Relaxed);
        async move {
            match succeeds {
                true => Consumed::Done,
                false => Consumed::GivenUp {
                    kind: "status 410".into(),
                },
            }
        }
    });
    let worker = Worker::new(inbox.clone()).consumer(consumer);
    (worker.spawn().unwrap(), succeeds)
}

/// An inbox with so many dead jobs, and their worker.
async fn dead(count: usize) -> (Inbox<MemoryInbox>, RunningWorker, Arc<AtomicBool>) {
    let (inbox, endpoint) = stripe();
    for number in 0..count {
        send(&endpoint, &format!("evt_{number}"), "invoice.paid").await;
    }
    let (worker, succeeds) = worker(&inbox, &endpoint);
    until_all(inbox.table(), JobState::Dead).await;
    (inbox, worker, succeeds)
}

fn all() -> Selection {
    Selection::of(JobFilter::default())
}

fn action() -> Action {
    Action::new("ana", "the receiver is back")
}

async fn count(inbox: &Inbox<MemoryInbox>, state: JobState) -> usize {
    let jobs = jobs(inbox.table()).await;
    jobs.iter().filter(|job| job.state == state).count()
}

#[tokio::test(start_paused = true)]
async fn failed_jobs_run_again_at_the_pace_and_the_reason_is_kept() {
    let (inbox, worker, succeeds) = dead(100).await;
    succeeds.store(true, Relaxed);
    let (start, mut lines) = (Instant::now(), 0);
    let redrive = Redrive::of(all()).per_second(20);
    let ended = redrive.run(inbox.table(), &action(), |_| lines += 1).await;
    let ended = ended.unwrap();
    assert_eq!(
        (ended.requeued, ended.failed, ended.has_stopped),
        (100, 0, false)
    );
    assert!(ended.done >= 50, "{ended:?}");
    let took = start.elapsed();
    assert!(took >= SECOND * 4 && took <= SECOND * 6, "{took:?}");
    assert!(lines >= 4, "{lines}");
    until_all(inbox.table(), JobState::Done).await;
    for job in jobs(inbox.table()).await {
        let found = inbox.table().find(job.id).await.unwrap().unwrap();
        let kept: Vec<_> = found
            .changes
            .iter()
            .map(|kept| (kept.change, &kept.action))
            .collect();
        assert_eq!(kept, [(Change::Requeue, &action())]);
    }
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn it_stops_if_it_only_makes_dead_letters_and_leaves_the_rest() {
    let (inbox, worker, _) = dead(300).await;
    let ended = Redrive::of(all())
        .run(inbox.table(), &action(), |_| {})
        .await
        .unwrap();
    assert!(ended.has_stopped, "{ended:?}");
    assert!(ended.failed >= 20 && ended.done == 0, "{ended:?}");
    assert!(ended.requeued < 60, "{ended:?}");
    // Told not to stop, it goes on.
    let redrive = Redrive::of(all()).per_second(100).stop_after(0);
    let ended = redrive.run(inbox.table(), &action(), |_| {}).await.unwrap();
    assert_eq!((ended.requeued, ended.has_stopped), (300, false));
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_success_in_between_lets_it_go_on() {
    let (inbox, worker, succeeds) = dead(60).await;
    let switch = |_: &_| {
        succeeds.fetch_xor(true, Relaxed);
    };
    let redrive = Redrive::of(all()).per_second(15);
    let ended = redrive.run(inbox.table(), &action(), switch).await.unwrap();
    assert_eq!((ended.requeued, ended.has_stopped), (60, false));
    assert!(ended.failed > 0 && ended.done > 0, "{ended:?}");
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn it_is_cancelled_by_dropping_it() {
    let (inbox, worker, succeeds) = dead(100).await;
    succeeds.store(true, Relaxed);
    let redrive = Redrive::of(all());
    let table = inbox.table();
    let run = timeout(SECOND * 3, async {
        redrive.run(table, &action(), |_| {}).await
    });
    assert!(run.await.is_err());
    tokio::time::sleep(SECOND * 60).await;
    let done = count(&inbox, JobState::Done).await;
    assert!((25..=35).contains(&done), "{done}");
    assert_eq!(count(&inbox, JobState::Dead).await, 100 - done);
    worker.drain(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_selection_is_what_fits_what_is_named_and_what_the_change_allows() {
    let (inbox, worker, _) = dead(6).await;
    worker.drain(SECOND).await;
    let ids: Vec<_> = jobs(inbox.table()).await.iter().map(|job| job.id).collect();
    let table = inbox.table();
    let change = async |selection: Selection, change| {
        let changed = selection.change(table, change, &action()).await;
        changed.unwrap()
    };
    let first = all().ids(ids[..2].to_vec());
    assert_eq!(change(first, Change::Requeue).await, 2);
    // Of a due one, a dead one, and none.
    let both = [ids[1], ids[2], webhook_inbox::JobId::from_number(0)];
    assert_eq!(change(all().ids(both), Change::Drop).await, 2);
    let due = Selection::of(JobFilter::of_state(JobState::Due));
    assert_eq!(change(due, Change::Requeue).await, 0);
    assert_eq!(change(all().at_most(2), Change::Requeue).await, 2);
    let mut other = JobFilter::default();
    other.tenant = Some("acme".into());
    let other = Selection::of(other);
    assert_eq!(change(other, Change::Drop).await, 0);
    let count = async |state| count(&inbox, state).await;
    assert_eq!(count(JobState::Due).await, 3);
    assert_eq!(count(JobState::Dropped).await, 2);
    assert_eq!(count(JobState::Dead).await, 1);
    let mut pages = all().changeable_by(Change::Drop).pages(table);
    let mut states = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        states.extend(page.into_iter().map(|job| job.state));
    }
    states.sort();
    assert_eq!(
        states,
        [JobState::Due, JobState::Due, JobState::Due, JobState::Dead]
    );
}

#[tokio::test(start_paused = true)]
async fn the_share_of_failed_jobs_counts_from_their_last_requeuing() {
    let none = all().failed_share(stripe().0.table()).await.unwrap();
    assert!(none.abs() < f64::EPSILON);
    let (inbox, worker, succeeds) = dead(4).await;
    let share = async || all().failed_share(inbox.table()).await.unwrap();
    assert!((share().await - 1.0).abs() < f64::EPSILON);
    succeeds.store(true, Relaxed);
    let first = [jobs(inbox.table()).await[0].id];
    let by = action();
    let requeued = inbox.table().change(&first, Change::Requeue, &by);
    assert_eq!(requeued.await.unwrap(), 1);
    while count(&inbox, JobState::Done).await == 0 {
        tokio::time::sleep(SECOND).await;
    }
    assert!((share().await - 0.75).abs() < f64::EPSILON);
    let two = all().at_most(2).failed_share(inbox.table()).await.unwrap();
    assert!((two - 0.5).abs() < f64::EPSILON);
    drop(worker);
}
