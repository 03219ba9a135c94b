//! Dead events and remembered answers, over sockets and through both frameworks.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use webhook_core::{DeadLetters, Delivery, EndpointBuilder, RejectionKind};
use webhook_test::{Door, delivery, standard};

const BODY: &str = r#"{"type":"a"}"#;
const WARNING: &str = r#"{"warning":"dead_letter"}"#;

fn burying() -> EndpointBuilder {
    standard().dead_letters(DeadLetters::after(3))
}

#[tokio::test]
async fn an_event_that_fails_three_times_is_acknowledged_and_does_not_run_again() {
    // H19.
    let door = Door::with(burying(), |_| async { StatusCode::BAD_GATEWAY }).await;
    let sent = delivery("msg_dead", BODY);
    for _ in 0..2 {
        assert_eq!(
            door.send(&sent).await.status,
            502,
            "H19: the handler's answer"
        );
    }
    for copy in 3..6 {
        let reply = door.send(&sent).await;
        assert_eq!(
            (reply.status, &reply.body[..]),
            (200, WARNING.as_bytes()),
            "H19: {copy}"
        );
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(door.runs(), 3, "H19: {copy}");
    }
    let dead = door
        .endpoint()
        .dead_letters_after(None, 10)
        .await
        .expect("a list");
    assert_eq!(dead.len(), 1);
    assert!(
        door.endpoint()
            .revive(&dead[0].key)
            .await
            .expect("an answer")
    );
    assert_eq!(door.send(&sent).await.status, 502);
    assert_eq!(door.runs(), 4, "H19: revived");
}

#[tokio::test]
async fn a_handler_that_panics_every_time_is_acknowledged_too() {
    let handler = |_: Delivery| async { panic!("the handler panics as told") };
    let door = Door::with::<_, _, StatusCode>(burying(), handler).await;
    let sent = delivery("msg_panic", BODY);
    for _ in 0..2 {
        door.send(&sent).await.assert_refusal("H19: a panic", 500);
    }
    assert_eq!(door.send(&sent).await.body, WARNING);
}

#[tokio::test]
async fn a_copy_gets_the_answer_of_the_first_run() {
    let door = Door::with(standard().remember_answers(), |delivery| async move {
        let id = delivery.id().unwrap_or_default().to_owned();
        (
            StatusCode::CREATED,
            [(CONTENT_TYPE, "text/xml")],
            format!("<Said>{id}</Said>"),
        )
    })
    .await;
    let sent = delivery("msg_question", BODY);
    let first = door.send(&sent).await;
    for reply in [first, door.send(&sent).await, door.send(&sent).await] {
        assert_eq!(reply.status, 201);
        assert_eq!(reply.header("content-type"), Some("text/xml"));
        assert_eq!(reply.body, "<Said>msg_question</Said>");
    }
    assert_eq!(door.runs(), 1);
}

/// A body in chunks of a kibibyte, without an announced length.
fn streamed(kibibytes: usize) -> Body {
    let letters = (b'a'..=b'z').cycle().take(kibibytes);
    let chunk = |letter| Ok::<_, Infallible>(Bytes::from(vec![letter; 1024]));
    Body::from_stream(stream::iter(letters.map(chunk)))
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_sent_whole_and_not_remembered() {
    let handler = |_: Delivery| async { streamed(200).into_response() };
    let door = Door::with(standard().remember_answers(), handler).await;
    let sent = delivery("msg_long", BODY);
    // Over HTTP/1.1 it would be chunked, which the raw client does not read.
    let reply = door.oneshot(sent.request().expect("a request")).await;
    assert_eq!((reply.status, reply.body.len()), (200, 200 * 1024));
    let whole = axum::body::to_bytes(streamed(200), usize::MAX)
        .await
        .expect("a body");
    assert_eq!(reply.body, whole);
    door.knows("an answer that is too long", &sent).await;
}

#[tokio::test]
async fn an_answer_whose_body_fails_is_500_and_the_event_is_released() {
    let runs = Arc::new(AtomicUsize::new(0));
    let handler = {
        let runs = Arc::clone(&runs);
        move |_: Delivery| {
            let fails = runs.fetch_add(1, Ordering::SeqCst) == 0;
            let end = match fails {
                true => Err(std::io::Error::other("cut off")),
                false => Ok(Bytes::from_static(b"end")),
            };
            async move {
                let chunks = [Ok(Bytes::from_static(b"begin ")), end];
                Body::from_stream(stream::iter(chunks)).into_response()
            }
        }
    };
    let door = Door::with(standard().remember_answers(), handler).await;
    let sent = delivery("msg_cut", BODY);
    door.send(&sent)
        .await
        .assert_refusal("a body that fails", 500);
    assert_eq!(
        door.endpoint()
            .counts()
            .rejected(RejectionKind::HandlerFailed),
        1
    );
    for _ in 0..2 {
        assert_eq!(door.send(&sent).await.body, "begin end");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

mod in_actix {
    use super::*;
    use actix_web::{App, HttpResponse, test, web};
    use webhook_actix::{Webhook, testing::test_request};
    use webhook_core::{MemoryStore, SignedRequest, Signer, providers};
    use webhook_test::{NOW, WHSEC};

    fn signed(id: &str) -> SignedRequest {
        let signer = Signer::new(providers::STANDARD_WEBHOOKS, WHSEC).expect("a secret");
        signer.id(id).sign(NOW, BODY)
    }

    #[actix_web::test]
    async fn an_event_that_fails_every_time_is_acknowledged() {
        let endpoint = burying().store(MemoryStore::new()).build().expect("usable");
        for panics in [false, true] {
            let handler = move || async move {
                assert!(!panics, "the handler panics as told");
                HttpResponse::BadGateway().finish()
            };
            let hook = web::resource("/").wrap(Webhook::new(endpoint.clone()));
            let app = App::new().service(hook.route(web::post().to(handler)));
            let app = test::init_service(app).await;
            let signed = signed(if panics { "msg_panic" } else { "msg_dead" });
            let send = async || {
                let request = test_request(&signed, "/").to_request();
                match test::try_call_service(&app, request).await {
                    Ok(answer) => {
                        let status = answer.status().as_u16();
                        (status, test::read_body(answer).await)
                    }
                    Err(error) => {
                        let answer = error.error_response();
                        let status = answer.status().as_u16();
                        let body = actix_web::body::to_bytes(answer.into_body()).await;
                        (status, body.expect("a body"))
                    }
                }
            };
            let failure = if panics { 500 } else { 502 };
            for _ in 0..2 {
                assert_eq!(send().await.0, failure);
            }
            for _ in 0..2 {
                assert_eq!(send().await, (200, Bytes::from_static(WARNING.as_bytes())));
            }
        }
    }

    #[actix_web::test]
    async fn a_copy_gets_the_answer_of_the_first_run_unless_it_is_too_long() {
        let endpoint = standard().remember_answers().store(MemoryStore::new());
        let endpoint = endpoint.build().expect("usable");
        let handler = |delivery: webhook_actix::VerifiedDelivery| async move {
            let mut response = HttpResponse::Created();
            match delivery.id() {
                Some("msg_long") => response.streaming(stream::iter(
                    (0..200).map(|_| Ok::<_, actix_web::Error>(Bytes::from(vec![b'x'; 1024]))),
                )),
                _ => response.content_type("text/xml").body("<Said/>"),
            }
        };
        let hook = web::resource("/").wrap(Webhook::new(endpoint.clone()));
        let app = App::new().service(hook.route(web::post().to(handler)));
        let app = test::init_service(app).await;
        let send = async |id: &str| {
            let request = test_request(&signed(id), "/").to_request();
            let answer = test::call_service(&app, request).await;
            let content_type = answer.headers().get("content-type").cloned();
            let status = answer.status().as_u16();
            (status, content_type, test::read_body(answer).await)
        };
        let first = send("msg_short").await;
        assert_eq!((first.0, &first.2[..]), (201, &b"<Said/>"[..]));
        assert_eq!(send("msg_short").await, first);
        assert_eq!(send("msg_long").await.2.len(), 200 * 1024);
        assert_eq!(send("msg_long").await.2.len(), 0, "a duplicate");
        assert_eq!(endpoint.counts().done, 2);
    }
}
