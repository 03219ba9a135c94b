//! What a receiver has to do, each promise in a scenario of its own.
//!
//! A scenario asserts one promise. Whatever else it meets is left to the scenario of that.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use tokio::time::sleep;
use webhook_axum::UnixTime;

use crate::receiver::{RETENTION, Receiver, STALE, body, signer};

/// A little more than a lease.
const LEASE: Duration = Duration::from_secs(61);
const COPIES: usize = 16;

/// What a scenario has found.
pub(crate) type Found = Result<(), String>;
type Scenario = for<'a> fn(&'a Receiver) -> Pin<Box<dyn Future<Output = Found> + Send + 'a>>;

macro_rules! scenarios {
    ($($name:ident)*) => {
        /// Every scenario, by its name.
        pub(crate) const SCENARIOS: &[(&str, Scenario)] =
            &[$((stringify!($name), |receiver| Box::pin($name(receiver)))),*];
    };
}

scenarios! {
    a_copy_of_unfinished_work_is_not_accepted
    a_duplicate_does_not_extend_the_record
    a_retry_after_a_failure_is_the_next_attempt
    every_run_of_an_event_has_a_higher_epoch
    a_run_that_lost_its_lease_is_not_acknowledged
    of_many_copies_at_once_one_runs
    a_delivery_whose_handler_was_killed_runs_again
    what_was_acknowledged_outlives_the_process
    a_body_is_verified_as_it_was_sent
    a_copy_of_a_handled_delivery_does_not_run
    a_stale_delivery_is_refused
    a_forged_delivery_is_refused
}

fn expect(is_so: bool, otherwise: impl FnOnce() -> String) -> Found {
    if is_so { Ok(()) } else { Err(otherwise()) }
}

async fn a_copy_of_unfinished_work_is_not_accepted(receiver: &Receiver) -> Found {
    let first = pin!(receiver.deliver("wait"));
    let Either::Right(((), first)) = select(first, pin!(receiver.has_begun(1))).await else {
        return Err("the first delivery does not run".to_owned());
    };
    let copy = receiver.deliver("wait").await;
    receiver.let_go(2);
    first.await;
    expect(copy != 200, || "the copy is answered 200".to_owned())
}

async fn a_duplicate_does_not_extend_the_record(receiver: &Receiver) -> Found {
    for _ in 0..2 {
        receiver.deliver("succeed").await;
        receiver.pass(RETENTION * 2 / 3);
    }
    let before = receiver.runs().len();
    receiver.deliver("succeed").await;
    expect(receiver.runs().len() > before, || {
        "the delivery is remembered for longer than its retention".to_owned()
    })
}

async fn a_retry_after_a_failure_is_the_next_attempt(receiver: &Receiver) -> Found {
    receiver.deliver("fail").await;
    receiver.deliver("succeed").await;
    let attempts: Vec<u32> = receiver.runs().iter().map(|run| run.attempt).collect();
    expect(attempts == [1, 2], || format!("attempts {attempts:?}"))
}

async fn every_run_of_an_event_has_a_higher_epoch(receiver: &Receiver) -> Found {
    for _ in 0..3 {
        receiver.deliver("fail").await;
    }
    let epochs: Vec<u64> = receiver.runs().iter().map(|run| run.epoch).collect();
    let is_rising = epochs.len() == 3 && epochs.is_sorted_by(|a, b| a < b);
    expect(is_rising, || format!("epochs {epochs:?}"))
}

async fn a_run_that_lost_its_lease_is_not_acknowledged(receiver: &Receiver) -> Found {
    let first = pin!(receiver.deliver("wait"));
    let Either::Right(((), first)) = select(first, pin!(receiver.has_begun(1))).await else {
        return Err("the first delivery does not run".to_owned());
    };
    receiver.pass(LEASE);
    let second = pin!(receiver.deliver("wait"));
    let Either::Right(((), second)) = select(second, pin!(receiver.has_begun(2))).await else {
        // Whether the copy has to run is another scenario.
        return Ok(());
    };
    receiver.let_go(1);
    let status = first.await;
    receiver.let_go(1);
    second.await;
    expect(status != 200, || {
        "the run that was taken over is answered 200".to_owned()
    })
}

async fn of_many_copies_at_once_one_runs(receiver: &Receiver) -> Found {
    let answered = AtomicUsize::new(0);
    let copies = (0..COPIES).map(|_| async {
        receiver.deliver("wait").await;
        answered.fetch_add(1, Ordering::SeqCst);
    });
    // Each copy either waits in its handler or is answered.
    let all_are_in = async {
        while receiver.runs().len() + answered.load(Ordering::SeqCst) < COPIES {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let copies = pin!(join_all(copies));
    let Either::Right(((), copies)) = select(copies, pin!(all_are_in)).await else {
        return Err("no copy waits in its handler".to_owned());
    };
    let runs = receiver.runs().len();
    receiver.let_go(COPIES);
    copies.await;
    expect(runs == 1, || format!("{runs} copies run"))
}

async fn a_delivery_whose_handler_was_killed_runs_again(receiver: &Receiver) -> Found {
    let first = pin!(receiver.deliver("wait"));
    let Either::Right(..) = select(first, pin!(receiver.has_begun(1))).await else {
        return Err("the first delivery does not run".to_owned());
    };
    receiver.crash().await;
    receiver.pass(LEASE);
    let status = receiver.deliver("succeed").await;
    let runs = receiver.runs().len();
    expect(runs == 2, || {
        format!("the retry is answered {status} and does not run")
    })
}

async fn what_was_acknowledged_outlives_the_process(receiver: &Receiver) -> Found {
    let status = receiver.deliver("succeed").await;
    receiver.crash().await;
    expect(status != 200 || receiver.has_effect("evt_1"), || {
        "the effect is lost".to_owned()
    })
}

async fn a_body_is_verified_as_it_was_sent(receiver: &Receiver) -> Found {
    let spelled = r#"{ "type": "flaw", "amount": 1.10, "id": "evt_1", "name": "\u00e9\/" }"#;
    let status = receiver.send(&signer().sign_now(spelled)).await;
    expect(status == 200, || {
        format!("a genuine delivery is answered {status}")
    })
}

async fn a_copy_of_a_handled_delivery_does_not_run(receiver: &Receiver) -> Found {
    for _ in 0..2 {
        receiver.deliver("succeed").await;
    }
    let runs = receiver.runs().len();
    expect(runs == 1, || format!("{runs} copies run"))
}

async fn a_stale_delivery_is_refused(receiver: &Receiver) -> Found {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let then = UnixTime::from_secs((now.unwrap() - STALE).as_secs());
    let status = receiver.send(&signer().sign(then, body("succeed"))).await;
    expect(status != 200, || {
        "a delivery of yesterday is accepted".to_owned()
    })
}

async fn a_forged_delivery_is_refused(receiver: &Receiver) -> Found {
    let forged = signer().sign_now(body("succeed")).forged();
    let status = receiver.send(&forged).await;
    expect(status != 200, || "a forged delivery is accepted".to_owned())
}
