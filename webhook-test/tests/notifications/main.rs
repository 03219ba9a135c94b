//! Notifications that prove nothing, over all adapters: what runs is the object that was fetched.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod doors;

use std::time::Duration;

use api::{Api, Says};
use doors::{Door, Handler, Sent, send};
use webhook_core::notification::{
    EASYPAY_SINGLE, MERCADOPAGO_IPN, MOLLIE_CLASSIC, NotificationSpec, Place, Resource,
};
use webhook_core::testing::TestClock;
use webhook_core::{Endpoint, RejectionKind};
use webhook_test::CountingStore;

const UNAUTHORIZED: &str = r#"{"error":"unauthorized"}"#;
const UNAVAILABLE: &str = r#"{"error":"unavailable"}"#;

struct Set {
    api: Api,
    clock: TestClock,
    store: CountingStore,
    endpoint: Endpoint,
    handler: Handler,
}

impl Set {
    fn of(spec: NotificationSpec) -> Self {
        let (api, clock, store) = (Api::default(), TestClock::new(), CountingStore::new());
        let endpoint = Endpoint::notifications(spec, api.clone());
        let endpoint = endpoint.clock(clock.clone()).store(store.clone());
        Self {
            api,
            clock,
            store,
            endpoint: endpoint.build().unwrap(),
            handler: Handler::new(),
        }
    }

    fn mollie() -> Self {
        Self::of(MOLLIE_CLASSIC)
    }

    async fn send(&self, door: Door, sent: &Sent) -> u16 {
        send(door, &self.endpoint, sent, &self.handler).await.0
    }

    /// The bodies that ran since the last call.
    fn ran(&self) -> Vec<String> {
        let ran = self.handler.take().into_iter();
        ran.map(|delivery| String::from_utf8(delivery.raw().to_vec()).unwrap())
            .collect()
    }
}

#[actix_web::test]
async fn what_runs_is_the_object_of_the_api_and_not_the_notification() {
    for door in Door::ALL {
        for (spec, sent, path, object, kind, id) in [
            (
                MOLLIE_CLASSIC,
                Sent::form("id=tr_7&status=paid"),
                "/v2/payments/tr_7",
                r#"{"id":"tr_7","status":"open"}"#,
                "payment",
                "tr_7",
            ),
            (
                MERCADOPAGO_IPN,
                Sent::query("topic=payment&id=123456"),
                "/v1/payments/123456",
                r#"{"id":123456,"status":"pending"}"#,
                "payment",
                "123456",
            ),
            (
                EASYPAY_SINGLE,
                Sent::json(r#"{"id":"1-a","key":"order 1","type":"capture","status":"success"}"#),
                "/single/1-a",
                r#"{"id":"1-a","payment_status":"waiting"}"#,
                "single",
                "1-a",
            ),
        ] {
            let set = Set::of(spec);
            set.api.set(path, Says::Object(object.to_owned()));
            assert_eq!(set.send(door, &sent).await, 200, "{door:?} {path}");
            assert_eq!(set.api.asked(), [path]);
            let ran = set.handler.take();
            let [delivery] = &ran[..] else {
                panic!("{door:?} {path}: {ran:?}")
            };
            assert_eq!(*delivery.raw(), object.as_bytes(), "{door:?}");
            assert_eq!(
                (delivery.id(), delivery.event_type()),
                (Some(id), Some(kind))
            );
            let proof = delivery.proof();
            assert!(proof.is_fetched() && proof.coverage().body, "{proof:?}");
            assert!(proof.covers_id() && proof.covers_type());
            assert!(delivery.is_remembered());
        }
    }
}

/// The body is the API's, so the head must not describe that of the notification.
#[actix_web::test]
async fn extractors_of_the_framework_read_the_object() {
    let object = r#"{"id":"tr_7","status":"paid"}"#;
    let expected = format!("{} application/json paid", object.len());
    let set = || {
        let set = Set::mollie();
        set.api.pay("/v2/payments/tr_7", "tr_7", "paid");
        set
    };
    {
        use axum::http::HeaderMap;
        use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
        use axum::{Json, Router, body::Body, routing::post};
        use tower::ServiceExt as _;

        let read = async |headers: HeaderMap, Json(object): Json<serde_json::Value>| {
            let text = |name| headers[name].to_str().unwrap().to_owned();
            let status = object["status"].as_str().unwrap_or_default();
            format!("{} {} {status}", text(CONTENT_LENGTH), text(CONTENT_TYPE))
        };
        let layer = webhook_axum::WebhookLayer::new(set().endpoint);
        let app: Router = Router::new().route("/hooks", post(read).layer(layer));
        let request = Sent::form("id=tr_7").http(Body::from("id=tr_7"));
        let response = app.oneshot(request).await.unwrap();
        let answer = axum::body::to_bytes(response.into_body(), 4096)
            .await
            .unwrap();
        assert_eq!(answer, expected);
    }
    {
        use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
        use actix_web::test::{TestRequest, call_and_read_body, init_service};
        use actix_web::{App, HttpRequest, web};

        let read = async |request: HttpRequest, object: web::Json<serde_json::Value>| {
            let headers = request.headers();
            let text = |name| headers.get(name).unwrap().to_str().unwrap().to_owned();
            let status = object["status"].as_str().unwrap_or_default();
            format!("{} {} {status}", text(CONTENT_LENGTH), text(CONTENT_TYPE))
        };
        let webhook = webhook_actix::Webhook::new(set().endpoint);
        let resource = web::resource("/hooks")
            .wrap(webhook)
            .route(web::post().to(read));
        let app = init_service(App::new().service(resource)).await;
        let request = TestRequest::post().uri("/hooks");
        let request = request.insert_header((CONTENT_TYPE, "application/x-www-form-urlencoded"));
        let request = request.set_payload("id=tr_7").to_request();
        assert_eq!(call_and_read_body(&app, request).await, expected);
    }
}

#[actix_web::test]
async fn a_status_is_one_event_and_the_next_status_another() {
    for door in Door::ALL {
        let set = Set::mollie();
        let sent = Sent::form("id=tr_7");
        for (status, runs) in [("open", 1), ("open", 0), ("paid", 1), ("paid", 0)] {
            set.api.pay("/v2/payments/tr_7", "tr_7", status);
            assert_eq!(set.send(door, &sent).await, 200, "{door:?} {status}");
            assert_eq!(set.ran().len(), runs, "{door:?} {status}");
        }
        let counts = set.endpoint.counts();
        assert_eq!((counts.done, counts.duplicates), (2, 2), "{door:?}");
    }
}

#[actix_web::test]
async fn only_the_named_values_of_an_object_make_another_event() {
    const SPEC: NotificationSpec = NotificationSpec::new("acme", Place::Query("id"))
        .with_resources(&[Resource::new("order", "/orders/{id}")])
        .object_id_at(&["/order/id"])
        .version_at(&["/order/status", "/order/refunded"]);
    for door in Door::ALL {
        let set = Set::of(SPEC);
        for (order, runs) in [
            (r#"{"order":{"id":1,"status":"paid"},"seen":1}"#, 1),
            (r#"{"order":{"id":1,"status":"paid"},"seen":2}"#, 0),
            (
                r#"{"order":{"id":1,"status":"paid","refunded":null},"seen":2}"#,
                1,
            ),
            (
                r#"{"order":{"id":1,"status":"paid","refunded":5},"seen":2}"#,
                1,
            ),
            (
                r#"{"order":{"id":1,"status":"paid","refunded":"5"},"seen":2}"#,
                1,
            ),
            // Without any of them, the whole object counts.
            (r#"{"order":{"id":1},"seen":2}"#, 1),
            (r#"{"order":{"id":1},"seen":3}"#, 1),
            (r#"{"order":{"id":1},"seen":3}"#, 0),
        ] {
            set.api.set("/orders/1", Says::Object(order.to_owned()));
            assert_eq!(set.send(door, &Sent::query("id=1")).await, 200);
            assert_eq!(set.ran().len(), runs, "{door:?} {order}");
        }
    }
}

#[actix_web::test]
async fn what_names_no_object_is_answered_401_with_the_same_bytes_and_never_runs() {
    let long = "a".repeat(129);
    for door in Door::ALL {
        let set = Set::of(MERCADOPAGO_IPN);
        for (what, query, asks) in [
            (
                "an id that the API does not have",
                "topic=payment&id=1",
                true,
            ),
            ("no id", "topic=payment", false),
            ("an empty id", "topic=payment&id=", false),
            ("no topic", "id=1", false),
            (
                "a topic that is not fetched",
                "topic=chargebacks&id=1",
                false,
            ),
            ("two ids", "topic=payment&id=1&id=2", false),
            (
                "a path",
                "topic=payment&id=..%2F..%2Fv1%2Fusers%2Fme",
                false,
            ),
            ("a parent", "topic=payment&id=..", false),
            ("a query", "topic=payment&id=1%3Fa", false),
            ("a line", "topic=payment&id=1%0d%0ahost:x", false),
            ("a long id", &format!("topic=payment&id={long}"), false),
        ] {
            let before = set.api.count();
            let sent = Sent::query(query);
            let answer = send(door, &set.endpoint, &sent, &set.handler).await;
            assert_eq!(
                answer,
                (401, None, UNAUTHORIZED.to_owned()),
                "{door:?} {what}"
            );
            assert_eq!(set.api.count() > before, asks, "{door:?} {what}");
        }
        assert!(set.ran().is_empty());
        assert_eq!(set.store.calls().claims, 0, "{door:?}");
        let counts = set.endpoint.counts();
        assert_eq!(
            (
                counts.verified,
                counts.rejected(RejectionKind::UnknownObject)
            ),
            (0, 2)
        );
    }
}

#[actix_web::test]
async fn a_missing_object_is_asked_for_again_after_ten_seconds_and_its_sender_retries() {
    for door in Door::ALL {
        let set = Set::mollie();
        let sent = Sent::form("id=tr_7");
        assert_eq!(set.send(door, &sent).await, 401);
        set.api.pay("/v2/payments/tr_7", "tr_7", "open");
        set.clock.advance(Duration::from_secs(9));
        // Not 401: an attacker may have named the id before the object was there.
        assert_eq!(set.send(door, &sent).await, 503);
        set.clock.advance(Duration::from_secs(1));
        assert_eq!(set.send(door, &sent).await, 200, "{door:?}");
        assert_eq!(set.api.count(), 2);
    }
}

#[actix_web::test]
async fn an_api_that_cannot_be_asked_is_answered_503_and_the_next_notification_runs() {
    for door in Door::ALL {
        for says in [
            Says::Fails,
            Says::Panics,
            Says::Object(r#"{"id":"tr_8","status":"paid"}"#.to_owned()),
            Says::Object(r#"{"status":"paid"}"#.to_owned()),
            Says::Object("<html>".to_owned()),
            Says::Object(String::new()),
        ] {
            let set = Set::mollie();
            set.api.set("/v2/payments/tr_7", says.clone());
            let sent = Sent::form("id=tr_7");
            let answer = send(door, &set.endpoint, &sent, &set.handler).await;
            let retry = Some("10".to_owned());
            assert_eq!(
                answer,
                (503, retry, UNAVAILABLE.to_owned()),
                "{door:?} {says:?}"
            );
            assert_eq!(set.store.calls().claims, 0);
            assert_eq!(
                set.endpoint.counts().rejected(RejectionKind::FetchFailed),
                1
            );
            set.api.pay("/v2/payments/tr_7", "tr_7", "paid");
            assert_eq!(set.send(door, &sent).await, 200, "{door:?} {says:?}");
            assert_eq!(set.ran(), [r#"{"id":"tr_7","status":"paid"}"#]);
        }
    }
}

#[actix_web::test]
async fn an_api_that_does_not_answer_is_given_up_and_holds_nothing() {
    tokio::time::pause();
    for door in Door::ALL {
        let set = Set::mollie();
        let path = "/v2/payments/tr_7";
        set.api.set(path, Says::Held(String::new()));
        let sent = Sent::form("id=tr_7");
        assert_eq!(set.send(door, &sent).await, 503, "{door:?}");
        assert_eq!(
            set.endpoint.counts().rejected(RejectionKind::FetchFailed),
            1
        );
        set.api.pay(path, "tr_7", "paid");
        assert_eq!(set.send(door, &sent).await, 200, "{door:?}");
        assert_eq!(set.ran().len(), 1);
    }
}

#[actix_web::test]
async fn a_flood_of_invented_ids_is_no_flood_at_the_api() {
    for door in Door::ALL {
        let set = Set::mollie();
        let mut answers = [0, 0];
        for n in 0..500 {
            match set.send(door, &Sent::form(&format!("id=tr_{n}"))).await {
                401 => answers[0] += 1,
                503 => answers[1] += 1,
                other => panic!("{door:?}: {other}"),
            }
        }
        // A tenth of a minute's fetches.
        assert_eq!((answers, set.api.count()), ([60, 440], 60), "{door:?}");
        assert_eq!(
            set.endpoint.counts().rejected(RejectionKind::Overloaded),
            440
        );

        // A genuine one is asked to come again, and does.
        set.api.pay("/v2/payments/tr_real", "tr_real", "paid");
        let genuine = Sent::form("id=tr_real");
        assert_eq!(set.send(door, &genuine).await, 503);
        set.clock.advance(Duration::from_secs(1));
        assert_eq!(set.send(door, &genuine).await, 200, "{door:?}");
        assert_eq!(set.ran().len(), 1);
    }
}

#[actix_web::test]
async fn the_limits_are_those_of_the_endpoint() {
    let api = Api::default();
    let endpoint = Endpoint::notifications(MOLLIE_CLASSIC, api.clone()).fetches(16, 20);
    let endpoint = endpoint.clock(TestClock::new()).store(CountingStore::new());
    let endpoint = endpoint.build().unwrap();
    let handler = Handler::new();
    for n in 0..10 {
        send(
            Door::Axum,
            &endpoint,
            &Sent::form(&format!("id=tr_{n}")),
            &handler,
        )
        .await;
    }
    assert_eq!(api.count(), 2, "a tenth of twenty");
}

/// Fifty notifications of one payment: one fetch, and one more for those that came while it ran.
#[actix_web::test]
async fn notifications_of_one_object_share_a_fetch_that_began_after_they_arrived() {
    for door in Door::ALL {
        let set = std::rc::Rc::new(Set::mollie());
        let path = "/v2/payments/tr_7";
        let held = |status: &str| Says::Held(format!(r#"{{"id":"tr_7","status":"{status}"}}"#));
        set.api.set(path, held("open"));
        let notify = || {
            let set = std::rc::Rc::clone(&set);
            actix_web::rt::spawn(async move { set.send(door, &Sent::form("id=tr_7")).await })
        };
        let first = notify();
        set.api.until_asked(1).await;
        // The payment changes while the API works on the first answer.
        set.api.set(path, held("paid"));
        let others: Vec<_> = (0..50).map(|_| notify()).collect();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(set.api.count(), 1, "{door:?}: they wait");
        set.api.release(2);
        assert_eq!(first.await.unwrap(), 200);
        for other in others {
            // One runs; its copies find it in flight or done.
            assert!([200, 503].contains(&other.await.unwrap()));
        }
        assert_eq!(set.api.count(), 2, "{door:?}");
        let mut ran = set.ran();
        ran.sort();
        let statuses = ["open", "paid"].map(|s| format!(r#"{{"id":"tr_7","status":"{s}"}}"#));
        assert_eq!(ran, statuses, "{door:?}: the change is not lost");
    }
}

#[actix_web::test]
async fn sixteen_fetches_run_at_a_time() {
    let set = std::rc::Rc::new(Set::mollie());
    let mut waiting = Vec::new();
    for n in 0..16 {
        let object = format!(r#"{{"id":"tr_{n}"}}"#);
        set.api
            .set(&format!("/v2/payments/tr_{n}"), Says::Held(object));
        let set = std::rc::Rc::clone(&set);
        waiting.push(actix_web::rt::spawn(async move {
            set.send(Door::Axum, &Sent::form(&format!("id=tr_{n}")))
                .await
        }));
    }
    set.api.until_asked(16).await;
    assert_eq!(set.send(Door::Axum, &Sent::form("id=tr_99")).await, 503);
    set.api.release(16);
    for one in waiting {
        assert_eq!(one.await.unwrap(), 200);
    }
    assert_eq!(
        set.send(Door::Axum, &Sent::form("id=tr_99")).await,
        401,
        "there is room"
    );
}

#[actix_web::test]
async fn a_handler_that_fails_runs_again_with_the_next_notification() {
    for door in Door::ALL {
        let mut set = Set::mollie();
        set.api.pay("/v2/payments/tr_7", "tr_7", "paid");
        set.handler = Handler::answering(500);
        let sent = Sent::form("id=tr_7");
        assert_eq!(set.send(door, &sent).await, 500);
        set.handler = Handler::new();
        assert_eq!(set.send(door, &sent).await, 200);
        let ran = set.handler.take();
        assert_eq!(ran.len(), 1, "{door:?}");
        assert_eq!(ran[0].attempt(), 2);
    }
}

#[actix_web::test]
async fn a_notification_is_small_and_has_a_method() {
    for door in Door::ALL {
        let set = Set::mollie();
        let sent = Sent::form(&format!("id=tr_7&more={}", "a".repeat(64 * 1024)));
        assert_eq!(set.send(door, &sent).await, 413, "{door:?}");
        assert_eq!(set.api.count(), 0);
    }
}

#[actix_web::test]
async fn a_shadow_fetches_and_refuses_nothing() {
    use axum::body::Body;
    use axum::http::Request;
    use axum::{Router, routing::post};
    use tower::ServiceExt as _;
    use webhook_axum::{UnverifiedRequest, WebhookLayer};

    let set = Set::mollie();
    set.api.pay("/v2/payments/tr_7", "tr_7", "paid");
    let live = async |UnverifiedRequest(shadowed): UnverifiedRequest, body: String| {
        let object = shadowed.delivery().map(|delivery| delivery.raw().clone());
        format!("{:?} {body} {object:?}", shadowed.verdict())
    };
    let layer = WebhookLayer::new(set.endpoint.clone()).shadow();
    let app: Router = Router::new().route("/", post(live).layer(layer));
    for (body, expected) in [
        (
            "id=tr_7",
            r#"Run id=tr_7 Some(b"{\"id\":\"tr_7\",\"status\":\"paid\"}")"#,
        ),
        ("id=tr_8", "Refused(UnknownObject) id=tr_8 None"),
    ] {
        let request = Request::post("/").body(Body::from(body)).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        let answer = axum::body::to_bytes(response.into_body(), 4096)
            .await
            .unwrap();
        assert_eq!(answer, expected);
    }
}
