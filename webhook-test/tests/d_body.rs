//! Catalogue D: the bytes of the body, and E01, E03, E04, where they touch it.
//!
//! Not tested here: the decompression option of D09 and D10 (it does not exist: every encoded body
//! is answered 415), and the actix-web half of D11.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Body;
use axum::routing::post;
use axum::{Router, response::Response};
use bytes::{Buf, Bytes};
use http::{Request, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full, StreamBody};
use tower::{Layer as _, ServiceExt as _, service_fn};
use webhook_axum::{VerifiedDelivery, VerifiedEvent, WebhookLayer};
use webhook_core::{Delivery, Endpoint, RejectionKind as Kind, providers};
use webhook_test::{
    Client, CountingStore, Door, NOW, PLAIN, Reply, Row, Sent, Server, delivery, signed, standard,
};
use webhook_tower::RequestBody;

const BODY: &str = r#"{"type":"invoice.paid"}"#;

async fn eventually(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < webhook_test::PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A door whose handler reads the payload as JSON of any shape.
struct Typed {
    server: Server,
    store: CountingStore,
    runs: Arc<AtomicUsize>,
}

impl Typed {
    async fn open() -> Self {
        let (store, runs) = (CountingStore::new(), Arc::new(AtomicUsize::new(0)));
        let endpoint = standard().store(store.clone()).build().expect("usable");
        let count = Arc::clone(&runs);
        let handler = move |_: VerifiedEvent<serde_json::Value>| {
            count.fetch_add(1, Ordering::SeqCst);
            async { StatusCode::OK }
        };
        let router = Router::new()
            .route("/", post(handler))
            .layer(WebhookLayer::new(endpoint));
        let server = Server::start(router).await;
        Self {
            server,
            store,
            runs,
        }
    }

    async fn send(&self, sent: &Sent) -> Reply {
        let mut client = Client::connect(self.server.address).await;
        client.send(&sent.wire()).await;
        client.reply().await.expect("an answer")
    }
}

#[tokio::test]
async fn a_verified_body_that_is_no_json_is_422_for_a_typed_handler_and_released() {
    let door = Typed::open().await;
    for (row, body) in [
        ("D01: no bytes at all", b"".as_slice()),
        ("D05: not UTF-8", b"{\"a\":\"\xff\"}"),
        ("D05: UTF-16 with a byte order mark", b"\xff\xfe{\0}\0"),
        ("D06: a byte order mark before JSON", b"\xef\xbb\xbf{}"),
    ] {
        let before = door.store.calls();
        let id = row[..3].to_lowercase();
        let reply = door
            .send(&delivery(&format!("{id}_{}", body.len()), body))
            .await;
        reply.assert_refusal(row, 422);
        let after = door.store.calls();
        assert_eq!(after.claims, before.claims + 1, "{row}");
        assert_eq!(after.releases, before.releases + 1, "{row}: not released");
        assert_eq!(after.commits, before.commits, "{row}: committed");
    }
    assert_eq!(door.runs.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn any_verified_bytes_reach_a_handler_that_takes_bytes_unchanged() {
    // D01, D05, D06, D14.
    let door = Door::open(standard()).await;
    for (i, body) in [
        b"".as_slice(),
        b"\xff\xfe{\0}\0",
        b"\xef\xbb\xbf{\"type\":\"a\"}",
        b"a=1&b=%20\r\n",
        &[0; 70_000],
    ]
    .into_iter()
    .enumerate()
    {
        let sent = delivery(&format!("msg_raw_{i}"), body);
        let ran = door.accepts("D14: raw bytes", &sent).await;
        assert_eq!(ran.raw(), body, "D14: body {i}");
    }
}

#[tokio::test]
async fn bytes_json_and_event_are_three_views_of_the_bytes_that_were_verified() {
    // D14.
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let endpoint = standard().store(CountingStore::new()).build().unwrap();
    let log = Arc::clone(&seen);
    let by_bytes = move |VerifiedDelivery(verified): VerifiedDelivery, bytes: Bytes| {
        log.lock().unwrap().push((verified.raw().clone(), bytes));
        async { StatusCode::OK }
    };
    let by_json = |event: VerifiedEvent<serde_json::Value>, Json(json): Json<serde_json::Value>| {
        let same = event.data == json && event.raw() == r#"{ "type" : "b" }"#;
        async move {
            if same {
                StatusCode::OK
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    };
    let router = Router::new()
        .route("/bytes", post(by_bytes))
        .route("/json", post(by_json))
        .layer(WebhookLayer::new(endpoint));
    let server = Server::start(router).await;
    for (target, sent) in [
        ("/bytes", delivery("msg_bytes", r#"{ "type" : "a" }"#)),
        (
            "/json",
            delivery("msg_json", r#"{ "type" : "b" }"#).add("content-type", "application/json"),
        ),
    ] {
        let mut sent = sent;
        target.clone_into(&mut sent.target);
        let mut client = Client::connect(server.address).await;
        client.send(&sent.chunked(3)).await;
        assert_eq!(client.reply().await.unwrap().status, 200, "{target}");
    }
    let seen = seen.lock().unwrap();
    let [(verified, bytes)] = seen.as_slice() else {
        panic!("one run");
    };
    assert_eq!(verified, bytes);
    assert_eq!(bytes, r#"{ "type" : "a" }"#);
}

#[tokio::test]
async fn the_limit_is_exact_and_nothing_is_cut_to_fit() {
    // D02.
    const LIMIT: usize = 10_000;
    let door = Door::open(standard().body_limit(LIMIT)).await;
    let at = delivery("msg_at_limit", vec![b'x'; LIMIT]);
    let ran = door.accepts("D02: at the limit", &at).await;
    assert_eq!(ran.raw().len(), LIMIT);
    let at = delivery("msg_at_limit_chunked", vec![b'x'; LIMIT]);
    assert_eq!(door.try_send(&at.chunked(999)).await.unwrap().status, 200);

    let over = delivery("msg_over", vec![b'x'; LIMIT + 1]);
    let row = Row::new(
        "D02: one byte over, announced",
        Kind::TooLarge,
        over.clone().set("content-length", (LIMIT + 1).to_string()),
    );
    door.refuses(&row, 413).await;
    let before = door.trace();
    for size in [1, 64, LIMIT, LIMIT + 1] {
        let reply = door.try_send(&over.chunked(size)).await;
        let reply = reply.expect("an answer");
        reply.assert_refusal(&format!("D02: one byte over, in chunks of {size}"), 413);
        assert_eq!(reply.header("connection"), Some("close"));
    }
    // A body whose first bytes alone would verify is not verified by them.
    let prefix = delivery("msg_prefix", vec![b'x'; LIMIT]);
    let longer = prefix.clone().body(vec![b'x'; LIMIT + 5000]);
    let reply = door.try_send(&longer.chunked(LIMIT)).await.unwrap();
    reply.assert_refusal("D02: a signed prefix", 413);
    assert_eq!(door.trace(), before);
    door.accepts("D02: and it was not spent", &prefix).await;
}

#[tokio::test]
async fn a_hundred_gigabytes_announced_with_signature_headers_are_413_at_once() {
    let door = Door::open(standard()).await;
    let signed = delivery("msg_huge", BODY);
    for length in [
        "100000000000",
        "1048577",
        "18446744073709551615",
        "9223372036854775807",
    ] {
        // Not a byte of the body is sent, and the answer comes.
        let wire = signed.head(&format!("content-length: {length}\r\n"));
        let reply = door.try_send(&wire).await.expect("an answer");
        if length == "18446744073709551615" && matches!(reply.status, 400 | 431) {
            // hyper itself knows no such length, and says so.
            continue;
        }
        reply.assert_refusal(&format!("Content-Length: {length}"), 413);
        assert_eq!(reply.header("connection"), Some("close"));
    }
    let row = Row::new(
        "Content-Length: a number that no 64 bits hold",
        Kind::TooLarge,
        signed.set("content-length", "9".repeat(40)),
    );
    door.refuses_in_process(&row, 413).await;
    assert_eq!(door.trace(), (0, webhook_test::Calls::default()));
}

/// A body of zeros that counts what is taken of it.
struct Zeros {
    left: u64,
    pulled: Arc<AtomicU64>,
}

impl HttpBody for Zeros {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        static CHUNK: [u8; 65_536] = [0; 65_536];
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 65_536;
        self.pulled.fetch_add(65_536, Ordering::SeqCst);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&CHUNK)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

const UPLOAD: u64 = 256 * 1024 * 1024;

#[tokio::test]
async fn of_an_unsigned_upload_not_one_byte_is_pulled() {
    let (pulled, runs) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
    let store = CountingStore::new();
    let service = WebhookLayer::new(standard().store(store.clone()).build().unwrap());
    let count = Arc::clone(&runs);
    let service = service.layer(service_fn(move |_: Request<RequestBody>| {
        count.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, Infallible>(Response::new(Body::empty())) }
    }));
    let unsigned = delivery("msg_upload", BODY).without("webhook-signature");
    let stale = webhook_test::delivery_at("msg_upload", webhook_core::UnixTime::from_secs(1), BODY);
    let signed = delivery("msg_upload", BODY);
    let announced = |sent: Sent| sent.set("content-length", UPLOAD.to_string());
    for (row, sent, status) in [
        ("A01: unsigned", announced(unsigned.clone()), 401),
        ("unsigned and of unknown length", unsigned, 401),
        ("stale", announced(stale), 401),
        (
            "signed, announced, too long",
            announced(signed.clone()),
            413,
        ),
        (
            "encoded",
            announced(signed).set("content-encoding", "gzip"),
            415,
        ),
    ] {
        let body = Zeros {
            left: UPLOAD,
            pulled: Arc::clone(&pulled),
        };
        let request = sent.request_with(body).unwrap();
        let Ok(response) = service.clone().oneshot(request).await;
        assert_eq!(response.status(), status, "{row}");
        assert_eq!(pulled.load(Ordering::SeqCst), 0, "{row}: bytes were pulled");
    }
    // Signed, and of unknown length: pulled to the limit and not beyond.
    let body = Zeros {
        left: UPLOAD,
        pulled: Arc::clone(&pulled),
    };
    let request = delivery("msg_upload", BODY).request_with(body).unwrap();
    let Ok(response) = service.oneshot(request).await;
    assert_eq!(response.status(), 413);
    assert!(pulled.load(Ordering::SeqCst) <= 1024 * 1024 + 65_536);
    assert_eq!(runs.load(Ordering::SeqCst), 0);
    assert_eq!(store.calls(), webhook_test::Calls::default());
}

#[tokio::test]
async fn an_unsigned_upload_over_a_socket_is_401_before_its_first_byte() {
    let door = Door::open(standard()).await;
    let unsigned = delivery("msg_upload", BODY).without("webhook-signature");
    let mut client = door.connect().await;
    client
        .send(&unsigned.head(&format!("content-length: {UPLOAD}\r\n")))
        .await;
    // Not a byte of the body was sent, and the answer is here.
    let reply = client.reply().await.expect("an answer");
    reply.assert_refusal("A01: 256 MiB", 401);
    assert_eq!(reply.header("connection"), Some("close"));
    // The connection takes none of it: long before 256 MiB it is closed.
    let chunk = vec![0; 1 << 20];
    let sending = async {
        for _ in 0..256 {
            client.send(&chunk).await;
        }
    };
    tokio::time::timeout(webhook_test::PATIENCE, sending)
        .await
        .expect("closed, not stuck");
    assert!(client.is_closed().await);
    // A client that waits for `100 Continue` is told the same at once.
    let mut client = door.connect().await;
    let framing = format!("content-length: {UPLOAD}\r\nexpect: 100-continue\r\n");
    client.send(&unsigned.head(&framing)).await;
    client
        .reply()
        .await
        .expect("an answer")
        .assert_refusal("A01: Expect", 401);
    assert_eq!(door.trace(), (0, webhook_test::Calls::default()));
}

#[tokio::test]
async fn a_chunked_body_is_the_same_body() {
    let door = Door::open(standard()).await;
    for size in [1, 2, 7, 4096] {
        let sent = delivery(&format!("msg_chunks_of_{size}"), BODY);
        let reply = door.try_send(&sent.chunked(size)).await.unwrap();
        assert_eq!(reply.status, 200);
        let ran = door.ran().pop().unwrap();
        assert_eq!(ran.raw(), BODY, "chunks of {size}");
        door.knows("the same without chunks", &sent).await;
    }
}

#[tokio::test]
async fn a_body_that_was_written_anew_on_its_way_is_refused() {
    let door = Door::open(Endpoint::stripe(PLAIN).clock(NOW)).await;
    let body = r#"{"id":"evt_1","name":"\u00e4","url":"a/b","n":1.0,"lines":"a\r\nb"}"#;
    let good = signed(providers::STRIPE, body);
    for (name, rewritten) in [
        (
            "D07: another order of keys",
            r#"{"name":"\u00e4","id":"evt_1","url":"a/b","n":1.0,"lines":"a\r\nb"}"#.to_owned(),
        ),
        ("D07: spaces", body.replace(':', ": ")),
        ("D07: an escape decoded", body.replace("\\u00e4", "ä")),
        ("D07: an escape in upper case", body.replace("00e4", "00E4")),
        ("D07: a slash escaped", body.replace("a/b", "a\\/b")),
        ("D07: 1.0 became 1", body.replace("1.0", "1")),
        ("D08: a newline at the end", format!("{body}\n")),
        ("D08: CR LF at the end", format!("{body}\r\n")),
        ("D08: a space at the end", format!("{body} ")),
        ("D08: a byte less", body[..body.len() - 1].to_owned()),
    ] {
        assert_ne!(rewritten, body, "{name}");
        let row = Row::new(name, Kind::BadSignature, good.clone().body(rewritten));
        door.refuses(&row, 401).await;
    }
    for (name, from, to) in [
        ("D08: LF became CR LF", "a=1\nb=2\n", "a=1\r\nb=2\r\n"),
        ("D08: CR LF became LF", "a=1\r\nb=2\r\n", "a=1\nb=2\n"),
    ] {
        let sent = signed(providers::STRIPE, from).body(to);
        door.refuses(&Row::new(name, Kind::BadSignature, sent), 401)
            .await;
    }
    door.accepts("as it was signed", &good).await;
}

/// `{"type":"a"}`, compressed by gzip.
const GZIP: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xab, 0x56, 0x2a, 0xa9, 0x2c, 0x48,
    0x55, 0xb2, 0x52, 0x4a, 0x54, 0xaa, 0x05, 0x00,
];

#[tokio::test]
async fn an_encoded_body_is_415_whatever_was_signed() {
    let door = Door::open(standard()).await;
    let over_compressed = delivery("msg_d09", GZIP);
    let over_plain = delivery("msg_d09", r#"{"type":"a"}"#).body(GZIP);
    for (name, sent) in [
        (
            "D09: signed over the compressed",
            over_compressed.clone().add("content-encoding", "gzip"),
        ),
        (
            "D09: signed over the plain",
            over_plain.add("content-encoding", "gzip"),
        ),
        (
            "D10: `gzip, gzip`",
            over_compressed
                .clone()
                .add("content-encoding", "gzip, gzip"),
        ),
        (
            "D10: gzip twice",
            over_compressed
                .clone()
                .add("content-encoding", "gzip")
                .add("content-encoding", "gzip"),
        ),
        (
            "D10: identity twice",
            over_compressed
                .clone()
                .add("content-encoding", "identity")
                .add("content-encoding", "identity"),
        ),
        (
            "D10: `identity;q=1`",
            over_compressed
                .clone()
                .add("content-encoding", "identity;q=1"),
        ),
        (
            "D10: br",
            over_compressed.clone().add("content-encoding", "br"),
        ),
        (
            "D10: empty",
            over_compressed.clone().add("content-encoding", ""),
        ),
        (
            "D10: not ASCII",
            over_compressed.add("content-encoding", b"gz\xffip"),
        ),
    ] {
        door.refuses(&Row::new(name, Kind::Encoding, sent), 415)
            .await;
    }
    // Without a signature it is 401 first: nobody unauthenticated learns what we take.
    let row = Row::new(
        "D09: encoded and unsigned",
        Kind::MissingHeader,
        delivery("msg_d09", GZIP)
            .without("webhook-signature")
            .add("content-encoding", "gzip"),
    );
    door.refuses(&row, 401).await;
    let identity = delivery("msg_identity", BODY).add("content-encoding", "Identity");
    door.accepts("D09: identity", &identity).await;
}

#[tokio::test]
async fn a_layer_outside_that_changes_the_body_makes_every_signature_wrong() {
    // D11, as a decompressing layer would.
    let store = CountingStore::new();
    let handler = |_: Delivery| async { StatusCode::OK };
    let rewriting = axum::middleware::map_request(|request: Request<Body>| async {
        let (parts, _) = request.into_parts();
        Request::from_parts(parts, Body::from(r#"{"type":"a"}"#))
    });
    let door = Door::inside(standard(), store, handler, |router| router.layer(rewriting)).await;
    let sent = delivery("msg_d11", GZIP);
    door.refuses(
        &Row::new("D11: a body rewritten outside", Kind::BadSignature, sent),
        401,
    )
    .await;
}

#[tokio::test]
async fn every_slice_of_a_buffer_in_pieces_is_hashed_and_handed_on() {
    // D12.
    let store = CountingStore::new();
    let layer = WebhookLayer::new(standard().store(store.clone()).build().unwrap());
    let service = layer.layer(service_fn(|request: Request<RequestBody>| async {
        let body = request.into_body().collect().await?.to_bytes();
        Ok::<_, Infallible>(Response::new(Full::new(body)))
    }));
    let frames = |body: &'static str| {
        let frame = move |from: usize, middle: usize, to: usize| {
            let (a, b) = (&body.as_bytes()[from..middle], &body.as_bytes()[middle..to]);
            Ok::<_, Infallible>(Frame::data(Bytes::from(a).chain(Bytes::from(b))))
        };
        let frames = [frame(0, 3, 8), frame(8, 8, 9), frame(9, 20, body.len())];
        StreamBody::new(futures_util::stream::iter(frames))
    };
    let request = delivery("msg_d12", BODY)
        .request_with(frames(BODY))
        .unwrap();
    let Ok(response) = service.clone().oneshot(request).await;
    assert_eq!(response.status(), 200, "D12");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, BODY, "D12: the inner service sees all slices");

    // Were only the first slices hashed, this would pass.
    let request = delivery("msg_d12b", BODY)
        .request_with(frames(r#"{"type":"invoice.past"}"#))
        .unwrap();
    let Ok(response) = service.oneshot(request).await;
    assert_eq!(response.status(), 401, "D12: a later slice was changed");
}

#[tokio::test]
async fn a_slow_body_is_408_at_the_deadline_and_holds_nothing() {
    // D13.
    let timeout = Duration::from_millis(400);
    let door = Door::open(standard().body_timeout(timeout)).await;
    let sent = delivery("msg_d13", BODY);
    let framing = format!("content-length: {}\r\n", BODY.len());
    let n = BODY.len();
    for (row, at_once, then) in [
        ("D13: nothing behind the headers", 0, 0),
        ("D13: it stops at n-1 bytes", n - 1, 0),
        ("D13: a byte now and then", 1, n - 2),
    ] {
        let before = door.trace();
        let start = Instant::now();
        let mut client = door.connect().await;
        client.send(&sent.head(&framing)).await;
        client.send(&BODY.as_bytes()[..at_once]).await;
        // Bytes that keep coming do not move the deadline.
        for byte in &BODY.as_bytes()[at_once..at_once + then] {
            tokio::time::sleep(Duration::from_millis(100)).await;
            client.send(&[*byte]).await;
            if start.elapsed() > timeout * 2 {
                break;
            }
        }
        let reply = client.reply().await.expect("an answer");
        reply.assert_refusal(row, 408);
        assert_eq!(reply.header("connection"), Some("close"), "{row}");
        assert!(start.elapsed() >= timeout, "{row}: too early");
        assert_eq!(door.trace(), before, "{row}");
    }
    assert_eq!(door.endpoint().counts().rejected(Kind::BodyTimeout), 3);
    door.accepts("D13: the same, at once", &sent).await;
}

#[tokio::test(start_paused = true)]
async fn one_byte_a_second_is_408_after_ten_seconds() {
    // D13, with the default deadline, on tokio's clock.
    struct Dripping(tokio::time::Interval);
    impl HttpBody for Dripping {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0
                .poll_tick(cx)
                .map(|_| Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }
    let store = CountingStore::new();
    let layer = WebhookLayer::new(standard().store(store.clone()).build().unwrap());
    let service = layer.layer(service_fn(|_: Request<RequestBody>| async {
        Ok::<_, Infallible>(Response::new(Body::empty()))
    }));
    let drip = Dripping(tokio::time::interval(Duration::from_secs(1)));
    let start = tokio::time::Instant::now();
    let request = delivery("msg_drip", BODY).request_with(drip).unwrap();
    let Ok(response) = service.oneshot(request).await;
    assert_eq!(response.status(), 408);
    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!(store.calls(), webhook_test::Calls::default());
}

#[tokio::test]
async fn a_body_that_ends_early_or_errors_is_answered_and_never_spun_on() {
    // D13, and body errors.
    let door = Door::open(standard()).await;
    let sent = delivery("msg_error", BODY);
    let errors = || door.endpoint().counts().rejected(Kind::BodyError);

    let failing = StreamBody::new(futures_util::stream::iter([
        Ok(Frame::data(Bytes::from_static(b"{"))),
        Err(std::io::Error::other("the peer is gone")),
    ]));
    let request = sent.request_with(Body::new(failing)).unwrap();
    let reply = door.oneshot(request).await;
    reply.assert_refusal("a body that errors", 400);
    assert_eq!(errors(), 1);

    // Over a limit outside of ours that errors instead of answering.
    let limited = http_body_util::Limited::new(Body::from(BODY), 5);
    let request = sent.request_with(Body::new(limited)).unwrap();
    door.oneshot(request)
        .await
        .assert_refusal("a length limit outside", 400);

    // A chunk whose length is no number.
    let mut wire = sent.head("transfer-encoding: chunked\r\n");
    wire.extend_from_slice(b"5\r\n{\"typ\r\nzz\r\n");
    if let Some(reply) = door.try_send(&wire).await {
        reply.assert_refusal("a broken chunk", 400);
    }
    eventually("the broken chunk is counted", || errors() == 3).await;

    // The client half-closes in the middle: it said itself that no more will come.
    for (n, framing) in [
        format!("content-length: {}\r\n", BODY.len()),
        "transfer-encoding: chunked\r\n".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let mut client = door.connect().await;
        client.send(&sent.head(&framing)).await;
        client.send(b"5\r\n{\"typ\r\n").await;
        client.half_close().await;
        if let Some(reply) = client.reply().await {
            reply.assert_refusal("a half-closed body", 400);
        }
        eventually("the half-closed body is counted", || {
            errors() == 4 + n as u64
        })
        .await;
    }
    assert_eq!(door.trace(), (0, webhook_test::Calls::default()));
    door.accepts("the server is well", &sent).await;
}

#[tokio::test]
async fn a_method_the_provider_does_not_use_is_405_and_names_the_one_it_does() {
    // E01.
    let door = Door::open(standard()).await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
        let sent = delivery("msg_e01", BODY).method(method);
        let row = Row::new(format!("E01: {method}"), Kind::MethodNotAllowed, sent);
        door.refuses(&row, 405).await;
        let reply = door.send(&row.sent).await;
        assert_eq!(reply.header("allow"), Some("POST"));
    }
    let door = Door::open(Endpoint::ifthenpay(PLAIN)).await;
    let sent = signed(providers::IFTHENPAY, "").method("POST");
    let row = Row::new("E01: POST where GET is used", Kind::MethodNotAllowed, sent);
    door.refuses(&row, 405).await;
    let reply = door.send(&row.sent).await;
    assert_eq!(reply.header("allow"), Some("GET"));
}

#[tokio::test]
async fn trailers_sign_nothing() {
    // E04.
    let door = Door::open(standard()).await;
    let sent = delivery("msg_e04", BODY);
    let signature = sent.text("webhook-signature");
    let trailing = |sent: &Sent| {
        let mut wire = sent.head("transfer-encoding: chunked\r\ntrailer: webhook-signature\r\n");
        wire.extend_from_slice(format!("{:x}\r\n{BODY}\r\n0\r\n", BODY.len()).as_bytes());
        wire.extend_from_slice(format!("webhook-signature: {signature}\r\n\r\n").as_bytes());
        wire
    };
    let reply = door
        .try_send(&trailing(&sent.clone().without("webhook-signature")))
        .await;
    reply
        .expect("an answer")
        .assert_refusal("E04: the signature in a trailer", 401);
    assert_eq!(door.runs(), 0);
    // Trailers beside a good head change nothing.
    let reply = door.try_send(&trailing(&sent)).await.expect("an answer");
    assert_eq!(reply.status, 200);
    assert_eq!(door.ran().pop().unwrap().raw(), BODY);
}

#[tokio::test]
async fn chunks_and_a_content_length_together_never_make_two_requests() {
    // E03: hyper reads the chunks; whatever it does, nothing is smuggled.
    let door = Door::open(standard()).await;
    let sent = delivery("msg_e03", BODY);
    let mut wire = sent.head("content-length: 5\r\ntransfer-encoding: chunked\r\n");
    wire.extend_from_slice(format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len()).as_bytes());
    let status = door.try_send(&wire).await.map(|reply| reply.status);
    assert!(matches!(status, None | Some(200 | 400)), "{status:?}");
    assert_eq!(door.runs(), usize::from(status == Some(200)));
    if let Some(ran) = door.ran().pop() {
        assert_eq!(ran.raw(), BODY);
    }
}
