//! The middleware through actix-web's own front door, and over sockets where that matters.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::rt::time::sleep;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, Responder, web};
use bytes::Bytes;
use tokio::sync::Semaphore;
use webhook_actix::{
    Disposition, Endpoint, EndpointBuilder, MemoryStore, RejectionKind, Signer, UnverifiedLimit,
    VerifiedDelivery, VerifiedEvent, Webhook, providers,
};
use webhook_test::{
    Client, CountingStore, Gate, KeyState, NOW, PLAIN, Sent, delivery, signed, standard,
};

#[derive(Clone, Default)]
struct Runs(Arc<AtomicUsize>);

impl Runs {
    fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

fn webhook(builder: EndpointBuilder) -> Webhook {
    Webhook::new(builder.store(MemoryStore::new()).build().unwrap())
}

fn request(sent: &Sent) -> TestRequest {
    let method = sent.method.parse().unwrap();
    let mut request = TestRequest::default().method(method).uri(&sent.target);
    for (name, value) in &sent.headers {
        request = request.insert_header((name.as_str(), value.as_slice()));
    }
    request.set_payload(sent.body.clone())
}

async fn send<S, B>(app: &S, sent: &Sent) -> ServiceResponse<B>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    call_service(app, request(sent).to_request()).await
}

async fn count(runs: web::Data<Runs>, _: VerifiedDelivery) -> HttpResponse {
    runs.add();
    HttpResponse::Ok().finish()
}

const EVENT: &str = r#"{"type":"invoice.paid","n":7}"#;

#[actix_web::test]
async fn every_place_to_wrap_verifies_and_remembers() {
    let runs = Runs::default();
    let data = || web::Data::new(runs.clone());
    let all = webhook(standard());
    let on_app = init_service(
        App::new()
            .app_data(data())
            .wrap(all.clone())
            .default_service(web::to(count)),
    );
    let on_scope = init_service(
        App::new().app_data(data()).service(
            web::scope("/in")
                .wrap(webhook(standard()))
                .route("/side", web::post().to(count)),
        ),
    );
    let on_resource = init_service(
        App::new().app_data(data()).service(
            web::resource("/in/side")
                .wrap(webhook(standard()))
                .route(web::post().to(count)),
        ),
    );
    let on_route = init_service(
        App::new()
            .app_data(data())
            .route("/in/side", web::post().to(count).wrap(webhook(standard()))),
    );
    let mut sent = delivery("msg_1", EVENT);
    sent.target = "/in/side".into();
    let mut forged = sent.clone();
    forged.body = "{}".into();
    macro_rules! check {
        ($($app:ident)+) => {$({
            let (app, before) = ($app.await, runs.count());
            assert_eq!(send(&app, &forged).await.status(), 401, stringify!($app));
            assert_eq!(runs.count(), before, stringify!($app));
            assert_eq!(send(&app, &sent).await.status(), 200, stringify!($app));
            assert_eq!(send(&app, &sent).await.status(), 200, stringify!($app));
            assert_eq!(runs.count(), before + 1, stringify!($app));
        })+};
    }
    check!(on_app on_scope on_resource on_route);
    assert_eq!(all.endpoint().counts().duplicates, 1);
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Payload {
    n: u32,
}

#[actix_web::test]
async fn every_extractor_gets_the_verified_bytes() {
    async fn bytes(VerifiedEvent(event): VerifiedEvent<Payload>, body: Bytes) -> impl Responder {
        assert_eq!(event.raw(), &body);
        format!("{} {}", event.data.n, body.len())
    }
    async fn json(body: web::Json<Payload>, delivery: VerifiedDelivery) -> impl Responder {
        format!("{} {}", body.n, delivery.raw().len())
    }
    async fn text(body: String, event: VerifiedEvent<Payload>) -> impl Responder {
        format!("{} {}", event.data.n, body.len())
    }
    let app = init_service(
        App::new()
            .wrap(webhook(standard()))
            .route("/bytes", web::post().to(bytes))
            .route("/json", web::post().to(json))
            .route("/text", web::post().to(text)),
    )
    .await;
    for target in ["/bytes", "/json", "/text"] {
        let mut sent = delivery(&target[1..], EVENT);
        sent.target = target.into();
        sent.headers
            .push(("content-type".into(), b"application/json".to_vec()));
        let response = send(&app, &sent).await;
        assert_eq!(response.status(), 200, "{target}");
        assert_eq!(
            read_body(response).await,
            format!("7 {}", EVENT.len()),
            "{target}"
        );
    }
}

#[actix_web::test]
async fn an_extractors_own_limit_releases_the_claim() {
    let runs = Runs::default();
    let all = webhook(standard());
    async fn limited(runs: web::Data<Runs>, _: Bytes) -> HttpResponse {
        runs.add();
        HttpResponse::Ok().finish()
    }
    let app = init_service(
        App::new()
            .app_data(web::Data::new(runs.clone()))
            .wrap(all.clone())
            .route("/limited", web::post().to(limited))
            .route("/", web::post().to(count)),
    )
    .await;
    let body = format!(r#"{{"pad":"{}"}}"#, "x".repeat(300 * 1024));
    let mut sent = delivery("msg_1", body);
    sent.target = "/limited".into();
    assert_eq!(send(&app, &sent).await.status(), 413);
    assert_eq!((runs.count(), all.endpoint().counts().released), (0, 1));
    sent.target = "/".into();
    assert_eq!(send(&app, &sent).await.status(), 200);
    assert_eq!((runs.count(), all.endpoint().counts().done), (1, 1));
}

#[actix_web::test]
async fn what_a_handler_answers_settles_its_claim() {
    async fn handler(request: HttpRequest, runs: web::Data<Runs>) -> Result<HttpResponse, Error> {
        let run = runs.add();
        Ok(match request.path() {
            "/panic" if run == 0 => panic!("a handler's own"),
            "/error" if run == 0 => {
                return Err(actix_web::error::ErrorInternalServerError(
                    "a handler's own",
                ));
            }
            "/teapot" if run == 0 => HttpResponse::ImATeapot().finish(),
            "/slow" if run == 0 => {
                sleep(Duration::from_secs(60)).await;
                unreachable!("dropped at its deadline");
            }
            "/released" if run == 0 => {
                let mut response = HttpResponse::Ok().finish();
                response.extensions_mut().insert(Disposition::Release);
                response
            }
            _ => HttpResponse::Accepted().finish(),
        })
    }
    for (target, status) in [
        ("/panic", 500),
        ("/error", 500),
        ("/teapot", 418),
        ("/slow", 503),
        ("/released", 200),
    ] {
        let runs = Runs::default();
        let all = webhook(standard().handler_timeout(Duration::from_secs(2)));
        let app = init_service(
            App::new()
                .app_data(web::Data::new(runs.clone()))
                .wrap(all.clone())
                .default_service(web::to(handler)),
        )
        .await;
        let mut sent = delivery("msg_1", EVENT);
        sent.target = target.into();
        // A panic and a timeout go up as an error, which the server turns into the response.
        let first = match app.call(request(&sent).to_request()).await {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        assert_eq!(first, status, "{target}");
        assert_eq!(
            send(&app, &sent).await.status(),
            202,
            "{target}: the retry runs"
        );
        assert_eq!(
            send(&app, &sent).await.status(),
            200,
            "{target}: and is known"
        );
        assert_eq!(runs.count(), 2, "{target}");
        let counts = all.endpoint().counts();
        assert_eq!(
            (counts.released, counts.done, counts.duplicates),
            (1, 1, 1),
            "{target}"
        );
    }
}

/// Time that only passes when nothing else is to be done: all 40 have one deadline, and the permit
/// comes free with it.
#[actix_web::test]
async fn no_handler_begins_after_its_time() {
    async fn endless(runs: web::Data<Runs>) -> HttpResponse {
        runs.add();
        std::future::pending().await
    }
    let (runs, permits) = (Runs::default(), Arc::new(Semaphore::new(1)));
    let all = webhook(standard().handler_timeout(Duration::from_secs(10)));
    let app = init_service(
        App::new()
            .app_data(web::Data::new(runs.clone()))
            .wrap(from_fn(
                move |request, next: actix_web::middleware::Next<_>| {
                    let permits = Arc::clone(&permits);
                    async move {
                        let _permit = permits.acquire_owned().await;
                        next.call(request).await
                    }
                },
            ))
            .wrap(all.clone())
            .default_service(web::to(endless)),
    )
    .await;
    tokio::time::pause();
    let deliveries = (0..40).map(|n| delivery(&format!("msg_{n}"), EVENT));
    let answers = deliveries.map(|sent| app.call(request(&sent).to_request()));
    for answer in futures_util::future::join_all(answers).await {
        let refused = answer.expect_err("a time-out").error_response();
        assert_eq!(refused.status(), 503);
        assert!(refused.headers().contains_key("retry-after"));
    }
    assert_eq!(runs.count(), 1, "begun too late");
    let counts = all.endpoint().counts();
    assert_eq!((counts.released, counts.done), (40, 0));
}

#[actix_web::test]
async fn a_drain_waits_for_a_late_commit() {
    let store = CountingStore::new();
    let builder = standard().store_timeout(Duration::from_secs(1));
    let all = Webhook::new(builder.store(store.clone()).build().unwrap());
    let app = init_service(
        App::new()
            .app_data(web::Data::new(Runs::default()))
            .wrap(all.clone())
            .default_service(web::to(count)),
    )
    .await;
    store.hang_commits(true);
    assert_eq!(send(&app, &delivery("msg_1", EVENT)).await.status(), 200);
    assert_eq!(all.drain(Duration::ZERO).await, 1, "the commit");
    store.hang_commits(false);
    assert_eq!(all.drain(Duration::from_secs(10)).await, 0);
    assert_eq!((store.last_state(), store.cancelled()), (KeyState::Done, 0));
}

#[actix_web::test]
async fn bodies_that_are_not_verified_are_bounded_for_a_connection() {
    let runs = Runs::default();
    let all = webhook(standard());
    let (data, shared) = (web::Data::new(runs.clone()), all.clone());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .wrap(shared.clone())
            .default_service(web::to(count))
    })
    .on_connect(|_, extensions| {
        extensions.insert(UnverifiedLimit::new(1000));
    })
    .workers(1)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);

    let large = delivery("msg_1", format!("\"{}\"", "x".repeat(1000)));
    for (sent, status) in [(large, 503), (delivery("msg_2", EVENT), 200)] {
        let mut client = Client::connect(address).await;
        client.send(&sent.wire()).await;
        assert_eq!(client.reply().await.expect("an answer").status, status);
    }
    assert_eq!(
        all.endpoint().counts().rejected(RejectionKind::Overloaded),
        1
    );
    handle.stop(false).await;
}

#[actix_web::test]
async fn a_payload_of_another_type_is_422_and_released() {
    async fn typed(_: VerifiedEvent<Payload>) -> HttpResponse {
        HttpResponse::Ok().finish()
    }
    let all = webhook(standard());
    let app = init_service(App::new().wrap(all.clone()).default_service(web::to(typed))).await;
    let response = send(&app, &delivery("msg_1", r#"{"n":"seven"}"#)).await;
    assert_eq!(response.status(), 422);
    assert_eq!(read_body(response).await, r#"{"error":"unprocessable"}"#);
    assert_eq!(all.endpoint().counts().released, 1);
}

#[actix_web::test]
async fn a_route_without_the_middleware_says_so() {
    let app = init_service(
        App::new()
            .app_data(web::Data::new(Runs::default()))
            .default_service(web::to(count)),
    )
    .await;
    let response = send(&app, &delivery("msg_1", EVENT)).await;
    assert_eq!(response.status(), 500);
    assert_eq!(read_body(response).await, r#"{"error":"internal_error"}"#);
}

#[actix_web::test]
async fn the_same_middleware_twice_checks_once_and_two_endpoints_both() {
    let runs = Runs::default();
    let all = webhook(standard());
    let github = webhook(Endpoint::github(PLAIN).clock(NOW));
    let app = init_service(
        App::new()
            .app_data(web::Data::new(runs.clone()))
            .wrap(all.clone())
            .service(
                web::resource("/twice")
                    .wrap(all.clone())
                    .route(web::post().to(count)),
            )
            .service(
                web::resource("/both")
                    .wrap(github.clone())
                    .route(web::post().to(count)),
            ),
    )
    .await;
    let mut sent = delivery("msg_1", EVENT);
    sent.target = "/twice".into();
    assert_eq!(send(&app, &sent).await.status(), 200);
    assert_eq!((runs.count(), all.endpoint().counts().verified), (1, 1));

    let mut sent = delivery("msg_2", EVENT);
    sent.target = "/both".into();
    assert_eq!(
        send(&app, &sent).await.status(),
        401,
        "GitHub's signature is missing"
    );
    sent.headers
        .extend(signed(providers::GITHUB, EVENT).headers);
    assert_eq!(send(&app, &sent).await.status(), 200);
    assert_eq!((runs.count(), github.endpoint().counts().verified), (2, 1));
}

#[actix_web::test]
async fn a_compressed_body_is_refused_before_anything_inflates_it() {
    let all = webhook(standard());
    let app = init_service(
        App::new()
            .app_data(web::Data::new(Runs::default()))
            .wrap(all.clone())
            .default_service(web::to(count)),
    )
    .await;
    let mut sent = delivery("msg_1", EVENT);
    sent.headers
        .push(("content-encoding".into(), b"gzip".to_vec()));
    assert_eq!(send(&app, &sent).await.status(), 415);
    assert_eq!(all.endpoint().counts().rejected(RejectionKind::Encoding), 1);
}

#[actix_web::test]
async fn square_signs_the_configured_url_within_a_scope() {
    let url = "https://shop.example/api/hooks";
    let all = webhook(Endpoint::square(PLAIN, url).clock(NOW));
    let app = init_service(
        App::new()
            .app_data(web::Data::new(Runs::default()))
            .service(
                web::scope("/api")
                    .wrap(all)
                    .route("/hooks", web::post().to(count)),
            ),
    )
    .await;
    let signer = Signer::new(providers::SQUARE, PLAIN)
        .unwrap()
        .public_url(url);
    let mut sent = Sent::from(signer.sign(NOW, r#"{"event_id":"1","type":"payment.created"}"#));
    sent.target = "/api/hooks".into();
    assert_eq!(send(&app, &sent).await.status(), 200);
}

/// A run that lost its request, dropped by a middleware further out that ran out of patience.
#[actix_web::test]
async fn a_run_outlives_its_request_and_shutdown_waits_for_it() {
    async fn slow(runs: web::Data<Runs>, gate: web::Data<Gate>) -> HttpResponse {
        gate.pass().await;
        runs.add();
        HttpResponse::Ok().finish()
    }
    let (runs, gate) = (Runs::default(), Gate::new());
    let all = webhook(standard());
    let app = init_service(
        App::new()
            .app_data(web::Data::new(runs.clone()))
            .app_data(web::Data::new(gate.clone()))
            .wrap(all.clone())
            .wrap(from_fn(
                |request, next: actix_web::middleware::Next<_>| async move {
                    actix_web::rt::time::timeout(Duration::from_millis(50), next.call(request))
                        .await
                        .map_err(|_| actix_web::error::ErrorGatewayTimeout("impatient"))?
                },
            ))
            .default_service(web::to(slow)),
    )
    .await;
    let sent = delivery("msg_1", EVENT);
    let given_up = app.call(request(&sent).to_request()).await;
    let given_up = given_up
        .expect_err("the timeout")
        .as_response_error()
        .status_code();
    assert_eq!((given_up, runs.count()), (StatusCode::GATEWAY_TIMEOUT, 0));
    let copy = send(&app, &sent).await;
    assert_eq!(copy.status(), 503, "a copy while it runs");
    gate.open(1);

    assert_eq!(all.drain(Duration::from_secs(10)).await, 0);
    assert_eq!((runs.count(), all.endpoint().counts().done), (1, 1));
    assert_eq!(
        send(&app, &sent).await.status(),
        503,
        "nothing more after that"
    );
}

#[actix_web::test]
async fn workers_share_one_memory() {
    let runs = Runs::default();
    let all = webhook(standard());
    let (data, shared) = (web::Data::new(runs.clone()), all.clone());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .wrap(shared.clone())
            .default_service(web::to(count))
    })
    .workers(2)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);

    let wire = delivery("msg_1", EVENT).wire();
    let copies = (0..64).map(|_| async {
        let mut client = Client::connect(address).await;
        client.send(&wire).await;
        client.reply().await.expect("an answer").status
    });
    let statuses = futures_util::future::join_all(copies).await;
    assert!(
        statuses.iter().all(|status| [200, 503].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(runs.count(), 1);
    let mut client = Client::connect(address).await;
    client.send(&wire).await;
    assert_eq!(client.reply().await.expect("an answer").status, 200);
    assert_eq!((runs.count(), all.endpoint().counts().done), (1, 1));
    handle.stop(false).await;
}

#[test]
fn a_secret_anybody_could_have_is_no_middleware() {
    let refused = std::panic::catch_unwind(|| Webhook::stripe(""));
    let text = *refused.unwrap_err().downcast::<String>().unwrap();
    assert!(text.contains("webhook endpoint"), "{text}");
}
