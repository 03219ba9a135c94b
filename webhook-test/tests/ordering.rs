//! The ordering guard in handlers, over axum and actix-web, with the record of an event, its effects
//! and the version of its object in one transaction.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use rusqlite::Connection;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;
use webhook_core::ordering::{OrderingGuard, Version};
use webhook_core::testing::{Plain, TestSender};
use webhook_core::{Endpoint, Event, SignedRequest};
use webhook_sqlite::{SqliteStore, SqliteTransaction};

const SECRET: &str = "0123456789abcdef";

#[derive(Deserialize)]
struct Product {
    id: u64,
    title: String,
    updated_at: String,
}

/// A shop, and a switch for its handler to fail.
#[derive(Clone)]
struct Shop {
    _folder: Arc<TempDir>,
    store: SqliteStore,
    fails: Arc<AtomicBool>,
}

impl Shop {
    fn new() -> (Self, Endpoint) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("shop.db")).unwrap();
        let raw = Connection::open(folder.path().join("shop.db")).unwrap();
        let table = "create table product (id integer primary key, title text not null) strict";
        raw.execute_batch(table).unwrap();
        let endpoint = Endpoint::shopify(SECRET).store(store.transactional().unwrap());
        let shop = Self {
            _folder: Arc::new(folder),
            store,
            fails: Arc::default(),
        };
        (shop, endpoint.build().unwrap())
    }

    fn title(&self) -> Option<String> {
        let raw = Connection::open(self._folder.path().join("shop.db")).unwrap();
        let title = raw.query_row("select title from product", [], |row| row.get(0));
        title.ok()
    }

    /// The handler. `false`: it fails.
    async fn changed(&self, event: &Event<Product>, transaction: &mut SqliteTransaction) -> bool {
        let guard = OrderingGuard::new(self.store.clone());
        let version = Version::rfc3339(&event.data.updated_at).unwrap();
        let entity = format!("product/{}", event.data.id);
        let order = guard.check_in(transaction, event, &entity, version).await;
        if order.unwrap().is_stale() {
            return true;
        }
        let write = "insert into product values (?1, ?2)
                     on conflict (id) do update set title = excluded.title";
        let values = (event.data.id.cast_signed(), &event.data.title);
        transaction.execute(write, values).unwrap();
        !self.fails.load(SeqCst)
    }
}

fn sent(title: &str, updated_at: &str) -> SignedRequest {
    let sender = TestSender::<Plain>::shopify(SECRET);
    let data = json!({"id": 7, "title": title, "updated_at": updated_at});
    sender.signed(sender.event("products/update", data))
}

/// What every adapter has to do: the status, and the title afterwards.
macro_rules! suite {
    ($send:expr) => {{
        let (shop, endpoint) = Shop::new();
        let send = $send;
        let noon = sent("noon", "2027-01-15T12:00:00Z");
        let later = sent("later", "2027-01-15T12:00:00.001Z");
        let earlier = sent("earlier", "2027-01-15T12:30:00+01:00");
        assert_eq!(send(&shop, &endpoint, &noon).await, 200);

        // A handler that fails moves neither the title nor the version.
        shop.fails.store(true, SeqCst);
        assert_eq!(send(&shop, &endpoint, &later).await, 500);
        shop.fails.store(false, SeqCst);
        assert_eq!(shop.title().as_deref(), Some("noon"));
        let between = sent("between", "2027-01-15T12:00:00.0005Z");
        assert_eq!(send(&shop, &endpoint, &between).await, 200);
        assert_eq!(shop.title().as_deref(), Some("between"));

        // The retry of the failed one is the newest.
        assert_eq!(send(&shop, &endpoint, &later).await, 200);
        assert_eq!(shop.title().as_deref(), Some("later"));
        assert_eq!(endpoint.counts().ignored, 0);

        assert_eq!(send(&shop, &endpoint, &earlier).await, 200, "stale");
        assert_eq!(shop.title().as_deref(), Some("later"));
        let counts = endpoint.counts();
        assert_eq!((counts.ignored, counts.done, counts.released), (1, 4, 1));

        // A copy of the stale one is a duplicate.
        assert_eq!(send(&shop, &endpoint, &earlier).await, 200);
        assert_eq!(endpoint.counts().duplicates, 1);
    }};
}

#[tokio::test]
async fn an_older_state_never_replaces_a_newer_one_in_axum() {
    use axum::body::Body;
    use axum::extract::State;
    use axum::http::StatusCode;
    use axum::{Router, routing::post};
    use tower::ServiceExt as _;
    use webhook_axum::{TransactionalEvent, WebhookLayer};

    async fn handle(
        State(shop): State<Shop>,
        event: TransactionalEvent<Product, SqliteTransaction>,
    ) -> StatusCode {
        let TransactionalEvent {
            event,
            mut transaction,
        } = event;
        match shop.changed(&event, &mut transaction).await {
            true => StatusCode::OK,
            false => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    suite!(
        async |shop: &Shop, endpoint: &Endpoint, request: &SignedRequest| {
            let route = post(handle).layer(WebhookLayer::new(endpoint.clone()));
            let app: Router = Router::new().route("/", route).with_state(shop.clone());
            let response = app.oneshot(request.to_http::<Body>("/")).await.unwrap();
            response.status().as_u16()
        }
    );
}

#[actix_web::test]
async fn an_older_state_never_replaces_a_newer_one_in_actix_web() {
    use actix_web::{App, HttpResponse, test, web};
    use webhook_actix::testing::test_request;
    use webhook_actix::{TransactionalEvent, Webhook};

    async fn handle(
        shop: web::Data<Shop>,
        event: TransactionalEvent<Product, SqliteTransaction>,
    ) -> HttpResponse {
        let TransactionalEvent {
            event,
            mut transaction,
        } = event;
        match shop.changed(&event, &mut transaction).await {
            true => HttpResponse::Ok().finish(),
            false => HttpResponse::InternalServerError().finish(),
        }
    }

    suite!(
        async |shop: &Shop, endpoint: &Endpoint, request: &SignedRequest| {
            let resource = web::resource("/").wrap(Webhook::new(endpoint.clone()));
            let app = App::new()
                .app_data(web::Data::new(shop.clone()))
                .service(resource.route(web::post().to(handle)));
            let app = test::init_service(app).await;
            let response = test::call_service(&app, test_request(request, "/").to_request()).await;
            response.status().as_u16()
        }
    );
}
