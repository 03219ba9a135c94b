//! What becomes of a run when its request is dropped.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::future::pending;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use common::{Ready, begin, endpoint, handle, read, rejected, signed, verified};
use tokio::sync::Notify;
use tokio::task::LocalSet;
use tracing::Instrument as _;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan as _;
use webhook_core::{Begun, Head, RejectionKind};
use webhook_runtime::policy::MAX_DETACHED;
use webhook_runtime::{BodyResult, DetachOnDrop, DetachedRun, RunningDelivery, TrackedEndpoint};

const PATIENCE: Duration = Duration::from_secs(10);

/// A run of a handler that waits at a gate.
async fn gated(
    endpoint: &TrackedEndpoint,
    gate: Arc<Notify>,
) -> (RunningDelivery, impl Future<Output = ()> + Send + use<>) {
    let (checked, running) = verified(endpoint, "evt_1").await;
    let call = Ready::new(async move {
        gate.notified().await;
        Ok(200)
    });
    let run = handle(endpoint.clone(), checked, call);
    (running, async {
        let _ = run.await;
    })
}

/// Polls a run once, which does not end it.
fn begin_to<F: Future + Unpin>(run: &mut F) {
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(run).poll(&mut cx).is_pending());
}

#[tokio::test]
async fn a_run_that_is_dropped_goes_on_as_a_task() {
    let (endpoint, gate) = (endpoint(), Arc::new(Notify::new()));
    let (running, run) = gated(&endpoint, Arc::clone(&gate)).await;
    let mut run = DetachOnDrop::new(running, Box::pin(run));
    begin_to(&mut run);
    drop(run);
    assert_eq!(endpoint.drain(Duration::ZERO).await, 1, "it goes on");
    gate.notify_one();
    assert_eq!(endpoint.drain(PATIENCE).await, 0);
    let counts = endpoint.endpoint().counts();
    assert_eq!((counts.done, counts.released), (1, 0));
}

#[tokio::test]
async fn a_run_that_is_not_send_goes_on_where_its_spawner_puts_it() {
    let (endpoint, gate) = (endpoint(), Arc::new(Notify::new()));
    let (running, run) = gated(&endpoint, Arc::clone(&gate)).await;
    let local = Rc::new(());
    let held = Rc::clone(&local);
    let run = async move {
        run.await;
        drop(held);
    };
    let tasks = LocalSet::new();
    tasks
        .run_until(async {
            let run = DetachOnDrop::with_spawner(running, Box::pin(run), |rest| {
                tokio::task::spawn_local(rest);
            });
            drop(run);
            assert_eq!(endpoint.drain(Duration::ZERO).await, 1, "it goes on");
            gate.notify_one();
            assert_eq!(endpoint.drain(PATIENCE).await, 0);
        })
        .await;
    assert_eq!(Rc::strong_count(&local), 1);
    assert_eq!(endpoint.endpoint().counts().done, 1);
}

/// The names of the current span and those around it.
fn current_spans() -> Vec<&'static str> {
    tracing::dispatcher::get_default(|dispatch| {
        let registry = dispatch.downcast_ref::<Registry>().unwrap();
        let current = dispatch.current_span();
        let span = current.id().and_then(|id| registry.span(id));
        span.map_or_else(Vec::new, |span| {
            span.scope().map(|span| span.name()).collect()
        })
    })
}

/// The spans of a task whose request is dropped.
async fn spans_of_the_task() -> Vec<&'static str> {
    let endpoint = endpoint();
    let request = tracing::info_span!("request");
    let verified = verified(&endpoint, "evt_1").instrument(request);
    let (_checked, running) = verified.await;
    let (tell, told) = tokio::sync::oneshot::channel();
    let run = async {
        let _ = tell.send(current_spans());
    };
    drop(DetachOnDrop::new(running, Box::pin(run)));
    told.await.unwrap()
}

#[tokio::test]
async fn the_task_has_the_span_of_the_delivery_in_that_of_the_request() {
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry());
    assert_eq!(spans_of_the_task().await, ["delivery", "request"]);
}

#[tokio::test]
async fn without_the_span_of_the_delivery_the_task_has_that_of_the_request() {
    let without = Targets::new().with_target("webhook", LevelFilter::OFF);
    let without = without.with_default(LevelFilter::INFO);
    let subscriber = tracing_subscriber::registry().with(without);
    let _subscriber = tracing::subscriber::set_default(subscriber);
    assert_eq!(spans_of_the_task().await, ["request"]);
}

#[tokio::test]
async fn a_spawner_that_panics_drops_the_run() {
    fn panics<F>(_: DetachedRun<F>) {
        panic!("a spawner panics as told");
    }
    let (endpoint, gate) = (endpoint(), Arc::new(Notify::new()));
    let (running, run) = gated(&endpoint, gate).await;
    let mut run = DetachOnDrop::with_spawner(running, Box::pin(run), panics);
    begin_to(&mut run);
    drop(run);
    assert_eq!(endpoint.endpoint().counts().released, 1);
    assert_eq!(endpoint.drain(Duration::ZERO).await, 0);
}

#[test]
fn outside_of_a_runtime_the_run_is_dropped() {
    fn never<F>(_: DetachedRun<F>) {
        unreachable!("there is nowhere to spawn");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (endpoint, gate) = (endpoint(), Arc::new(Notify::new()));
    let (running, run) = runtime.block_on(gated(&endpoint, gate));
    let mut run = DetachOnDrop::with_spawner(running, Box::pin(run), never);
    {
        let _inside = runtime.enter();
        begin_to(&mut run);
    }
    drop(run);
    assert_eq!(endpoint.endpoint().counts().released, 1);
    assert_eq!(runtime.block_on(endpoint.drain(Duration::ZERO)), 0);
}

#[tokio::test]
async fn a_run_that_panics_is_refused_and_counted() {
    let endpoint = endpoint();
    let unavailable = || rejected(&endpoint, RejectionKind::StoreUnavailable);
    let panics = || async { panic!("a store panics as told") };
    let (_checked, running) = verified(&endpoint, "evt_1").await;
    let run: Result<(), _> = DetachOnDrop::new(running, Box::pin(panics())).await;
    assert_eq!(run.unwrap_err().kind(), RejectionKind::StoreUnavailable);
    assert_eq!(unavailable(), 1);
    // Without a client, too.
    let (_checked, running) = verified(&endpoint, "evt_2").await;
    drop(DetachOnDrop::new(running, Box::pin(panics())));
    assert_eq!(endpoint.drain(PATIENCE).await, 0);
    assert_eq!(unavailable(), 2);
}

#[tokio::test]
async fn a_run_that_has_ended_leaves_no_task() {
    let endpoint = endpoint();
    let (_checked, running) = verified(&endpoint, "evt_1").await;
    let mut run = DetachOnDrop::new(running, Box::pin(async { 7 }));
    assert_eq!((&mut run).await.unwrap(), 7);
    drop(run);
    assert_eq!(endpoint.drain(Duration::ZERO).await, 0);
}

#[tokio::test]
async fn too_many_runs_without_a_client_put_off_new_deliveries() {
    let endpoint = endpoint();
    let sent = signed("evt_1");
    let mut bodies: Vec<_> = (0..MAX_DETACHED)
        .map(|_| begin(&endpoint, &sent, None))
        .collect();
    for body in &mut bodies {
        let BodyResult::Event { running, .. } = read(body, &sent).await else {
            panic!("not verified");
        };
        drop(DetachOnDrop::new(running, Box::pin(pending::<()>())));
    }
    let head = Head {
        method: "POST",
        path_and_query: "/",
        headers: &sent.headers,
    };
    let Begun::Refused(rejection) = endpoint.begin(&head, None, None) else {
        panic!("not refused");
    };
    assert_eq!(rejection.kind(), RejectionKind::Overloaded);
    assert_eq!(rejected(&endpoint, RejectionKind::Overloaded), 1);
    assert_eq!(endpoint.drain(Duration::ZERO).await, MAX_DETACHED);
}
