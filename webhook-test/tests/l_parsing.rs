//! Catalogue L: parsing, and what the handler says.
//!
//! Not tested here: `remember_response` of L10 (it does not exist: a duplicate is answered with an
//! empty 200, which is a row of H02, or by `answer_duplicates`), and form payloads of L08 (a
//! handler reads them with axum's `Form`).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::Form;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Router, http::StatusCode};
use webhook_axum::{VerifiedEvent, WebhookLayer};
use webhook_core::{Answer, Delivery, Disposition, Endpoint, RejectionKind as Kind, providers};
use webhook_test::{
    Client, CountingStore, Door, Logs, NOW, PLAIN, Reply, Row, Sent, Server, delivery, signed,
    standard,
};

fn stripe(body: impl Into<bytes::Bytes>) -> Sent {
    signed(providers::STRIPE, body)
}

async fn stripe_door() -> Door {
    Door::open(Endpoint::stripe(PLAIN).clock(NOW)).await
}

#[derive(serde::Deserialize)]
struct Payment {
    #[allow(dead_code, reason = "its shape is what counts")]
    amount: u64,
    #[serde(default)]
    #[allow(dead_code, reason = "its shape is what counts")]
    customer: Option<Customer>,
}

#[derive(serde::Deserialize)]
struct Customer {
    #[allow(dead_code, reason = "its shape is what counts")]
    name: String,
}

struct Typed {
    server: Server,
    store: CountingStore,
    runs: Arc<AtomicUsize>,
}

impl Typed {
    async fn open<T: serde::de::DeserializeOwned + Send + 'static>() -> Self {
        let (store, runs) = (CountingStore::new(), Arc::new(AtomicUsize::new(0)));
        let endpoint = Endpoint::stripe(PLAIN).clock(NOW).store(store.clone());
        let count = Arc::clone(&runs);
        let handler = move |_: VerifiedEvent<T>| {
            count.fetch_add(1, Ordering::SeqCst);
            async { StatusCode::OK }
        };
        let router = Router::new()
            .route("/", post(handler))
            .layer(WebhookLayer::new(endpoint.build().expect("usable")));
        Self {
            server: Server::start(router).await,
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
async fn a_payload_that_is_not_what_the_handler_takes_is_422_and_released() {
    // L01, L04, L07: the log says where, never what.
    let logs = Logs::of_process();
    let door = Typed::open::<Payment>().await;
    let rows = [
        (
            "L01: deep inside",
            r#"{"id":"e3","amount":1,"customer":{"name":4242424242}}"#.to_owned(),
        ),
        ("L01: no JSON", "hunter2".to_owned()),
        ("L01: a number", "4242424242".to_owned()),
        (
            "L01: another shape",
            r#"{"id":"e1","amount":"hunter2"}"#.to_owned(),
        ),
        ("L01: a field is missing", r#"{"id":"e2"}"#.to_owned()),
        ("L04: 1e400", r#"{"id":"e4","amount":1e400}"#.to_owned()),
        ("L04: negative", r#"{"id":"e5","amount":-1}"#.to_owned()),
        (
            "L04: 30 digits",
            r#"{"id":"e6","amount":123456789012345678901234567890}"#.to_owned(),
        ),
        (
            "L04: a lone surrogate",
            r#"{"id":"e7","amount":1,"customer":{"name":"\ud800"}}"#.to_owned(),
        ),
        (
            "L07: bytes behind the document",
            r#"{"id":"e8","amount":1}x"#.to_owned(),
        ),
        (
            "L07: two documents",
            r#"{"id":"e9","amount":1}{"id":"e9"}"#.to_owned(),
        ),
        (
            "L07: a comment",
            r#"{"id":"e10","amount":1} // hunter2"#.to_owned(),
        ),
        (
            "L07: half a document",
            r#"{"id":"e11","amount":1"#.to_owned(),
        ),
    ];
    for (row, body) in rows {
        let before = door.store.calls();
        let sent = stripe(body);
        door.send(&sent).await.assert_refusal(row, 422);
        let after = door.store.calls();
        assert_eq!(after.releases, before.releases + 1, "{row}: not released");
        assert_eq!(after.commits, 0, "{row}");
        // The retry is taken up again, and not a duplicate.
        door.send(&sent).await.assert_refusal(row, 422);
    }
    assert_eq!(door.runs.load(Ordering::SeqCst), 0);
    // Lines of this kind are limited over the whole process, so another test may have had the one
    // of this second.
    let deep = stripe(r#"{"id":"e3","amount":1,"customer":{"name":4242424242}}"#.to_owned());
    let start = std::time::Instant::now();
    while !logs.text().contains("customer.name") {
        let waited = start.elapsed();
        assert!(
            waited < std::time::Duration::from_secs(60),
            "L01: the path is not said"
        );
        door.send(&deep).await.assert_refusal("L01: again", 422);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let said = logs.text();
    for value in ["hunter2", "4242424242"] {
        assert!(!said.contains(value), "L01: the log quotes the payload");
    }
    let reply = door.send(&stripe(r#"{"id":"ok","amount":1}"#)).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_payload_of_any_depth_overflows_no_stack() {
    // L04: 422 where the depth is read, 200 where it is skipped.
    let (reading, skipping) = (
        Typed::open::<serde_json::Value>().await,
        Typed::open::<Payment>().await,
    );
    for depth in [200, 100_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let deep = format!(r#"{{"id":"evt_{depth}","amount":1,"x":{open}{close}}}"#);
        let sent = stripe(deep);
        let reply = reading.send(&sent).await;
        reply.assert_refusal(&format!("L04: depth {depth}"), 422);
        assert_eq!(skipping.send(&sent).await.status, 200, "L04: {depth}");
        // Not even an object: known by its content.
        let reply = reading.send(&stripe(format!("{open}{close}"))).await;
        reply.assert_refusal(&format!("L04: depth {depth}, bare"), 422);
        // In the place of the id.
        let in_id = format!(r#"{{"id":{open}{close}}}"#);
        let reply = reading.send(&stripe(in_id)).await;
        reply.assert_refusal(&format!("L04: depth {depth}, as id"), 422);
    }
}

#[tokio::test]
async fn an_envelope_that_could_be_read_in_two_ways_is_422_before_any_claim() {
    // L02, L04.
    let door = stripe_door().await;
    for (name, body) in [
        ("L02: two ids", r#"{"id":"evt_1","id":"evt_2"}"#),
        (
            "L02: two ids, one escaped",
            r#"{"id":"evt_1","\u0069d":"evt_2"}"#,
        ),
        ("L02: two types", r#"{"id":"evt_1","type":"a","type":"b"}"#),
        (
            "L02: two modes",
            r#"{"id":"e","livemode":true,"livemode":false}"#,
        ),
        ("L04: NUL in the id", r#"{"id":"evt\u00001"}"#),
        ("L04: a newline in the id", r#"{"id":"evt\n1"}"#),
        ("L04: an escape sequence in the id", r#"{"id":"\u001b[2J"}"#),
        (
            "L04: 30 digits in the id",
            r#"{"id":123456789012345678901234567890}"#,
        ),
        ("L04: a fraction as id", r#"{"id":1.5}"#),
        ("L04: an exponent as id", r#"{"id":1e3}"#),
        ("L04: a boolean as id", r#"{"id":true}"#),
    ] {
        let row = Row::new(name, Kind::Unprocessable, stripe(body));
        door.refuses(&row, 422).await;
    }
    let long = format!(r#"{{"id":"{}"}}"#, "e".repeat(257));
    let row = Row::new("A18: an id of 257 bytes", Kind::Unprocessable, stripe(long));
    door.refuses(&row, 422).await;
}

#[tokio::test]
async fn an_id_is_exactly_what_was_sent() {
    // L04.
    let door = stripe_door().await;
    for (body, id) in [
        (r#"{"id":18446744073709551615}"#, "18446744073709551615"),
        (r#"{"id":-9223372036854775808}"#, "-9223372036854775808"),
        (r#"{"id":"\u0065vt_\u00e9"}"#, "evt_é"),
        (r#"{"id":"\ud83d\ude00"}"#, "😀"),
        (r#"{"id":"9007199254740993"}"#, "9007199254740993"),
        (r#"{"id":9007199254740992}"#, "9007199254740992"),
    ] {
        let ran = door.accepts(&format!("L04: {body}"), &stripe(body)).await;
        assert_eq!(ran.id(), Some(id), "L04: {body}");
    }
    // Neighbours that a double could not tell apart are two events.
    let neighbour = stripe(r#"{"id":9007199254740993,"n":1}"#);
    door.knows("L04: a number and its text are one id", &neighbour)
        .await;
}

#[tokio::test]
async fn an_unknown_type_and_unknown_fields_reach_the_handler() {
    // L03.
    #[derive(serde::Deserialize)]
    #[serde(tag = "type")]
    enum Event {
        #[serde(rename = "known")]
        Known,
        #[serde(other)]
        Other,
    }
    let door = Typed::open::<Event>().await;
    for body in [
        r#"{"id":"a","type":"known"}"#,
        r#"{"id":"b","type":"of tomorrow","field":{"of":"tomorrow"}}"#,
        r#"{"id":"c","type":"known","more":[1,2]}"#,
    ] {
        assert_eq!(door.send(&stripe(body)).await.status, 200, "L03: {body}");
    }
    assert_eq!(door.runs.load(Ordering::SeqCst), 3);
    let _ = Event::Known;
}

#[tokio::test]
async fn where_header_and_body_both_have_an_id_the_signed_header_rules() {
    // L05: both are signed; Standard Webhooks says which one is the event's.
    let door = Door::open(standard()).await;
    let body = r#"{"id":"of_the_body","type":"a"}"#;
    let ran = door.accepts("L05", &delivery("of_the_header", body)).await;
    assert_eq!(ran.id(), Some("of_the_header"));
    assert!(ran.proof().covers_id());
    door.knows("L05: the header again", &delivery("of_the_header", body))
        .await;
    door.accepts("L05: another header", &delivery("another", body))
        .await;
}

#[tokio::test]
async fn a_2xx_is_done_and_everything_else_is_not_unless_the_handler_says_so() {
    // L06, L09.
    type Handler = fn() -> Response;
    let rows: &[(&str, Handler, u16, bool)] = &[
        ("L06: 200", || StatusCode::OK.into_response(), 200, true),
        (
            "L06: 201",
            || StatusCode::CREATED.into_response(),
            201,
            true,
        ),
        (
            "L06: 202",
            || StatusCode::ACCEPTED.into_response(),
            202,
            true,
        ),
        (
            "L06: 204",
            || StatusCode::NO_CONTENT.into_response(),
            204,
            true,
        ),
        ("L06: 302", || Redirect::to("/").into_response(), 303, false),
        (
            "L06: 304",
            || StatusCode::NOT_MODIFIED.into_response(),
            304,
            false,
        ),
        (
            "L06: 400",
            || StatusCode::BAD_REQUEST.into_response(),
            400,
            false,
        ),
        (
            "L06: 404",
            || StatusCode::NOT_FOUND.into_response(),
            404,
            false,
        ),
        (
            "L06: 409",
            || StatusCode::CONFLICT.into_response(),
            409,
            false,
        ),
        ("L06: 410", || StatusCode::GONE.into_response(), 410, false),
        (
            "L06: 429",
            || StatusCode::TOO_MANY_REQUESTS.into_response(),
            429,
            false,
        ),
        (
            "L06: 500",
            || StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            500,
            false,
        ),
        (
            "L06: 503",
            || StatusCode::SERVICE_UNAVAILABLE.into_response(),
            503,
            false,
        ),
        (
            "L06: 200, and Release",
            || (Extension(Disposition::Release), "not yet").into_response(),
            200,
            false,
        ),
        (
            "L06: 500, and Commit",
            || {
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    Extension(Disposition::Commit),
                )
                    .into_response()
            },
            500,
            true,
        ),
    ];
    for (n, (row, handler, status, done)) in rows.iter().enumerate() {
        let handler = *handler;
        let door = Door::with(standard(), move |_: Delivery| async move { handler() }).await;
        let sent = delivery(&format!("msg_l06_{n}"), r#"{"type":"a"}"#);
        let reply = door.send(&sent).await;
        assert_eq!(reply.status, *status, "{row}: passed through");
        let calls = door.store.calls();
        assert_eq!(
            (calls.commits, calls.releases),
            (usize::from(*done), usize::from(!*done)),
            "{row}"
        );
        if *done {
            door.knows(row, &sent).await;
        } else {
            assert_eq!(
                door.send(&sent).await.status,
                *status,
                "{row}: it runs again"
            );
            assert_eq!(door.ran().pop().unwrap().attempt(), 2, "{row}");
        }
    }
}

#[tokio::test]
async fn the_answer_of_the_handler_passes_unchanged() {
    // L09: and of ours nothing is added to it.
    let handler = |_: Delivery| async { (StatusCode::CREATED, [("x-own", "1")], "own words") };
    let door = Door::with(standard(), handler).await;
    let reply = door.send(&delivery("msg_l09", "{}")).await;
    assert_eq!((reply.status, &reply.body[..]), (201, &b"own words"[..]));
    assert_eq!(reply.header("x-own"), Some("1"));
    for ours in ["cache-control", "retry-after", "www-authenticate"] {
        assert_eq!(reply.header(ours), None, "L09");
    }
    // L10: a sender that wants words for a duplicate gets those one chose, of the delivery at hand.
    let builder = standard().answer_duplicates(|delivery| {
        let known = delivery.id().unwrap_or_default();
        Answer::json(format!(r#"{{"known":"{known}"}}"#))
    });
    let door = Door::open(builder).await;
    let sent = delivery("msg_l10", "{}");
    assert!(door.send(&sent).await.body.is_empty());
    let reply = door.send(&sent).await;
    assert_eq!(reply.body, r#"{"known":"msg_l10"}"#, "L10");
    assert_eq!(door.runs(), 1);
}

#[tokio::test]
async fn verification_does_not_ask_for_a_content_type() {
    // L08.
    let door = stripe_door().await;
    for (n, content_type) in [
        None,
        Some("text/plain"),
        Some("application/json; charset=utf-16"),
        Some("application/x-www-form-urlencoded"),
        Some("application/xml"),
        Some("\"nonsense"),
    ]
    .into_iter()
    .enumerate()
    {
        let sent = stripe(format!(r#"{{"id":"evt_l08_{n}"}}"#));
        let sent = match content_type {
            Some(content_type) => sent.set("content-type", content_type),
            None => sent.without("content-type"),
        };
        let row = format!("L08: {content_type:?}");
        door.accepts(&row, &sent).await;
        door.refuses(&Row::new(row, Kind::BadSignature, sent.body("{}")), 401)
            .await;
    }
    // A form that Slack signs is genuine, is a question, and is read by axum's own extractor.
    #[derive(serde::Deserialize)]
    struct Command {
        command: String,
    }
    let store = CountingStore::new();
    let endpoint = Endpoint::slack(PLAIN).clock(NOW).store(store.clone());
    let router = Router::new()
        .route(
            "/",
            post(|Form(form): Form<Command>| async { form.command }),
        )
        .layer(WebhookLayer::new(endpoint.build().unwrap()));
    let server = Server::start(router).await;
    let sent = signed(providers::SLACK, "command=%2Fdeploy&text=a+b")
        .add("content-type", "application/x-www-form-urlencoded");
    let mut client = Client::connect(server.address).await;
    client.send(&sent.wire()).await;
    assert_eq!(client.reply().await.unwrap().body, "/deploy", "L08");
    // The sender waits for what the handler says, so that a copy runs too.
    client.send(&sent.wire()).await;
    assert_eq!(client.reply().await.unwrap().body, "/deploy", "L08");
}

#[tokio::test]
async fn a_challenge_is_answered_only_when_it_is_signed_and_says_nothing_else() {
    // E02.
    let door = Door::open(Endpoint::slack(PLAIN).clock(NOW)).await;
    let challenge = |echo: &str| {
        let body = format!(r#"{{"type":"url_verification","challenge":"{echo}"}}"#);
        signed(providers::SLACK, body)
    };
    let reply = door.send(&challenge("3eZbrw1aB")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body, r#"{"challenge":"3eZbrw1aB"}"#, "E02");
    assert_eq!(door.trace(), (0, webhook_test::Calls::default()));
    let forged = challenge("x").set("x-slack-signature", format!("v0={}", "00".repeat(32)));
    door.refuses(&Row::new("E02: unsigned", Kind::BadSignature, forged), 401)
        .await;
    let long = "x".repeat(1025);
    for echo in ["", "a b", "\\u003c\\n", "ä", &long] {
        let row = Row::new("E02: a bad echo", Kind::Unprocessable, challenge(echo));
        door.refuses(&row, 422).await;
    }
    let reply = door.send(&challenge("<script>")).await;
    assert_eq!(
        reply.header("content-type"),
        Some("application/json"),
        "E02"
    );
}
