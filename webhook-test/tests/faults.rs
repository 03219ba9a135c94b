//! Faults at run time, over every adapter: what each does while handlers queue, stores hang and
//! hooks panic.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::future::{BoxFuture, join_all};
use http::StatusCode;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer as _, ServiceExt as _, service_fn};
use webhook_axum::{UnverifiedLimit, WebhookLayer};
use webhook_core::{Endpoint, EndpointBuilder, MemoryStore, Provider, RejectionKind, providers};
use webhook_test::app::{App, Bounds};
use webhook_test::case::{self, Act, Protocol, Words};
use webhook_test::servers::{self, Server, Serving};
use webhook_test::suite;
use webhook_test::{
    Client, CountingStore, KeyState, Logs, NOW, PATIENCE, PLAIN, Reply, Sent, delivery, standard,
};
use webhook_tower::RequestBody;

const BODY: &str = r#"{"type":"a"}"#;

/// An adapter that serves an application.
struct Scene {
    name: &'static str,
    app: App,
    serving: Serving,
}

impl Scene {
    fn new(server: &dyn Server, app: App) -> Self {
        Self {
            name: server.name(),
            serving: Serving::start(server, app.clone(), Protocol::H1),
            app,
        }
    }

    async fn send(&self, sent: &Sent) -> Option<Reply> {
        send(self.serving.address, sent).await
    }

    fn rejected(&self, kind: RejectionKind) -> u64 {
        self.app.endpoint().counts().rejected(kind)
    }
}

async fn send(address: std::net::SocketAddr, sent: &Sent) -> Option<Reply> {
    let mut client = Client::connect(address).await;
    client.send(&sent.wire()).await;
    tokio::time::timeout(PATIENCE, client.reply())
        .await
        .ok()
        .flatten()
}

async fn eventually(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Time that only passes when nothing else is to be done: all 40 have one deadline, and the permit
/// comes free with it.
#[tokio::test(start_paused = true)]
async fn no_handler_begins_after_its_time() {
    let limit = Duration::from_secs(10);
    for (name, first_takes, waits_for) in [
        ("tower", limit / 2, limit / 2),
        ("axum", Duration::MAX, limit),
    ] {
        let store = CountingStore::new();
        let builder = standard().handler_timeout(limit).store(store.clone());
        let layer = WebhookLayer::new(builder.build().expect("usable"));
        let begun = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&begun);
        let handler = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async move {
                tokio::time::sleep(first_takes).await;
                StatusCode::OK
            }
        };
        let router = Router::new().fallback(handler);
        let one = GlobalConcurrencyLimitLayer::new(1);
        let send: Box<dyn Fn(Request<Body>) -> BoxFuture<'static, Response>> = match name {
            // The wait is in `poll_ready`.
            "tower" => {
                let service = layer.layer(one.layer(service_fn(move |request: Request<_>| {
                    let request = request.map(|body: RequestBody| Body::from(body.into_bytes()));
                    router.clone().oneshot(request)
                })));
                Box::new(move |request| {
                    let answer = service.clone().oneshot(request);
                    Box::pin(async move { answer.await.expect("an answer").map(Body::new) })
                })
            }
            // The wait is in the call.
            _ => {
                let router = router.layer(one).layer(layer);
                Box::new(move |request| {
                    let answer = router.clone().oneshot(request);
                    Box::pin(async move { answer.await.expect("an answer") })
                })
            }
        };
        let start = tokio::time::Instant::now();
        let deliveries = (0..40).map(|n| delivery(&format!("msg_{n}"), BODY));
        let answers = deliveries.map(|sent| send(sent.request().expect("a request")));
        let answers = join_all(answers).await;
        let put_off = answers.iter().filter(|answer| {
            answer.status() == 503 && answer.headers().contains_key("retry-after")
        });
        println!("{name}: {} handlers began", begun.load(Ordering::SeqCst));
        assert_eq!(begun.load(Ordering::SeqCst), 1, "{name}: begun too late");
        let completed = usize::from(first_takes < limit);
        assert_eq!(put_off.count(), 40 - completed, "{name}");
        assert_eq!(start.elapsed(), waits_for, "{name}");
        let calls = store.calls();
        assert_eq!((calls.releases, calls.commits), (40 - completed, completed));
    }
}

/// An endpoint that does not wait long for its store.
fn impatient() -> EndpointBuilder {
    standard().store_timeout(Duration::from_secs(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_hangs_is_503_and_given_back_when_it_lands() {
    for server in servers::ALL {
        let scene = Scene::new(*server, App::plain(impatient()));
        let (name, store) = (scene.name, scene.app.store());
        let sent = delivery("msg_1", BODY);
        store.hang_claims(true);
        let reply = scene.send(&sent).await.expect("an answer");
        reply.assert_refusal(name, 503);
        assert_eq!(scene.rejected(RejectionKind::StoreUnavailable), 1, "{name}");
        store.hang_claims(false);
        eventually("given back", || store.last_state() == KeyState::Free).await;
        eventually("a release", || store.calls().releases == 1).await;
        let retry = scene.send(&sent).await.expect("an answer");
        assert_eq!((retry.status, scene.app.runs()), (200, 1), "{name}");
        assert_eq!(store.cancelled(), 0, "{name}: cancelled half-way");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_hangs_does_not_hold_the_answer_and_counts_when_it_lands() {
    for server in servers::ALL {
        let scene = Scene::new(*server, App::plain(impatient()));
        let (name, store) = (scene.name, scene.app.store());
        let sent = delivery("msg_1", BODY);
        store.hang_commits(true);
        let reply = scene.send(&sent).await.expect("an answer");
        assert_eq!(reply.status, 200, "{name}: the handler succeeded");
        let copy = scene.send(&sent).await.expect("an answer");
        copy.assert_refusal(name, 503);
        store.hang_commits(false);
        eventually("committed", || store.last_state() == KeyState::Done).await;
        let copy = scene.send(&sent).await.expect("an answer");
        copy.assert_duplicate(name);
        assert_eq!((scene.app.runs(), store.calls().commits), (1, 1), "{name}");
        assert_eq!(store.cancelled(), 0, "{name}: cancelled half-way");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_commit_that_fails_is_tried_again() {
    for server in servers::ALL {
        let scene = Scene::new(*server, App::plain(impatient()));
        let (name, store) = (scene.name, scene.app.store());
        store.hang_commits(true);
        let reply = scene.send(&delivery("msg_1", BODY)).await;
        assert_eq!(reply.expect("an answer").status, 200, "{name}");
        store.fail_commits(true);
        store.hang_commits(false);
        eventually("another try", || store.calls().commits > 1).await;
        store.fail_commits(false);
        eventually("committed", || store.last_state() == KeyState::Done).await;
        assert_eq!(scene.app.runs(), 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_hangs_does_not_hold_the_answer() {
    for server in servers::ALL {
        let fails = Act {
            status: 500,
            ..Act::default()
        };
        let app = App::acting(impatient(), fails, Bounds::default());
        let scene = Scene::new(*server, app);
        let (name, store) = (scene.name, scene.app.store());
        store.hang_releases(true);
        let sent = delivery("msg_1", BODY);
        let reply = scene.send(&sent).await.expect("an answer");
        assert_eq!(reply.status, 500, "{name}: the handler's");
        store.hang_releases(false);
        eventually("given back", || store.last_state() == KeyState::Free).await;
        let retry = scene.send(&sent).await.expect("an answer");
        assert_eq!((retry.status, scene.app.runs()), (500, 2), "{name}");
        assert_eq!(store.cancelled(), 0, "{name}: cancelled half-way");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_never_answers_is_not_asked_without_end() {
    // Adapters alone: they keep count.
    for server in servers::ALL.iter().skip(1) {
        let builder = standard().store_timeout(Duration::from_millis(1));
        let scene = Scene::new(*server, App::plain(builder));
        let (name, store) = (scene.name, scene.app.store());
        store.hang_claims(true);
        let mut client = Client::connect(scene.serving.address).await;
        for n in 0..1100 {
            client
                .send(&delivery(&format!("msg_{n}"), BODY).wire())
                .await;
            let reply = client.reply().await.expect("an answer");
            reply.assert_refusal(name, 503);
        }
        assert_eq!(store.calls().claims, 1024, "{name}");
        // Once it is back, so is the endpoint.
        store.hang_claims(false);
        eventually("all landed", || store.calls().releases == 1024).await;
        let sent = delivery("msg_1", BODY);
        eventually_ok(&scene, &sent).await;
        assert_eq!(store.cancelled(), 0, "{name}: cancelled half-way");
    }
}

/// The last task may have a moment to go.
async fn eventually_ok(scene: &Scene, sent: &Sent) {
    let start = Instant::now();
    while scene.send(sent).await.map(|reply| reply.status) != Some(200) {
        assert!(start.elapsed() < PATIENCE, "{}: never 200", scene.name);
    }
}

#[tokio::test]
async fn a_drain_waits_for_late_commits_and_their_retries() {
    let store = CountingStore::new();
    let endpoint = impatient().store(store.clone()).build().expect("usable");
    let layer = WebhookLayer::new(endpoint);
    let router = Router::new().fallback(|| async {}).layer(layer.clone());
    let send = |id: &str| {
        let request = delivery(id, BODY).request().expect("a request");
        router.clone().oneshot(request)
    };
    store.hang_commits(true);
    let response = send("msg_1").await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(layer.drain(Duration::ZERO).await, 1, "the late commit");
    store.fail_commits(true);
    store.hang_commits(false);
    eventually("another try", || store.calls().commits > 1).await;
    assert_eq!(layer.drain(Duration::ZERO).await, 1, "its retry");
    store.fail_commits(false);
    assert_eq!(layer.drain(PATIENCE).await, 0);
    assert_eq!(store.last_state(), KeyState::Done);
}

/// Every answer of the table, with hooks that panic wherever there is a hook: the same as without.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hooks_that_panic_change_no_answer() {
    let mut sections = case::load();
    for row in sections.iter_mut().flat_map(|section| &mut section.rows) {
        row.endpoint.hooks_panic = true;
    }
    let words: &'static Words = Box::leak(Box::new(Words::load()));
    for server in servers::ALL {
        let report = suite::run(*server, Protocol::H1, &sections, words, 0).await;
        println!("{}", report.summary());
        let names = sections.iter().flat_map(|section| &section.rows);
        let names = names.map(|row| &row.name);
        let failures: Vec<_> = names
            .zip(&report.rows)
            .filter_map(|(name, row)| Some((name, row.as_ref()?.failure.as_ref()?)))
            .collect();
        assert!(failures.is_empty(), "{}: {failures:#?}", report.name);
        assert_eq!(report.panics, 0, "{}", report.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_panics_cannot_tell_the_time() {
    for server in servers::ALL {
        let builder = standard().clock(|| panic!("a clock panics as told"));
        let scene = Scene::new(*server, App::plain(builder));
        let reply = scene.send(&delivery("msg_1", BODY)).await;
        let reply = reply.unwrap_or_else(|| panic!("{}: no answer", scene.name));
        assert_eq!(reply.status, 503, "{}", scene.name);
        assert_eq!(scene.rejected(RejectionKind::ClockUnavailable), 1);
    }
}

/// Lines about this consumer that have this text.
fn lines(logs: &Logs, consumer: &str, text: &str) -> usize {
    let consumer = format!("consumer=\"{consumer}\"");
    let logged = logs.text();
    let logged = logged.lines();
    logged
        .filter(|line| line.contains(&consumer) && line.contains(text))
        .count()
}

/// Panics unless there is a line, and no more than one for each second that has passed.
fn assert_limited(name: &str, text: &str, lines: usize, since: Instant) {
    let most = usize::try_from(since.elapsed().as_secs()).expect("seconds") + 2;
    println!("{name}: {text}: {lines} lines in {:?}", since.elapsed());
    assert!((1..=most).contains(&lines), "{name}: {text}: {lines}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_cannot_tell_the_time_is_in_the_log() {
    let logs = Logs::of_process();
    for server in servers::ALL {
        let start = Instant::now();
        let consumer = format!("{} without a clock", server.name());
        let builder = standard().clock(|| None).consumer(consumer.as_str());
        let scene = Scene::new(*server, App::plain(builder));
        for _ in 0..20 {
            scene.send(&delivery("msg_1", BODY)).await;
        }
        assert_eq!(scene.rejected(RejectionKind::ClockUnavailable), 20);
        let logged = lines(&logs, &consumer, "clock_unavailable");
        assert_limited(scene.name, "clock_unavailable", logged, start);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_captured_delivery_causes_is_not_logged_line_for_line() {
    let logs = Logs::of_process();
    for server in servers::ALL {
        let start = Instant::now();
        let consumer = format!("{} under copies", server.name());
        let builder = standard().consumer(consumer.as_str());
        let scene = Scene::new(*server, App::plain(builder));
        let mut client = Client::connect(scene.serving.address).await;
        for n in 0..500 {
            let sent = delivery("msg_1", format!(r#"{{"n":{n}}}"#));
            client.send(&sent.wire()).await;
            assert_eq!(client.reply().await.expect("an answer").status, 200);
        }
        assert_eq!(scene.app.endpoint().counts().changed_duplicates, 499);
        let logged = lines(&logs, &consumer, "different payload");
        assert_limited(scene.name, "different payload", logged, start);
    }
}

/// A delivery whose body is announced and not sent to its end.
async fn half_sent(address: std::net::SocketAddr, sent: &Sent, bytes: usize) -> Client {
    let mut client = Client::connect(address).await;
    let framing = format!("content-length: {}\r\n", sent.body.len());
    let head = sent.head(&framing);
    client
        .send(&[&head[..], &sent.body[..bytes]].concat())
        .await;
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_not_verified_are_bounded_for_a_server() {
    for server in servers::ALL.iter().skip(1) {
        let bounds = Bounds {
            unverified: UnverifiedLimit::new(64 * 1024),
            ..Bounds::default()
        };
        let unverified = bounds.unverified.clone();
        let app = App::acting(standard(), Act::default(), bounds);
        let scene = Scene::new(*server, app);
        let (name, address) = (scene.name, scene.serving.address);
        let large = format!("\"{}\"", "x".repeat(40_000));
        let forged = delivery("msg_1", large.clone());
        let first = half_sent(address, &forged, 30_000).await;
        let second = half_sent(address, &forged, 30_000).await;
        eventually("both are held", || unverified.held() == 60_000).await;
        // What is genuine and small has room, what does not fit is told to come again.
        let small = scene.send(&delivery("msg_2", BODY)).await;
        assert_eq!(small.expect("an answer").status, 200, "{name}");
        let genuine = delivery("msg_3", large);
        let reply = scene.send(&genuine).await.expect("an answer");
        assert_eq!(
            (reply.status, reply.retry_after()),
            (503, Some(1)),
            "{name}"
        );
        assert_eq!(reply.header("connection"), Some("close"), "{name}");
        assert_eq!(scene.rejected(RejectionKind::Overloaded), 1, "{name}");
        drop((first, second));
        eventually("given back", || unverified.held() == 0).await;
        let retry = scene.send(&genuine).await.expect("an answer");
        assert_eq!(retry.status, 200, "{name}");
        assert_eq!(
            unverified.held(),
            0,
            "{name}: what is verified counts no more"
        );
    }
}

#[tokio::test]
async fn bodies_that_are_not_verified_are_bounded_for_a_connection_that_a_server_names() {
    let endpoint = standard().store(CountingStore::new()).build();
    let layer = WebhookLayer::new(endpoint.expect("usable"));
    let server = UnverifiedLimit::default();
    let layer = layer.unverified_limit(server.clone());
    let router = Router::new().fallback(|| async {}).layer(layer);
    let connection = UnverifiedLimit::new(1000);
    let large = format!("\"{}\"", "x".repeat(1000));
    for (id, body, status) in [("msg_1", &*large, 503), ("msg_2", BODY, 200)] {
        let mut request = delivery(id, body.to_owned()).request().expect("a request");
        request.extensions_mut().insert(connection.clone());
        let response = router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), status);
        assert_eq!((connection.held(), server.held()), (0, 0));
    }
}

#[test]
fn endpoints_that_may_take_each_others_events_are_named_in_the_log() {
    let logs = Logs::of_process();
    let places = |provider: &Provider| {
        let provider = format!("provider=\"{}\"", provider.name());
        let logged = logs.text();
        let lines = logged.lines().filter(|line| line.contains("share a store"));
        let lines = lines.filter(|line| line.contains(&provider));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    // Other tests have neither of them.
    let (gitlab, xendit) = (providers::GITLAB_TOKEN, providers::XENDIT);
    let endpoint = |provider| Endpoint::builder(provider, PLAIN).clock(NOW);
    // One store and one secret: two routes, or one that is built once more.
    let one = endpoint(gitlab).store(MemoryStore::new());
    let again = one.clone();
    let (line, _one) = (line!(), one.build().expect("usable"));
    let (other, _again) = (line!(), again.build().expect("usable"));
    let said = places(&gitlab);
    assert_eq!(said.len(), 1, "{said:?}");
    for line in [line, other] {
        let place = format!("{}:{line}:", file!());
        assert!(said[0].contains(&place), "{place}: {said:?}");
    }
    // Two handles of a store of another kind may be one database.
    let builder = || endpoint(xendit).store(CountingStore::new());
    let _one = builder().build().expect("usable");
    let _named = builder().consumer("shop").build().expect("usable");
    assert_eq!(places(&xendit).len(), 0, "a name is enough");
    let _other = builder().build().expect("usable");
    assert_eq!(places(&xendit).len(), 1);
}
