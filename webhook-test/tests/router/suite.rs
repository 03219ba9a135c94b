//! What a router does, whatever the framework. Each adapter includes this file, and supplies its
//! types of the same names, `serve` and `status`.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use webhook_core::{
    Answer, DeadLetters, Duplicate, Endpoint, EventType, Handled, MemoryStore, Mode, Otherwise,
    Provider, Rejected, RejectionClass, SignedRequest, Signer, Verdict, providers,
};

use super::{
    Answered, HookError, HookResult, HookResultExt as _, Layer, VerifiedDelivery, VerifiedEvent,
    WebhookRouter, serve, status,
};

const SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";

#[derive(serde::Deserialize)]
pub(crate) struct Invoice {
    pub(crate) amount: u64,
}

impl EventType for Invoice {
    const TYPES: &'static [&'static str] = &["invoice.paid", "invoice.late"];
}

pub(crate) fn endpoint() -> Endpoint {
    Endpoint::stripe(SECRET)
        .store(MemoryStore::new())
        .build()
        .unwrap()
}

pub(crate) fn sent(id: &str, kind: &str) -> SignedRequest {
    signed(
        providers::STRIPE,
        &format!(r#"{{"id":"{id}","type":"{kind}","amount":7}}"#),
    )
}

fn signed(provider: Provider, body: &str) -> SignedRequest {
    let signer = Signer::new(provider, SECRET).unwrap();
    signer.sign_now(body.to_owned())
}

/// The names of the handlers that ran.
#[derive(Clone, Default)]
struct Ran(Arc<Mutex<Vec<&'static str>>>);

impl Ran {
    /// A handler that leaves its name.
    fn handler(
        &self,
        name: &'static str,
    ) -> impl Fn(VerifiedDelivery) -> BoxFuture<'static, HookResult> + Clone + Send + Sync + 'static
    {
        let ran = self.clone();
        move |_: VerifiedDelivery| {
            ran.0.lock().unwrap().push(name);
            Box::pin(async { Ok(()) })
        }
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A handler that returns this error.
fn failing(
    error: impl Fn() -> HookError + Clone + Send + Sync + 'static,
) -> impl Fn(VerifiedDelivery) -> BoxFuture<'static, HookResult> + Clone + Send + Sync + 'static {
    move |_: VerifiedDelivery| {
        let error = error();
        Box::pin(async { Err(error) })
    }
}

fn io_error() -> io::Error {
    io::Error::other("the database is down")
}

const GIVEN_UP: &str = r#"{"received":true,"warning":"given_up"}"#;
const DEAD: &str = r#"{"warning":"dead_letter"}"#;

#[actix_web::test]
async fn a_type_beats_the_longest_prefix_and_that_beats_the_fallback() {
    let ran = Ran::default();
    let hooks = WebhookRouter::new(Layer::new(endpoint()))
        .on("customer.*", ran.handler("customer.*"))
        .on("customer.subscription.*", ran.handler("subscription.*"))
        .on("customer.subscription.deleted", ran.handler("deleted"))
        .on(["a", "b"], ran.handler("a or b"))
        .fallback(ran.handler("fallback"));
    let served = serve(hooks);
    for (number, (kind, expected)) in [
        ("customer.created", "customer.*"),
        ("customer.subscription.updated", "subscription.*"),
        ("customer.subscription.deleted", "deleted"),
        ("customer", "fallback"),
        ("a", "a or b"),
        ("b", "a or b"),
        ("c", "fallback"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = served.send(&sent(&format!("evt_{number}"), kind)).await;
        assert_eq!(answer, Answered::new(200, ""), "{kind}");
        assert_eq!(ran.take(), [expected], "{kind}");
    }
}

#[actix_web::test]
async fn a_delivery_that_is_not_verified_reaches_no_handler() {
    let ran = Ran::default();
    let hooks = WebhookRouter::new(Layer::new(endpoint()))
        .before(ran.handler("before"))
        .fallback(ran.handler("fallback"));
    let served = serve(hooks);
    let answer = served.send(&sent("evt_1", "a").forged()).await;
    assert_eq!(answer.status, 401);
    assert!(ran.take().is_empty());
}

#[actix_web::test]
async fn a_duplicate_runs_nothing() {
    let ran = Ran::default();
    let hooks = WebhookRouter::new(Layer::new(endpoint()))
        .before(ran.handler("before"))
        .on("a", ran.handler("a"))
        .ignore_unknown();
    let served = serve(hooks);
    for _ in 0..2 {
        let answer = served.send(&sent("evt_1", "a")).await;
        assert_eq!(answer, Answered::new(200, ""));
    }
    assert_eq!(ran.take(), ["before", "a"]);
}

#[actix_web::test]
async fn an_event_without_a_handler_is_acknowledged_and_counted() {
    let endpoint = endpoint();
    let hooks = WebhookRouter::new(Layer::new(endpoint.clone())).ignore_unknown();
    let served = serve(hooks);
    for id in ["evt_1", "evt_2", "evt_1"] {
        let answer = served.send(&sent(id, "a")).await;
        assert_eq!(answer, Answered::new(200, ""));
    }
    let counts = endpoint.counts();
    assert_eq!((counts.ignored, counts.duplicates), (2, 1));
}

#[actix_web::test]
async fn events_of_another_mode_or_type_are_acknowledged_or_refused() {
    for (otherwise, expected) in [(Otherwise::Acknowledge, 200), (Otherwise::Refuse, 422)] {
        let (ran, endpoint) = (Ran::default(), endpoint());
        let hooks = WebhookRouter::new(Layer::new(endpoint.clone()))
            .only_mode(Mode::Live, otherwise)
            .only_types(["a.*", "b"], otherwise)
            .before(ran.handler("before"))
            .fallback(ran.handler("fallback"));
        let served = serve(hooks);
        for (id, kind, mode, is_taken) in [
            ("evt_1", "a.x", "true", true),
            ("evt_2", "b", "true", true),
            ("evt_3", "b", "false", false),
            ("evt_4", "c", "true", false),
            ("evt_5", "b", "null", true),
        ] {
            let body = format!(r#"{{"id":"{id}","type":"{kind}","livemode":{mode}}}"#);
            let answer = served.send(&signed(providers::STRIPE, &body)).await;
            let ran = ran.take();
            match is_taken {
                true => assert_eq!(ran, ["before", "fallback"], "{body}"),
                false => assert!(ran.is_empty(), "{body}"),
            }
            let expected = if is_taken { 200 } else { expected };
            assert_eq!(answer.status, expected, "{body}");
        }
        let counts = endpoint.counts();
        match otherwise {
            Otherwise::Acknowledge => assert_eq!((counts.ignored, counts.done), (2, 5)),
            _ => assert_eq!((counts.ignored, counts.released), (0, 2)),
        }
    }
}

#[actix_web::test]
async fn what_runs_before_runs_in_order_and_may_answer() {
    let ran = Ran::default();
    let only_live = |VerifiedDelivery(delivery): VerifiedDelivery| async move {
        (delivery.id() == Some("evt_2")).then(|| status(202))
    };
    let hooks = WebhookRouter::new(Layer::new(endpoint()))
        .before(ran.handler("first"))
        .before(only_live)
        .before(ran.handler("third"))
        .on("a", ran.handler("a"))
        .ignore_unknown();
    let served = serve(hooks);
    assert_eq!(served.send(&sent("evt_1", "a")).await.status, 200);
    assert_eq!(ran.take(), ["first", "third", "a"]);
    assert_eq!(served.send(&sent("evt_2", "a")).await.status, 202);
    assert_eq!(ran.take(), ["first"]);
    // Its answer was a success, so the event is done.
    assert_eq!(served.send(&sent("evt_2", "a")).await.status, 200);
    assert!(ran.take().is_empty());
}

#[actix_web::test]
async fn an_error_of_what_runs_before_releases_the_event() {
    let ran = Ran::default();
    let hooks = WebhookRouter::new(Layer::new(endpoint()))
        .before(failing(|| io_error().into()))
        .fallback(ran.handler("fallback"));
    let served = serve(hooks);
    for _ in 0..2 {
        assert_eq!(served.send(&sent("evt_1", "a")).await.status, 500);
    }
    assert!(ran.take().is_empty());
}

#[actix_web::test]
async fn an_error_is_answered_500_and_the_retry_runs() {
    let endpoint = endpoint();
    let hooks = WebhookRouter::new(Layer::new(endpoint.clone()))
        .on("a", failing(|| io_error().into()))
        .ignore_unknown();
    let served = serve(hooks);
    for _ in 0..2 {
        let answer = served.send(&sent("evt_1", "a")).await;
        let body = r#"{"error":"internal_error"}"#;
        assert_eq!(answer, Answered::new(500, body), "without the error's text");
    }
    assert_eq!(endpoint.counts().released, 2);
}

#[actix_web::test]
async fn an_error_with_a_time_is_answered_503_with_it() {
    let after = Duration::from_millis(6_500);
    let late = move || Err::<(), _>(io_error()).retry_after(after).unwrap_err();
    let hooks = WebhookRouter::new(Layer::new(endpoint()))
        .on("a", failing(late))
        .ignore_unknown();
    let served = serve(hooks);
    for _ in 0..2 {
        let answer = served.send(&sent("evt_1", "a")).await;
        assert_eq!(answer.status, 503);
        assert_eq!(answer.retry_after.as_deref(), Some("7"));
    }
}

#[actix_web::test]
async fn a_permanent_error_gives_the_event_up() {
    let endpoint = endpoint();
    let never = || Err::<(), _>(io_error()).permanent().unwrap_err();
    let hooks = WebhookRouter::new(Layer::new(endpoint.clone()))
        .on("a", failing(never))
        .ignore_unknown();
    let served = serve(hooks);
    let answer = served.send(&sent("evt_1", "a")).await;
    assert_eq!(answer, Answered::new(200, GIVEN_UP));
    let copy = served.send(&sent("evt_1", "a")).await;
    assert_eq!(copy, Answered::new(200, DEAD));
    let counts = endpoint.counts();
    assert_eq!((counts.given_up, counts.done, counts.released), (1, 0, 0));
    let dead = endpoint.dead_letters_after(None, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(endpoint.revive(&dead[0].key).await.unwrap());
    let revived = served.send(&sent("evt_1", "a")).await;
    assert_eq!(revived, Answered::new(200, GIVEN_UP), "it runs again");
}

#[actix_web::test]
async fn an_error_that_is_retried_too_often_is_dead() {
    let endpoint = Endpoint::stripe(SECRET)
        .store(MemoryStore::new())
        .dead_letters(DeadLetters::after(2))
        .build()
        .unwrap();
    let hooks = WebhookRouter::new(Layer::new(endpoint))
        .on("a", failing(|| io_error().into()))
        .ignore_unknown();
    let served = serve(hooks);
    assert_eq!(served.send(&sent("evt_1", "a")).await.status, 500);
    for _ in 0..2 {
        let answer = served.send(&sent("evt_1", "a")).await;
        assert_eq!(answer, Answered::new(200, DEAD));
    }
}

#[actix_web::test]
async fn the_endpoints_answers_to_rejections_are_those_to_errors() {
    let own = |class| match class {
        RejectionClass::HandlerFailed => Answer::status_only(502).with_text("later"),
        class => Answer::from(class),
    };
    let endpoint = Endpoint::stripe(SECRET)
        .store(MemoryStore::new())
        .answer_rejections(own);
    let hooks = WebhookRouter::new(Layer::new(endpoint.build().unwrap()))
        .on("a", failing(|| io_error().into()))
        .ignore_unknown();
    let served = serve(hooks);
    let answer = served.send(&sent("evt_1", "a")).await;
    assert_eq!(answer, Answered::new(502, "later"));
}

#[actix_web::test]
async fn on_error_decides_about_each_error() {
    let endpoint = endpoint();
    let hooks = WebhookRouter::new(Layer::new(endpoint.clone()))
        .on("io", failing(|| io_error().into()))
        .on("other", failing(|| "no".into()))
        .on_error(|error: HookError| -> HookResult {
            let verdict = match error.downcast_ref::<io::Error>() {
                Some(_) => Verdict::RetryAfter(Duration::from_secs(60)),
                None => Verdict::GiveUp,
            };
            Err(error.with_verdict(verdict))
        })
        .ignore_unknown();
    let served = serve(hooks);
    let answer = served.send(&sent("evt_1", "io")).await;
    assert_eq!(
        (answer.status, answer.retry_after.as_deref()),
        (503, Some("60"))
    );
    let answer = served.send(&sent("evt_2", "other")).await;
    assert_eq!(answer, Answered::new(200, GIVEN_UP));
    assert_eq!(endpoint.counts().given_up, 1);
}

#[actix_web::test]
async fn on_error_may_answer_itself_and_its_status_settles() {
    let endpoint = endpoint();
    let hooks = WebhookRouter::new(Layer::new(endpoint.clone()))
        .on("a", failing(|| io_error().into()))
        .on_error(|_: HookError| status(202))
        .ignore_unknown();
    let served = serve(hooks);
    assert_eq!(served.send(&sent("evt_1", "a")).await.status, 202);
    let copy = served.send(&sent("evt_1", "a")).await;
    assert_eq!(copy, Answered::new(200, ""), "a duplicate");
    assert_eq!(endpoint.counts().done, 1);
}

#[actix_web::test]
async fn a_typed_handler_finds_its_types_and_refuses_another_payload() {
    async fn paid(VerifiedEvent(event): VerifiedEvent<Invoice>) -> HookResult {
        assert_eq!(event.data.amount, 7);
        Ok(())
    }
    let ran = Ran::default();
    let endpoint = endpoint();
    let hooks = WebhookRouter::new(Layer::new(endpoint.clone()))
        .on_event(paid)
        .fallback(ran.handler("fallback"));
    let served = serve(hooks);
    for (id, kind) in [("evt_1", "invoice.paid"), ("evt_2", "invoice.late")] {
        let answer = served.send(&sent(id, kind)).await;
        assert_eq!(answer, Answered::new(200, ""));
    }
    assert!(ran.take().is_empty());
    let body = r#"{"id":"evt_3","type":"invoice.paid"}"#;
    let answer = served.send(&signed(providers::STRIPE, body)).await;
    assert_eq!(answer.status, 422, "no amount");
    assert_eq!(endpoint.counts().done, 2);
}

/// Of GitHub, whose default content type it is.
#[actix_web::test]
async fn a_typed_handler_takes_the_payload_of_a_form() {
    #[derive(serde::Deserialize)]
    struct Issue {
        action: String,
    }
    async fn opened(VerifiedEvent(event): VerifiedEvent<Issue>) -> HookResult {
        assert_eq!(event.data.action, "opened now");
        Ok(())
    }
    let endpoint = Endpoint::github(SECRET).store(MemoryStore::new());
    let endpoint = endpoint.build().unwrap();
    let hooks = WebhookRouter::new(Layer::new(endpoint.clone())).on("issues", opened);
    let served = serve(hooks.ignore_unknown());
    let signer = Signer::new(providers::GITHUB, SECRET).unwrap();
    let form = "payload=%7B%22action%22%3A%22opened+now%22%7D";
    let mut request = signer.event_type("issues").sign_now(form);
    let form = "application/x-www-form-urlencoded".to_owned();
    request.headers.retain(|(name, _)| name != "content-type");
    request.headers.push(("content-type".to_owned(), form));
    assert_eq!(served.send(&request).await.status, 200);
    assert_eq!(endpoint.counts().done, 1);
}

#[actix_web::test]
async fn a_handler_may_be_found_by_type_and_action() {
    let ran = Ran::default();
    let endpoint = Endpoint::github(SECRET).store(MemoryStore::new());
    let hooks = WebhookRouter::new(Layer::new(endpoint.build().unwrap()))
        .on("issues.opened", ran.handler("issues.opened"))
        .on("issues", ran.handler("issues"))
        .on("pull_request.*", ran.handler("pull_request.*"))
        .fallback(ran.handler("fallback"));
    let served = serve(hooks);
    let signer = Signer::new(providers::GITHUB, SECRET).unwrap();
    for (kind, body, expected) in [
        ("issues", r#"{"action":"opened","n":1}"#, "issues.opened"),
        ("issues", r#"{"action":"closed","n":2}"#, "issues"),
        ("issues", r#"{"n":3}"#, "issues"),
        (
            "pull_request",
            r#"{"action":"closed","n":4}"#,
            "pull_request.*",
        ),
        ("push", r#"{"action":"opened","n":5}"#, "fallback"),
    ] {
        let signer = signer.clone().event_type(kind);
        let answer = served.send(&signer.sign_now(body)).await;
        assert_eq!(answer, Answered::new(200, ""), "{kind} {body}");
        assert_eq!(ran.take(), [expected], "{kind} {body}");
    }
}

#[actix_web::test]
async fn a_response_settles_its_event_as_it_does_without_a_router() {
    let endpoint = endpoint();
    let hooks = WebhookRouter::new(Layer::new(endpoint.clone()))
        .on("teapot", |_: VerifiedDelivery| async { status(418) })
        .on("accepted", |_: VerifiedDelivery| async { status(202) })
        .ignore_unknown();
    let served = serve(hooks);
    assert_eq!(served.send(&sent("evt_1", "teapot")).await.status, 418);
    assert_eq!(served.send(&sent("evt_2", "accepted")).await.status, 202);
    let counts = endpoint.counts();
    assert_eq!((counts.released, counts.done), (1, 1));
}

/// Texts that hooks leave, which run as tasks.
#[derive(Clone)]
struct Told(mpsc::UnboundedSender<String>);

impl Told {
    fn hook<T: Send + 'static>(
        &self,
        text: impl Fn(T) -> String + Clone + Send + Sync + 'static,
    ) -> impl Fn(T) -> BoxFuture<'static, ()> + Send + Sync + 'static {
        let Self(told) = self.clone();
        move |about| {
            let (told, text) = (told.clone(), text.clone());
            Box::pin(async move { told.send(text(about)).unwrap() })
        }
    }
}

#[actix_web::test]
async fn hooks_are_told_what_became_of_each_delivery() {
    let (told, mut heard) = mpsc::unbounded_channel();
    let told = Told(told);
    let never = || Err::<(), _>(io_error()).permanent().unwrap_err();
    let hooks = WebhookRouter::new(Layer::new(endpoint()))
        .on("fails", failing(|| io_error().into()))
        .on("never", failing(never))
        .on_reject(told.hook(|about: Rejected| format!("rejected {}", about.kind)))
        .on_duplicate(
            told.hook(|about: Duplicate| format!("duplicate {}", about.delivery.id().unwrap())),
        )
        .on_handled(told.hook(|about: Handled| {
            format!("{} {:?}", about.delivery.id().unwrap(), about.disposition)
        }))
        .ignore_unknown();
    let served = serve(hooks);
    for (delivery, expected) in [
        (sent("evt_1", "a"), "evt_1 Commit"),
        (sent("evt_1", "a"), "duplicate evt_1"),
        (sent("evt_2", "fails"), "evt_2 Release"),
        (sent("evt_3", "never"), "evt_3 GiveUp"),
        (sent("evt_4", "a").forged(), "rejected bad_signature"),
    ] {
        served.send(&delivery).await;
        assert_eq!(heard.recv().await.unwrap(), expected);
    }
    assert!(heard.try_recv().is_err(), "each is told once");
}

#[actix_web::test]
async fn a_hook_that_hangs_or_panics_changes_no_answer() {
    let hooks = WebhookRouter::new(Layer::new(endpoint()))
        .on_handled(|_| std::future::pending())
        .on_duplicate(|_| async { panic!("a hook panics") })
        .ignore_unknown();
    let served = serve(hooks);
    for _ in 0..3 {
        let answer = served.send(&sent("evt_1", "a")).await;
        assert_eq!(answer, Answered::new(200, ""));
    }
}

#[test]
#[should_panic(expected = "two routers with hooks share an endpoint")]
fn two_routers_with_hooks_need_two_endpoints() {
    let endpoint = endpoint();
    for _ in 0..2 {
        let hooks = WebhookRouter::new(Layer::new(endpoint.clone()))
            .on_reject(|_| async {})
            .ignore_unknown();
        drop(serve(hooks));
    }
}

#[test]
fn a_type_that_is_registered_twice_names_both_places() {
    let first = line!() + 4;
    let twice = std::panic::catch_unwind(|| {
        let ran = Ran::default();
        let hooks = WebhookRouter::new(Layer::new(endpoint()))
            .on("a.*", ran.handler("one"))
            .on(["b", "a.*"], ran.handler("two"))
            .ignore_unknown();
        drop(serve(hooks));
    });
    let panic = twice.unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    for line in [first, first + 1] {
        assert!(text.contains(&format!("suite.rs:{line}:")), "{text}");
    }
}
