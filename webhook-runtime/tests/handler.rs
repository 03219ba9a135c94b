//! The time that a handler has, and its panics.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use common::{Ready, builder};
use tokio::time::{Instant, sleep};
use webhook_core::MemoryStore;
use webhook_runtime::{HandlerFailure, HandlerResult, HandlerRun, InnerCall, TrackedEndpoint};

const LIMIT: Duration = Duration::from_secs(10);

fn endpoint() -> TrackedEndpoint {
    let builder = builder().handler_timeout(LIMIT).store(MemoryStore::new());
    TrackedEndpoint::new(builder.build().unwrap())
}

type Boxed = Pin<Box<dyn Future<Output = Result<u16, ()>>>>;

/// A service that takes some time to be ready, and some more to answer.
struct Slow {
    ready: Pin<Box<dyn Future<Output = ()>>>,
    answers_after: Duration,
}

impl Slow {
    fn new(ready_after: Duration, answers_after: Duration) -> Self {
        Self {
            ready: Box::pin(sleep(ready_after)),
            answers_after,
        }
    }
}

impl InnerCall for Slow {
    type Response = u16;
    type Error = ();
    type Future = Boxed;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        self.ready.as_mut().poll(cx).map(Ok)
    }

    fn begin(&mut self) -> Boxed {
        let answers_after = self.answers_after;
        Box::pin(async move {
            sleep(answers_after).await;
            Ok(200)
        })
    }
}

async fn run<C: InnerCall>(call: C) -> (HandlerResult<C::Response, C::Error>, Duration) {
    let start = Instant::now();
    let result = HandlerRun::new(call, &endpoint()).await;
    (result, start.elapsed())
}

const TIMED_OUT: HandlerResult<u16, ()> = HandlerResult::Failed(HandlerFailure::TimedOut);

const MOMENT: Duration = Duration::from_millis(1);

#[tokio::test(start_paused = true)]
async fn a_service_has_half_of_the_handlers_time_to_be_ready() {
    let (result, after) = run(Slow::new(LIMIT / 2 + MOMENT, Duration::ZERO)).await;
    assert_eq!(result, TIMED_OUT);
    assert_eq!(after, LIMIT / 2);
}

#[tokio::test(start_paused = true)]
async fn a_handler_has_all_of_its_time_from_its_beginning() {
    let waits = LIMIT / 2 - MOMENT;
    let (result, _) = run(Slow::new(waits, LIMIT - MOMENT)).await;
    assert_eq!(result, HandlerResult::Response(200));
    let (result, after) = run(Slow::new(waits, LIMIT + MOMENT)).await;
    assert_eq!(result, TIMED_OUT);
    assert_eq!(after, waits + LIMIT);
}

#[tokio::test(start_paused = true)]
async fn a_handler_whose_time_is_over_is_not_polled() {
    let mut polls = 0;
    let call = Ready::new(poll_fn(|_| {
        polls += 1;
        Poll::Pending
    }));
    let endpoint = endpoint();
    let mut run = Box::pin(HandlerRun::new(call, &endpoint));
    let mut cx = Context::from_waker(std::task::Waker::noop());
    assert!(run.as_mut().poll(&mut cx).is_pending());
    tokio::time::advance(LIMIT + MOMENT).await;
    assert_eq!(run.as_mut().poll(&mut cx), Poll::Ready(TIMED_OUT));
    drop(run);
    assert_eq!(polls, 1);
}

/// A service that panics in one of its steps.
struct Panics(usize);

impl InnerCall for Panics {
    type Response = u16;
    type Error = ();
    type Future = Boxed;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        assert_ne!(self.0, 0, "a service panics as told");
        Poll::Ready(Ok(()))
    }

    fn begin(&mut self) -> Boxed {
        assert_ne!(self.0, 1, "a service panics as told");
        Box::pin(async { panic!("a handler panics as told") })
    }
}

#[tokio::test]
async fn a_panic_in_any_step_ends_the_handler_alone() {
    for step in 0..3 {
        let (result, _) = run(Panics(step)).await;
        let panicked = HandlerResult::Failed(HandlerFailure::Panicked);
        assert_eq!(result, panicked, "{step}");
    }
}

#[tokio::test]
async fn a_call_is_there_to_be_changed_until_it_has_begun() {
    let endpoint = endpoint();
    let mut run = Box::pin(HandlerRun::new(Panics(0), &endpoint));
    run.as_mut().waiting().unwrap().0 = 2;
    let _ = run.as_mut().await;
    assert!(run.as_mut().waiting().is_none());
}
