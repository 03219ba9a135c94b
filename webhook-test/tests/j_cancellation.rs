//! Catalogue J: cancellation, panic, time-out, shutdown.
//!
//! Not tested here: J02 (`detach = false` is not an option), the actix-web part of J01, and the
//! `kill -9` half of J07 (a memory store does not outlive its process; to the store, a runtime that
//! ends in the middle of a handler is the same, and is a row).

use std::convert::Infallible;
use std::future::Future as _;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Router, http::StatusCode};
use bytes::Bytes;
use http_body::Frame;
use http_body_util::{Empty, Full, StreamBody};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};
use tower_http::timeout::TimeoutLayer;
use webhook_axum::{VerifiedEvent, WebhookLayer};
use webhook_core::{Delivery, EndpointBuilder, MemoryStore, RejectionKind as Kind};
use webhook_test::{
    Client, CountingStore, Door, DropSignal, Gate, PATIENCE, Reply, Row, Sent, Server, delivery,
    standard,
};
use webhook_tower::RequestBody;

const BODY: &str = r#"{"type":"a"}"#;

async fn eventually(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A door whose handler stops at a gate, and that tells when the server gives a request up.
async fn gated(builder: EndpointBuilder) -> (Door, Gate, DropSignal) {
    let (gate, given_up) = (Gate::new(), DropSignal::new());
    let (held, signal) = (gate.clone(), given_up.clone());
    let handler = move |_: Delivery| {
        let gate = held.clone();
        async move {
            gate.pass().await;
            StatusCode::OK
        }
    };
    let outside = |router: Router| {
        router.layer(from_fn(move |request: Request, next: Next| {
            let armed = signal.arm();
            async move {
                let response = next.run(request).await;
                drop(armed);
                response
            }
        }))
    };
    let door = Door::inside(builder, CountingStore::new(), handler, outside).await;
    (door, gate, given_up)
}

/// The client has gone while the handler is at the gate: it finishes, and the retry is a duplicate.
async fn it_goes_on(row: &str, door: &Door, gate: &Gate, given_up: &DropSignal, sent: &Sent) {
    given_up.dropped().await;
    assert_eq!(door.store.calls().commits, 0, "{row}: too early");
    assert_eq!(door.store.calls().releases, 0, "{row}: given up");
    let copy = door.send(sent).await;
    copy.assert_refusal(&format!("{row}: still at work"), 503);
    gate.open(1);
    gate.left().await;
    eventually("the commit", || door.store.calls().commits == 1).await;
    door.knows(row, sent).await;
    assert_eq!(door.runs(), 1, "{row}");
    assert_eq!(door.store.calls().releases, 0, "{row}");
}

#[tokio::test]
async fn a_client_that_closes_does_not_stop_the_handler() {
    // J01, HTTP/1.1.
    let (door, gate, given_up) = gated(standard()).await;
    let sent = delivery("msg_j01", BODY);
    let mut client = door.connect().await;
    client.send(&sent.wire()).await;
    gate.entered().await;
    drop(client);
    it_goes_on("J01: closed", &door, &gate, &given_up, &sent).await;
}

#[tokio::test]
async fn a_client_that_half_closes_does_not_stop_the_handler() {
    // J01: hyper takes a half-closed connection for a closed one.
    let (door, gate, given_up) = gated(standard()).await;
    let sent = delivery("msg_j01h", BODY);
    let mut client = door.connect().await;
    client.send(&sent.wire()).await;
    gate.entered().await;
    client.half_close().await;
    it_goes_on("J01: half-closed", &door, &gate, &given_up, &sent).await;
}

async fn http2(
    door: &Door,
) -> (
    hyper::client::conn::http2::SendRequest<Full<Bytes>>,
    tokio::task::JoinHandle<()>,
) {
    let stream = TcpStream::connect(door.server.address).await.expect("open");
    let connected =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (sender, connection) = connected.await.expect("a handshake");
    let driver = tokio::spawn(async move {
        let _ = connection.await;
    });
    (sender, driver)
}

fn over_http2(door: &Door, sent: &Sent) -> http::Request<Full<Bytes>> {
    let mut absolute = sent.clone();
    absolute.target = format!("http://{}{}", door.server.address, sent.target);
    let body = Full::new(sent.body.clone());
    absolute.request_with(body).expect("a request")
}

#[tokio::test]
async fn a_stream_that_is_reset_does_not_stop_the_handler() {
    // J01, HTTP/2: RST_STREAM. The connection stays.
    let (door, gate, given_up) = gated(standard()).await;
    let sent = delivery("msg_j01r", BODY);
    let (mut sender, _driver) = http2(&door).await;
    let request = over_http2(&door, &sent);
    let mut answer = Box::pin(sender.send_request(request));
    tokio::select! {
        _ = &mut answer => panic!("the handler is at the gate"),
        () = gate.entered() => {}
    }
    drop(answer);
    it_goes_on("J01: reset", &door, &gate, &given_up, &sent).await;
    let response = sender
        .send_request(over_http2(&door, &sent))
        .await
        .expect("the connection is well");
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn over_http2_without_a_host_the_answers_are_the_same() {
    // E05: no `Host`, only `:authority`; and no `Connection` header, which HTTP/2 does not have.
    let door = Door::open(standard()).await;
    let (mut sender, _driver) = http2(&door).await;
    let good = delivery("msg_e05", BODY);
    for (sent, status) in [
        (good.clone().without("webhook-signature"), 401),
        (good.clone().body("{}"), 401),
        (good.clone().method("PUT"), 405),
        (good.clone().add("content-encoding", "br"), 415),
        (good.clone(), 200),
        (good, 200),
    ] {
        let request = over_http2(&door, &sent);
        assert!(!request.headers().contains_key("host"));
        let response = sender.send_request(request).await.expect("an answer");
        assert_eq!(response.status(), status);
        assert!(!response.headers().contains_key("connection"));
        if status != 200 {
            use http_body_util::BodyExt as _;
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, Reply::constant_body(status), "E05");
        }
    }
    assert_eq!(door.runs(), 1);
}

#[tokio::test]
async fn a_timeout_outside_answers_for_itself_and_the_handler_goes_on() {
    // J03.
    let gate = Gate::new();
    let held = gate.clone();
    let handler = move |_: Delivery| {
        let gate = held.clone();
        async move {
            gate.pass().await;
            StatusCode::OK
        }
    };
    let timeout = Duration::from_millis(50);
    let outside = |router: Router| {
        router.layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            timeout,
        ))
    };
    let door = Door::inside(standard(), CountingStore::new(), handler, outside).await;
    let sent = delivery("msg_j03", BODY);
    assert_eq!(door.send(&sent).await.status, 504);
    gate.entered().await;
    gate.open(1);
    gate.left().await;
    eventually("the commit", || door.store.calls().commits == 1).await;
    door.knows("J03", &sent).await;
    assert_eq!(door.runs(), 1);
}

#[tokio::test]
async fn a_handler_over_its_time_is_dropped_answered_503_and_released() {
    // J04. Also when nobody waits for it any more.
    let dropped = DropSignal::new();
    let signal = dropped.clone();
    let handler = move |delivery: Delivery| {
        let armed = signal.arm();
        async move {
            if delivery.attempt() == 1 {
                std::future::pending::<()>().await;
            }
            drop(armed);
            StatusCode::OK
        }
    };
    let builder = standard().handler_timeout(Duration::from_secs(2));
    let door = Door::with(builder, handler).await;
    let sent = delivery("msg_j04", BODY);
    let reply = door.send(&sent).await;
    reply.assert_refusal("J04", 503);
    dropped.dropped().await;
    let calls = door.store.calls();
    assert_eq!((calls.releases, calls.commits), (1, 0), "J04: not released");
    assert_eq!(door.endpoint().counts().rejected(Kind::HandlerTimeout), 1);
    assert_eq!(door.send(&sent).await.status, 200, "J04: the retry");
    assert_eq!(door.ran().pop().unwrap().attempt(), 2);

    let abandoned = delivery("msg_j04b", BODY);
    let mut client = door.connect().await;
    client.send(&abandoned.wire()).await;
    eventually("it runs", || door.runs() == 3).await;
    drop(client);
    eventually("released", || door.store.calls().releases == 2).await;
    assert_eq!(door.send(&abandoned).await.status, 200);
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("J05: in Drop");
        }
    }
}

/// Panics in its `Deserialize`, the first time.
struct Explosive;

static EXPLODED: AtomicBool = AtomicBool::new(false);

impl<'de> serde::Deserialize<'de> for Explosive {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        assert!(EXPLODED.swap(true, Ordering::SeqCst), "J05: in Deserialize");
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[tokio::test]
async fn a_panic_is_500_with_a_constant_body_and_the_retry_runs() {
    // J05.
    #[derive(Clone, Copy, Debug)]
    enum Where {
        BeforeAwait,
        BeforeFuture,
        AfterAwait,
        DropAtEnd,
        DropAfterTimeout,
        WithAValueThatIsNoText,
    }
    for (n, at) in [
        Where::BeforeAwait,
        Where::BeforeFuture,
        Where::AfterAwait,
        Where::DropAtEnd,
        Where::DropAfterTimeout,
        Where::WithAValueThatIsNoText,
    ]
    .into_iter()
    .enumerate()
    {
        let handler = move |delivery: Delivery| {
            let first = delivery.attempt() == 1;
            assert!(!(first && matches!(at, Where::BeforeFuture)), "J05");
            async move {
                if !first {
                    return StatusCode::OK;
                }
                match at {
                    Where::BeforeAwait => panic!("J05: before the first await"),
                    Where::BeforeFuture => unreachable!("it panicked in the call"),
                    Where::AfterAwait => {
                        tokio::task::yield_now().await;
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        panic!("J05: after an await")
                    }
                    Where::DropAtEnd => {
                        let _bomb = Bomb;
                        StatusCode::OK
                    }
                    Where::DropAfterTimeout => {
                        let _bomb = Bomb;
                        std::future::pending().await
                    }
                    Where::WithAValueThatIsNoText => std::panic::panic_any(42_u8),
                }
            }
        };
        let builder = standard().handler_timeout(Duration::from_secs(2));
        let door = Door::with(builder, handler).await;
        let row = format!("J05: {at:?}");
        let sent = delivery(&format!("msg_j05_{n}"), BODY);
        // A kept connection outlives the panic.
        let mut client = door.connect().await;
        client.send(&sent.wire()).await;
        let reply = client
            .reply()
            .await
            .unwrap_or_else(|| panic!("{row}: dead"));
        if matches!(at, Where::DropAfterTimeout) {
            reply.assert_refusal(&row, 503);
        } else {
            reply.assert_refusal(&row, 500);
            let panics = door.endpoint().counts().rejected(Kind::HandlerPanicked);
            assert_eq!(panics, 1, "{row}");
        }
        let calls = door.store.calls();
        assert_eq!(
            (calls.releases, calls.commits),
            (1, 0),
            "{row}: not released"
        );
        client.send(&sent.wire()).await;
        let retry = client
            .reply()
            .await
            .unwrap_or_else(|| panic!("{row}: dead"));
        assert_eq!(retry.status, 200, "{row}: the retry");
        assert_eq!(door.runs(), 2, "{row}");
        door.knows(&row, &sent).await;
    }
}

#[tokio::test]
async fn a_panic_in_deserialize_is_500_with_a_constant_body_and_the_retry_runs() {
    // J05.
    let store = CountingStore::new();
    let endpoint = standard().store(store.clone()).build().unwrap();
    let router = Router::new()
        .route("/", post(|_: VerifiedEvent<Explosive>| async {}))
        .layer(WebhookLayer::new(endpoint));
    let server = Server::start(router).await;
    let mut client = Client::connect(server.address).await;
    let sent = delivery("msg_j05d", BODY);
    client.send(&sent.wire()).await;
    let reply = client.reply().await.expect("no dead connection");
    reply.assert_refusal("J05: in Deserialize", 500);
    assert_eq!(store.calls().releases, 1);
    client.send(&sent.wire()).await;
    assert_eq!(client.reply().await.unwrap().status, 200);
    assert_eq!(store.calls().commits, 1);
}

#[tokio::test]
async fn a_panic_in_one_handler_is_none_of_the_others_business() {
    // J05.
    let gate = Gate::new();
    let held = gate.clone();
    let handler = move |delivery: Delivery| {
        let gate = held.clone();
        async move {
            gate.pass().await;
            assert_ne!(delivery.id(), Some("msg_bad"), "J05");
            StatusCode::OK
        }
    };
    let door = Arc::new(Door::with(standard(), handler).await);
    let all: Vec<_> = ["msg_a", "msg_bad", "msg_b"]
        .map(|id| {
            let door = Arc::clone(&door);
            tokio::spawn(async move { door.send(&delivery(id, BODY)).await.status })
        })
        .into();
    for _ in 0..3 {
        gate.entered().await;
    }
    gate.open(3);
    let mut statuses = Vec::new();
    for one in all {
        statuses.push(one.await.unwrap());
    }
    assert_eq!(statuses, [200, 500, 200]);
}

#[tokio::test]
async fn a_store_that_panics_takes_nothing_down_with_it() {
    // J06.
    let now = Arc::new(std::sync::Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let memory = MemoryStore::builder()
        .clock(move || *clock.lock().unwrap())
        .build();
    let store = CountingStore::around(memory);
    let handler = |delivery: Delivery| async move {
        if delivery.attempt() == 1 {
            StatusCode::BAD_GATEWAY
        } else {
            StatusCode::OK
        }
    };
    let door = Door::inside(standard(), store, handler, |router| router).await;
    let sent = delivery("msg_j06", BODY);
    door.store.panic_on_claim(true);
    let reply = door.try_send(&sent.wire()).await;
    assert!(reply.is_none_or(|reply| reply.status >= 500), "J06: claim");
    assert_eq!(door.runs(), 0);
    door.store.panic_on_claim(false);
    door.store.panic_on_release(true);
    let reply = door.try_send(&sent.wire()).await;
    assert!(
        reply.is_none_or(|reply| reply.status >= 500),
        "J06: release"
    );
    door.store.panic_on_release(false);
    // Nothing is poisoned: others are served, and the lease of this one ends.
    door.send(&sent)
        .await
        .assert_refusal("J06: until the lease ends", 503);
    assert_eq!(door.send(&delivery("msg_j06b", BODY)).await.status, 502);
    *now.lock().unwrap() += Duration::from_secs(61);
    assert_eq!(door.send(&sent).await.status, 200, "J06: afterwards");
    let drained = door.layer.drain(PATIENCE).await;
    assert_eq!(
        drained, 0,
        "J06: a panic is not counted as running for ever"
    );
}

#[tokio::test]
async fn a_store_that_panics_is_answered_503_like_one_that_fails() {
    // J06: it is our fault, and a dead connection is no answer.
    let door = Door::open(standard()).await;
    door.store.panic_on_claim(true);
    let reply = door.try_send(&delivery("msg_j06c", BODY).wire()).await;
    let reply = reply.expect("an answer, not a dead connection");
    assert!(matches!(reply.status, 500 | 503), "{reply:?}");
}

#[test]
fn a_runtime_that_ends_in_the_middle_of_a_handler_leaves_no_false_done() {
    // J07, J10: everything in progress ends with its runtime. The claim stays until its lease ends.
    let now = Arc::new(std::sync::Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&now);
    let memory = MemoryStore::builder()
        .clock(move || *clock.lock().unwrap())
        .build();
    let store = CountingStore::around(memory);
    let sent = delivery("msg_j07", BODY);
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    let (given_store, given) = (store.clone(), sent.clone());
    first.block_on(async move {
        let gate = Gate::new();
        let held = gate.clone();
        let handler = move |_: Delivery| {
            let gate = held.clone();
            async move {
                gate.pass().await;
                StatusCode::OK
            }
        };
        let door = Door::inside(standard(), given_store, handler, |router| router).await;
        let mut client = door.connect().await;
        client.send(&given.wire()).await;
        gate.entered().await;
        // Once with its client gone, so that it runs as a task of its own.
        drop(client);
        tokio::task::yield_now().await;
    });
    first.shutdown_timeout(Duration::from_secs(5));
    assert_eq!(store.calls().commits, 0, "J10: a false done");

    runtime().block_on(async move {
        let handler = |_: Delivery| async { StatusCode::OK };
        let door = Door::inside(standard(), store, handler, |router| router).await;
        let reply = door.send(&sent).await;
        assert_ne!(reply.status, 200, "J10: a false done");
        reply.assert_refusal("J07: until the lease ends", 503);
        *now.lock().unwrap() += Duration::from_secs(61);
        let ran = door.accepts("J07: after a restart", &sent).await;
        assert_eq!(ran.attempt(), 2, "J07");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn draining_puts_off_new_deliveries_and_waits_for_those_that_run() {
    // J09: 20 in flight, half of them without a client.
    let (door, gate, given_up) = gated(standard()).await;
    let door = Arc::new(door);
    let mut waiting = Vec::new();
    let mut clients = Vec::new();
    for n in 0..20 {
        let sent = delivery(&format!("msg_j09_{n}"), BODY);
        let mut client = door.connect().await;
        client.send(&sent.wire()).await;
        gate.entered().await;
        if n % 2 == 0 {
            clients.push(client);
        } else {
            drop(client);
            given_up.dropped().await;
        }
    }
    assert_eq!(door.layer.drain(Duration::from_millis(20)).await, 20);
    let drained = tokio::spawn(door.layer.drain(PATIENCE));
    let row = Row::new("J09: new", Kind::ShuttingDown, delivery("msg_new", BODY));
    door.refuses(&row, 503).await;
    let unsigned = row.sent.clone().without("webhook-signature");
    let reply = door.send(&unsigned).await;
    reply.assert_refusal("J09: nobody is told more than that", 503);
    assert!(!drained.is_finished());
    gate.open(20);
    assert_eq!(drained.await.unwrap(), 0, "J09: all are settled");
    assert_eq!(door.store.calls().commits, 20);
    for client in &mut clients {
        waiting.push(client.reply().await.expect("J09: they finish").status);
    }
    assert_eq!(waiting, [200; 10]);
    assert_eq!(door.layer.drain(Duration::ZERO).await, 0);
}

#[tokio::test]
async fn a_delivery_whose_body_is_still_arriving_does_not_start_after_a_drain() {
    // J09: `drain` says nothing runs; then nothing may begin to.
    let door = Door::open(standard()).await;
    let gate = Gate::new();
    let held = gate.clone();
    let body = async move {
        held.pass().await;
        Ok::<_, Infallible>(Frame::data(Bytes::from(BODY)))
    };
    let body = StreamBody::new(futures_util::stream::once(body));
    let request = delivery("msg_j09_late", BODY).request_with(Body::new(body));
    let drained = async {
        // The body is asked for, so the head is through.
        gate.entered().await;
        let left = door.layer.drain(Duration::ZERO).await;
        gate.open(1);
        left
    };
    let (reply, left) = tokio::join!(door.oneshot(request.unwrap()), drained);
    assert_eq!(left, 0, "J09: it does not run yet");
    reply.assert_refusal("J09: late", 503);
    assert_eq!(door.runs(), 0, "J09: it began after the drain was over");
    assert_eq!(door.endpoint().counts().rejected(Kind::ShuttingDown), 1);
}

#[test]
fn a_response_dropped_outside_of_a_runtime_releases_without_a_panic() {
    // J11.
    let store = MemoryStore::new();
    let endpoint = standard().store(store.clone()).build().unwrap();
    let layer = WebhookLayer::new(endpoint);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut service = layer.layer(service_fn(
        |request: http::Request<RequestBody>| async move {
            let delivery = request.extensions().get::<Delivery>().unwrap();
            if delivery.attempt() == 1 {
                std::future::pending::<()>().await;
            }
            Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
        },
    ));
    let request = || {
        let sent = delivery("msg_j11", BODY);
        let body = Full::new(sent.body.clone());
        sent.request_with(body).unwrap()
    };
    let mut running = Box::pin(service.call(request()));
    {
        let _inside = runtime.enter();
        let mut cx = Context::from_waker(Waker::noop());
        assert!(running.as_mut().poll(&mut cx).is_pending());
    }
    std::thread::spawn(move || drop(running))
        .join()
        .expect("J11: no panic");
    assert_eq!(layer.endpoint().counts().released, 1, "J11: released");
    // One that never ran, too.
    drop(service.call(request()));
    let response = runtime.block_on(service.call(request())).unwrap();
    assert_eq!(response.status(), 200, "J11: the retry runs");
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn the_status_decides_before_the_body_of_the_response_is_read() {
    // J12.
    let handler = |_: Delivery| async {
        let endless = futures_util::stream::pending::<Result<Bytes, Infallible>>();
        Body::from_stream(endless).into_response()
    };
    let door = Door::with(standard(), handler).await;
    let sent = delivery("msg_j12", BODY);
    let Ok(response) = door.router.clone().oneshot(sent.request().unwrap()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(door.store.calls().commits, 1, "J12");
    drop(response);
    door.knows("J12: the client never read its answer", &sent)
        .await;
    // Over a socket: gone as soon as the head of the answer is there.
    let other = delivery("msg_j12b", BODY);
    let mut client = door.connect().await;
    client.send(&other.wire()).await;
    eventually("the commit", || door.store.calls().commits == 2).await;
    drop(client);
    door.knows("J12", &other).await;
}

#[tokio::test]
async fn a_client_that_goes_away_while_uploading_leaves_nothing_behind() {
    // J01, before there is a handler.
    let (door, _gate, given_up) = gated(standard()).await;
    let wire = delivery("msg_j01u", BODY).wire();
    for cut in [wire.len() - 1, wire.len() - BODY.len()] {
        let mut client = door.connect().await;
        client.send(&wire[..cut]).await;
        given_up.armed().await;
        drop(client);
        given_up.dropped().await;
    }
    assert_eq!(door.trace(), (0, webhook_test::Calls::default()));
    assert_eq!(door.layer.drain(PATIENCE).await, 0);
}

#[tokio::test]
async fn a_response_future_that_is_polled_by_hand_wakes_whoever_polled_it_last() {
    let gate = Gate::new();
    let held = gate.clone();
    let layer = WebhookLayer::new(standard().store(CountingStore::new()).build().unwrap());
    let mut service = layer.layer(service_fn(move |_: http::Request<RequestBody>| {
        let gate = held.clone();
        async move {
            gate.pass().await;
            Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
        }
    }));
    let sent = delivery("msg_waker", BODY);
    let body = Full::new(sent.body.clone());
    let mut running = Box::pin(service.call(sent.request_with(body).unwrap()));
    // First polled by another task than the one that awaits it in the end.
    let mut cx = Context::from_waker(Waker::noop());
    while !matches!(pin!(gate.entered()).poll(&mut cx), Poll::Ready(())) {
        assert!(running.as_mut().poll(&mut cx).is_pending());
        tokio::task::yield_now().await;
    }
    let awaited = tokio::spawn(running);
    gate.open(1);
    let response = tokio::time::timeout(PATIENCE, awaited).await;
    let response = response.expect("woken").unwrap().unwrap();
    assert_eq!(response.status(), 200);
}
