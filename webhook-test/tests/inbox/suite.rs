//! What an inbox and its worker do, whatever the framework. Each adapter includes this file, and
//! supplies its types of the same names, `serve` and `serve_nothing`.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use webhook_core::{
    Endpoint, EventType, MemoryStore, Otherwise, Provider, SignedRequest, Signer, UnixTime,
    providers,
};
use webhook_inbox::{
    Inbox, InboxTable as _, JobFilter, JobInfo, JobState, KeyRing, MemoryInbox, SealKeys,
};
use webhook_worker::{Consumer, RetryPolicy, Worker};

use super::{
    EventSteps, HookResult, HookResultExt as _, Layer, VerifiedDelivery, VerifiedEvent,
    WebhookRouter, serve, serve_nothing,
};

pub(crate) const SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";
pub(crate) const PATH: &str = "/webhooks/it";

#[derive(serde::Deserialize)]
pub(crate) struct Invoice {
    pub(crate) amount: u64,
}

impl EventType for Invoice {
    const TYPES: &'static [&'static str] = &["invoice.paid"];
}

pub(crate) fn endpoint() -> Endpoint {
    Endpoint::stripe(SECRET).build().unwrap()
}

pub(crate) fn inbox() -> Inbox<MemoryInbox> {
    let ring = KeyRing::parse(&KeyRing::fresh_entry("1").unwrap()).unwrap();
    Inbox::new(MemoryInbox::new(), SealKeys::new(&ring))
}

pub(crate) fn sent(id: &str, kind: &str) -> SignedRequest {
    let body = format!(r#"{{"id":"{id}","type":"{kind}","amount":7}}"#);
    signed(providers::STRIPE, &body)
}

fn signed(provider: Provider, body: &str) -> SignedRequest {
    let signer = Signer::new(provider, SECRET).unwrap();
    signer.sign_now(body.to_owned())
}

/// What the handlers have said.
#[derive(Clone, Default)]
pub(crate) struct Ran(Arc<Mutex<Vec<String>>>);

impl Ran {
    pub(crate) fn note(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// A handler that notes its name and the attempt, and then ends like this.
    fn handler(
        &self,
        name: &'static str,
        ends: impl Fn(u32) -> HookResult + Clone + Send + Sync + 'static,
    ) -> impl Fn(VerifiedDelivery) -> BoxFuture<'static, HookResult> + Clone + Send + Sync + 'static
    {
        let ran = self.clone();
        move |VerifiedDelivery(delivery): VerifiedDelivery| {
            let (ran, ends) = (ran.clone(), ends.clone());
            Box::pin(async move {
                ran.note(&format!("{name} {}", delivery.attempt()));
                ends(delivery.attempt())
            })
        }
    }
}

fn fine(_: u32) -> HookResult {
    Ok(())
}

async fn jobs(inbox: &Inbox<MemoryInbox>) -> Vec<JobInfo> {
    let listed = inbox.table().list(&JobFilter::default(), None, 100).await;
    listed.unwrap().jobs
}

/// The only job.
pub(crate) async fn only(inbox: &Inbox<MemoryInbox>) -> JobInfo {
    let jobs = jobs(inbox).await;
    assert_eq!(jobs.len(), 1);
    jobs[0].clone()
}

/// Runs a worker until nothing is due.
pub(crate) async fn finish(inbox: &Inbox<MemoryInbox>, consumer: impl Consumer) {
    let brief = Duration::from_millis(1);
    let worker = Worker::new(inbox.clone())
        .consumer(consumer)
        .poll_interval(brief)
        .retry(RetryPolicy::default().waits(brief, brief).max_attempts(3))
        .spawn()
        .unwrap();
    loop {
        let stats = inbox.table().stats().await.unwrap();
        if stats.due == 0 && stats.running == 0 {
            break;
        }
        tokio::time::sleep(brief).await;
    }
    assert_eq!(worker.drain(Duration::from_secs(60)).await, 0);
}

#[actix_web::test]
async fn a_200_means_stored_and_the_same_handler_runs_later() {
    let (inbox, ran) = (inbox(), Ran::default());
    let layer = Layer::new(endpoint());
    let hooks = WebhookRouter::new(layer.clone())
        .durable(inbox.clone())
        .before(ran.handler("before", fine))
        .on("invoice.*", ran.handler("invoice", fine))
        .fallback(ran.handler("fallback", fine));
    let served = serve(hooks);
    let delivery = sent("evt_1", "invoice.paid");
    assert_eq!(served.send(&delivery).await, 200);
    assert_eq!(served.send(&delivery).await, 200, "a copy");
    assert_eq!(served.send(&sent("evt_2", "b").forged()).await, 401);
    assert!(ran.take().is_empty());
    let counts = layer.endpoint().counts();
    assert_eq!((counts.stored, counts.duplicates), (1, 1));
    finish(&inbox, served.consumer(&layer)).await;
    assert_eq!(ran.take(), ["before 1", "invoice 1"]);
    let job = only(&inbox).await;
    assert_eq!(
        (job.state, job.route.as_deref()),
        (JobState::Done, Some(PATH))
    );
}

#[actix_web::test]
async fn an_error_is_retried_and_its_attempts_are_counted() {
    let (inbox, ran) = (inbox(), Ran::default());
    let layer = Layer::new(endpoint()).durable(inbox.clone());
    let fails_twice = |attempt| match attempt {
        1 => Err(io::Error::other("the database is down").into()),
        2 => panic!("on purpose"),
        _ => Ok(()),
    };
    let hooks = WebhookRouter::new(layer.clone());
    let hooks = hooks
        .on("invoice.paid", ran.handler("paid", fails_twice))
        .ignore_unknown();
    let served = serve(hooks);
    assert_eq!(served.send(&sent("evt_1", "invoice.paid")).await, 200);
    finish(&inbox, served.consumer(&layer)).await;
    assert_eq!(ran.take(), ["paid 1", "paid 2", "paid 3"]);
    let id = only(&inbox).await.id;
    let job = inbox.table().find(id).await.unwrap().unwrap();
    let kinds: Vec<_> = job.attempts.iter().map(|a| &*a.failure.kind).collect();
    assert_eq!(kinds, ["status 500", "panic"]);
    assert_eq!(job.info.state, JobState::Done);
}

#[actix_web::test]
async fn the_verdict_of_an_error_decides() {
    let (inbox, ran) = (inbox(), Ran::default());
    let layer = Layer::new(endpoint()).durable(inbox.clone());
    let error = || -> Result<(), _> { Err(io::Error::other("no such customer")) };
    let long = Duration::from_secs(7200);
    let hooks = WebhookRouter::new(layer.clone())
        .on(
            "given.up",
            ran.handler("given up", move |_| error().permanent()),
        )
        .on("too.often", ran.handler("fails", move |_| Ok(error()?)))
        .on(
            "later",
            ran.handler("later", move |_| error().retry_after(long)),
        )
        .ignore_unknown();
    let served = serve(hooks);
    for (id, kind) in [("evt_1", "given.up"), ("evt_2", "too.often")] {
        assert_eq!(served.send(&sent(id, kind)).await, 200);
    }
    finish(&inbox, served.consumer(&layer)).await;
    let ends = jobs(&inbox).await;
    let ends = ends
        .iter()
        .map(|job| (job.state, job.error.as_deref(), job.attempts));
    let ends: Vec<_> = ends.collect();
    assert_eq!(
        ends,
        [
            (JobState::Dead, Some("given up"), 1),
            (JobState::Dead, Some("status 500"), 3)
        ]
    );
    ran.take();
    assert_eq!(served.send(&sent("evt_3", "later")).await, 200);
    let worker = Worker::new(inbox.clone())
        .consumer(served.consumer(&layer))
        .spawn()
        .unwrap();
    let waits = loop {
        let job = jobs(&inbox).await.pop().unwrap();
        if job.error.is_some() {
            break job.run_at.as_millis() - UnixTime::now().as_millis();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    assert!(waits > 3_600_000, "{waits} ms");
    assert_eq!(ran.take(), ["later 1"]);
    drop(worker);
}

#[actix_web::test]
async fn what_a_router_is_told_to_acknowledge_is_done_and_what_it_refuses_is_parked() {
    for (otherwise, state) in [
        (Otherwise::Acknowledge, JobState::Done),
        (Otherwise::Refuse, JobState::Parked),
    ] {
        let (inbox, ran) = (inbox(), Ran::default());
        let layer = Layer::new(endpoint()).durable(inbox.clone());
        let hooks = WebhookRouter::new(layer.clone());
        let hooks = hooks
            .only_types(["invoice.*"], otherwise)
            .on("invoice.paid", ran.handler("paid", fine))
            .ignore_unknown();
        let served = serve(hooks);
        for (id, kind) in [("evt_1", "customer.created"), ("evt_2", "invoice.voided")] {
            assert_eq!(served.send(&sent(id, kind)).await, 200);
        }
        finish(&inbox, served.consumer(&layer)).await;
        let jobs = jobs(&inbox).await;
        let ends: Vec<_> = jobs.iter().map(|job| (job.state, job.attempts)).collect();
        let spent = u32::from(state == JobState::Done);
        assert_eq!(ends, [(state, spent), (JobState::Parked, 0)]);
        assert!(ran.take().is_empty());
    }
}

#[actix_web::test]
async fn what_has_no_handler_is_parked_and_never_acknowledged_away() {
    let (inbox, ran) = (inbox(), Ran::default());
    let layer = Layer::new(endpoint()).durable(inbox.clone());
    let hooks = WebhookRouter::new(layer.clone());
    let hooks = hooks
        .on("invoice.paid", ran.handler("paid", fine))
        .ignore_unknown();
    let served = serve(hooks);
    assert_eq!(served.send(&sent("evt_1", "customer.created")).await, 200);
    finish(&inbox, served.consumer(&layer)).await;
    let job = only(&inbox).await;
    assert_eq!(
        (job.state, job.error.as_deref()),
        (JobState::Parked, Some("no handler"))
    );
    // The route of the next one is gone when it runs.
    assert_eq!(served.send(&sent("evt_2", "invoice.paid")).await, 200);
    finish(&inbox, serve_nothing().consumer(&layer)).await;
    let job = jobs(&inbox).await.pop().unwrap();
    assert_eq!(
        (job.state, job.error.as_deref()),
        (JobState::Parked, Some("no route"))
    );
    assert!(ran.take().is_empty());
    // A person requeues both, and this version of the application has a handler.
    let ids: Vec<_> = jobs(&inbox).await.iter().map(|job| job.id).collect();
    let requeued = inbox
        .table()
        .change(
            &ids,
            webhook_inbox::Change::Requeue,
            &webhook_inbox::Action::new("a test", ""),
        )
        .await;
    assert_eq!(requeued.unwrap(), 2);
    let hooks = WebhookRouter::new(layer.clone()).fallback(ran.handler("fallback", fine));
    finish(&inbox, serve(hooks).consumer(&layer)).await;
    assert_eq!(ran.take(), ["fallback 1", "fallback 1"]);
    assert!(
        jobs(&inbox)
            .await
            .iter()
            .all(|job| job.state == JobState::Done)
    );
}

#[actix_web::test]
async fn a_payload_of_another_type_is_a_failure() {
    async fn paid(VerifiedEvent(event): VerifiedEvent<Vec<Invoice>>) -> HookResult {
        let _: u64 = event.data.iter().map(|invoice| invoice.amount).sum();
        Ok(())
    }
    let inbox = inbox();
    let layer = Layer::new(endpoint()).durable(inbox.clone());
    let hooks = WebhookRouter::new(layer.clone())
        .on("invoice.paid", paid)
        .ignore_unknown();
    let served = serve(hooks);
    assert_eq!(served.send(&sent("evt_1", "invoice.paid")).await, 200);
    finish(&inbox, served.consumer(&layer)).await;
    let job = only(&inbox).await;
    assert_eq!(
        (job.state, job.error.as_deref()),
        (JobState::Dead, Some("status 422"))
    );
}

#[actix_web::test]
async fn headers_and_typed_payloads_are_as_without_an_inbox() {
    let (inbox, ran) = (inbox(), Ran::default());
    let endpoint = Endpoint::github(SECRET).build().unwrap();
    let layer = Layer::new(endpoint).durable(inbox.clone());
    let handler = {
        let ran = ran.clone();
        move |VerifiedEvent(event): VerifiedEvent<serde_json::Value>| {
            let ran = ran.clone();
            async move {
                let kind = event.event_type().unwrap_or_default().to_owned();
                ran.note(&format!(
                    "{kind} {} {:?}",
                    event.data["action"],
                    event.mode()
                ));
                HookResult::Ok(())
            }
        }
    };
    let hooks = WebhookRouter::new(layer.clone()).on("issues.opened", handler);
    let served = serve(hooks.ignore_unknown());
    let signer = Signer::new(providers::GITHUB, SECRET)
        .unwrap()
        .event_type("issues");
    let delivery = signer.id("1").sign_now(r#"{"action":"opened"}"#);
    assert_eq!(served.send(&delivery).await, 200);
    finish(&inbox, served.consumer(&layer)).await;
    assert_eq!(ran.take(), [r#"issues "opened" None"#]);
}

#[actix_web::test]
async fn a_handler_runs_its_steps_once() {
    async fn paid(
        VerifiedEvent(event): VerifiedEvent<Invoice>,
        EventSteps(steps): EventSteps,
    ) -> HookResult {
        let attempt = event.attempt();
        let first: u32 = steps.run("first", async || io::Result::Ok(attempt)).await?;
        let second = async || match attempt {
            1 => Err(io::Error::other("on purpose")),
            _ => Ok(attempt),
        };
        let second: u32 = steps.run("second", second).await?;
        assert_eq!((first, second), (1, 2));
        Ok(())
    }
    let inbox = inbox();
    let layer = Layer::new(endpoint()).durable(inbox.clone());
    let hooks = WebhookRouter::new(layer.clone())
        .on("invoice.paid", paid)
        .ignore_unknown();
    let served = serve(hooks);
    assert_eq!(served.send(&sent("evt_1", "invoice.paid")).await, 200);
    finish(&inbox, served.consumer(&layer)).await;
    let job = only(&inbox).await;
    assert_eq!((job.state, job.attempts), (JobState::Done, 2));
    // Without a worker there is nothing that keeps steps.
    let hooks = WebhookRouter::new(Layer::new(endpoint())).on("invoice.paid", paid);
    let served = serve(hooks.ignore_unknown());
    assert_eq!(served.send(&sent("evt_1", "invoice.paid")).await, 500);
}

#[actix_web::test]
#[should_panic(expected = "durable already")]
async fn an_endpoint_has_one_inbox() {
    let layer = Layer::new(endpoint()).durable(inbox());
    let hooks = WebhookRouter::new(layer).durable(inbox());
    serve(hooks.fallback(Ran::default().handler("", fine)));
}

#[actix_web::test]
#[should_panic(expected = "replay protection")]
async fn an_inbox_needs_replay_protection() {
    let endpoint = Endpoint::stripe(SECRET).without_replay_protection();
    let _ = Layer::new(endpoint.build().unwrap()).durable(inbox());
}

#[actix_web::test]
async fn a_key_that_was_handled_before_is_a_duplicate_in_memory_too() {
    // The endpoint's own store is not asked: the inbox recognises copies by its own keys.
    let (inbox, ran) = (inbox(), Ran::default());
    let store = MemoryStore::new();
    let endpoint = Endpoint::stripe(SECRET).store(store).build().unwrap();
    let layer = Layer::new(endpoint).durable(inbox.clone());
    let hooks = WebhookRouter::new(layer.clone()).fallback(ran.handler("ran", fine));
    let served = serve(hooks);
    for _ in 0..3 {
        assert_eq!(served.send(&sent("evt_1", "invoice.paid")).await, 200);
        finish(&inbox, served.consumer(&layer)).await;
    }
    assert_eq!(ran.take(), ["ran 1"]);
}
