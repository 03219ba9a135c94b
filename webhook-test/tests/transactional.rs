//! Transactional mode through the adapters, with SQLite: the record of an event and the handler's
//! writes commit together, or neither does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use http::{Request, StatusCode};
use rusqlite::Connection;
use serde::Deserialize;
use tempfile::TempDir;
use tower::ServiceExt as _;
use webhook_core::replay::TransactionGuard;
use webhook_core::{
    DeadLetters, Endpoint, EndpointBuilder, MemoryStore, RejectionKind, SignedRequest, Signer,
    providers,
};
use webhook_sqlite::{SqliteStore, SqliteTransaction};

const SECRET: &str = "whsec_0123456789abcdef";

/// What the handler of an event does after it has booked it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Then {
    Succeed,
    Fail,
    Panic,
    Stall,
    /// It keeps the transaction longer than its answer.
    KeepIt,
    /// Its `COMMIT` violates a constraint that is checked then.
    Violate,
}

#[derive(Debug, Deserialize)]
struct Booking {
    id: String,
    then: Then,
}

/// A file with the store's tables and the application's.
struct Bank {
    folder: TempDir,
    store: SqliteStore,
}

impl Bank {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path().join("bank.db")).expect("a store");
        let bank = Self { folder, store };
        let made = bank.connection().execute_batch(
            "create table account (id integer primary key) strict;
             create table booking (event text not null,
                 account integer references account deferrable initially deferred) strict;",
        );
        made.expect("tables");
        bank
    }

    fn connection(&self) -> Connection {
        Connection::open(self.file()).expect("a connection")
    }

    fn file(&self) -> std::path::PathBuf {
        let path: &Path = self.folder.path();
        path.join("bank.db")
    }

    fn builder(&self) -> EndpointBuilder {
        let store = self.store.transactional().expect("a second connection");
        let endpoint = Endpoint::stripe(SECRET).store(store).consumer("bank");
        endpoint.handler_timeout(Duration::from_secs(2))
    }

    fn endpoint(&self) -> Endpoint {
        self.builder().build().expect("a usable endpoint")
    }

    /// How often an event is booked.
    fn booked(&self, id: &str) -> i64 {
        let count = "select count(*) from booking where event = ?1";
        let booked = self.connection().query_row(count, [id], |row| row.get(0));
        booked.expect("a count")
    }
}

fn signed(id: &str, then: &str) -> SignedRequest {
    let signer = Signer::new(providers::STRIPE, SECRET).expect("a signer");
    signer.sign_now(format!(r#"{{"id":"{id}","then":"{then}"}}"#))
}

fn book(transaction: &SqliteTransaction, booking: &Booking) {
    let account = (booking.then == Then::Violate).then_some(7);
    // The bundled SQLite checks foreign keys.
    let written = transaction.execute(
        "insert into booking values (?1, ?2)",
        (&booking.id, account),
    );
    written.expect("a booking");
}

/// What every adapter has to do, as (what the first handler does, the status of its answer, how
/// often the event is booked after it).
const ENDS: [(&str, u16, i64); 6] = [
    ("succeed", 200, 1),
    ("fail", 500, 0),
    ("panic", 500, 0),
    ("stall", 503, 0),
    ("keep_it", 503, 0),
    ("violate", 503, 0),
];

mod in_axum {
    use super::*;
    use webhook_axum::{TransactionalEvent, WebhookLayer};

    type Kept = Arc<std::sync::Mutex<Vec<TransactionGuard<SqliteTransaction>>>>;

    async fn handle(
        State(kept): State<Kept>,
        event: TransactionalEvent<Booking, SqliteTransaction>,
    ) -> StatusCode {
        let TransactionalEvent { event, transaction } = event;
        book(&transaction, &event.data);
        match event.data.then {
            Then::Succeed | Then::Violate => StatusCode::OK,
            Then::Fail => StatusCode::INTERNAL_SERVER_ERROR,
            Then::Panic => panic!("the handler panics as told"),
            Then::Stall => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                StatusCode::OK
            }
            Then::KeepIt => {
                kept.lock().expect("no panic").push(transaction);
                StatusCode::OK
            }
        }
    }

    fn app(endpoint: Endpoint, kept: &Kept) -> Router {
        let route = post(handle).layer(WebhookLayer::new(endpoint));
        Router::new().route("/", route).with_state(Arc::clone(kept))
    }

    async fn send(app: &Router, id: &str, then: &str) -> u16 {
        let request: Request<Body> = signed(id, then).to_http("/");
        let answer = app.clone().oneshot(request).await.expect("an answer");
        answer.status().as_u16()
    }

    #[tokio::test]
    async fn record_and_effects_commit_together_or_not_at_all() {
        for (then, status, booked) in ENDS {
            let (bank, kept) = (Bank::new(), Kept::default());
            let app = app(bank.endpoint(), &kept);
            assert_eq!(send(&app, "evt_1", then).await, status, "{then}");
            // Nothing but the guard keeps the transaction open.
            kept.lock().expect("no panic").clear();
            assert_eq!(bank.booked("evt_1"), booked, "{then}");
            // The sender's retry: a duplicate, or a new run.
            assert_eq!(send(&app, "evt_1", "succeed").await, 200, "{then}");
            assert_eq!(bank.booked("evt_1"), 1, "{then}: once in the end");
            assert_eq!(
                send(&app, "evt_1", "succeed").await,
                200,
                "{then}: a duplicate"
            );
            assert_eq!(bank.booked("evt_1"), 1, "{then}");
        }
    }

    #[tokio::test]
    async fn an_event_that_fails_twice_is_dead_and_not_booked() {
        let (bank, kept) = (Bank::new(), Kept::default());
        let endpoint = bank.builder().dead_letters(DeadLetters::after(2));
        let endpoint = endpoint.build().expect("a usable endpoint");
        let app = app(endpoint.clone(), &kept);
        assert_eq!(send(&app, "evt_1", "fail").await, 500);
        assert_eq!(
            send(&app, "evt_1", "panic").await,
            200,
            "the second failure"
        );
        assert_eq!(
            send(&app, "evt_1", "succeed").await,
            200,
            "a copy of a dead event"
        );
        assert_eq!(bank.booked("evt_1"), 0);
        let dead = endpoint.dead_letters_after(None, 10).await.expect("a list");
        assert_eq!(dead.len(), 1);
        assert_eq!(dead[0].attempts, 2);
        assert!(endpoint.revive(&dead[0].key).await.expect("an answer"));
        assert_eq!(send(&app, "evt_1", "succeed").await, 200);
        assert_eq!(bank.booked("evt_1"), 1);
    }

    #[tokio::test]
    async fn of_many_copies_at_once_one_is_booked() {
        let (bank, kept) = (Bank::new(), Kept::default());
        let app = app(bank.endpoint(), &kept);
        let copies = (0..16).map(|_| send(&app, "evt_1", "succeed"));
        let statuses = futures_util::future::join_all(copies).await;
        assert!(
            statuses.iter().all(|status| [200, 503].contains(status)),
            "{statuses:?}"
        );
        assert!(statuses.contains(&200));
        assert_eq!(bank.booked("evt_1"), 1);
    }

    #[tokio::test]
    async fn a_store_without_transactions_is_answered_500_and_nothing_is_recorded() {
        let endpoint = Endpoint::stripe(SECRET)
            .store(MemoryStore::new())
            .build()
            .expect("usable");
        let app = app(endpoint.clone(), &Kept::default());
        assert_eq!(send(&app, "evt_1", "succeed").await, 500);
        assert_eq!(endpoint.counts().released, 1);
    }

    #[tokio::test]
    async fn a_commit_that_fails_is_counted() {
        let (bank, kept) = (Bank::new(), Kept::default());
        let endpoint = bank.endpoint();
        let app = app(endpoint.clone(), &kept);
        assert_eq!(send(&app, "evt_1", "violate").await, 503);
        let counts = endpoint.counts();
        assert_eq!(counts.commits_failed, 1);
        assert_eq!(counts.rejected(RejectionKind::StoreUnavailable), 1);
    }
}

mod in_actix {
    use super::*;
    use actix_web::{App, HttpResponse, test, web};
    use webhook_actix::{TransactionalEvent, Webhook, testing::test_request};

    async fn handle(event: TransactionalEvent<Booking, SqliteTransaction>) -> HttpResponse {
        let TransactionalEvent { event, transaction } = event;
        book(&transaction, &event.data);
        match event.data.then {
            Then::Fail => HttpResponse::InternalServerError().finish(),
            Then::Panic => panic!("the handler panics as told"),
            Then::Stall => {
                actix_web::rt::time::sleep(Duration::from_secs(60)).await;
                HttpResponse::Ok().finish()
            }
            _ => HttpResponse::Ok().finish(),
        }
    }

    #[actix_web::test]
    async fn record_and_effects_commit_together_or_not_at_all() {
        for (then, status, booked) in ENDS {
            if then == "keep_it" {
                continue; // A handler of actix-web drops its arguments with its future.
            }
            let bank = Bank::new();
            let hook = web::resource("/").wrap(Webhook::new(bank.endpoint()));
            let app = App::new().service(hook.route(web::post().to(handle)));
            let app = test::init_service(app).await;
            let send = async |then: &str| {
                let request = test_request(&signed("evt_1", then), "/").to_request();
                match test::try_call_service(&app, request).await {
                    Ok(answer) => answer.status().as_u16(),
                    Err(error) => error.as_response_error().status_code().as_u16(),
                }
            };
            assert_eq!(send(then).await, status, "{then}");
            assert_eq!(bank.booked("evt_1"), booked, "{then}");
            assert_eq!(send("succeed").await, 200, "{then}");
            assert_eq!(bank.booked("evt_1"), 1, "{then}: once in the end");
        }
    }
}
