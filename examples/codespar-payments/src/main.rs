//! CodeSpar's guide to payment webhooks as a system: both sides of it in one process.
//!
//! ```text
//! cargo run -p codespar-payments
//! ```
//!
//! A provider delivers to an adapter. The adapter verifies, normalises, and calls the triggers that
//! are registered for the event, each under its own secret. The shop, the guide's receiver, is one
//! of them.

mod adapters;
mod triggers;

use std::time::Duration;

use axum::Router;
use clap::Parser;
use demo::third_parties;
use webhook_axum::HttpsApi;
use webhook_axum::inbox::{self, AppConsumer, Inbox, KeyRing, RetryPolicy, SealKeys, Worker};
use webhook_axum::serve::Server;
use webhook_sqlite::{SqliteInbox, SqliteSecrets, SqliteStore};

use crate::triggers::{New, Triggers};

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about)]
struct Args {
    #[command(flatten)]
    place: demo::Place,
    /// Port of the private API on 127.0.0.1: triggers, connections and jobs; 0 is any free port
    #[arg(long, default_value_t = 0)]
    private_port: u16,
    /// URL of the services that invoice, ship and notify, and of Mercado Pago's API unless there is
    /// a token for it [default: stand-ins in this process]
    #[arg(long)]
    services: Option<String>,
    /// Attempts after which an event is dead
    #[arg(long, default_value_t = 24)]
    attempts: u32,
    /// Milliseconds before the second attempt; each later wait is twice as long
    #[arg(long, default_value_t = 2000)]
    first_wait: u64,
    /// Seconds after which another process goes on with what a killed one was doing
    #[arg(long, default_value_t = 30)]
    lease: u64,
}

/// What all parts share.
#[derive(Clone)]
struct Parts {
    store: SqliteStore,
    inbox: Inbox<SqliteInbox>,
    secrets: SqliteSecrets,
    triggers: Triggers,
    client: reqwest::Client,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    demo::log();
    let args = Args::parse();
    let data = args.place.folder("codespar-payments")?;
    let services = third_parties::codespar().unless(args.services).await?;
    let listener = args.place.listener().await?;
    let private = demo::listener(args.private_port).await?;
    let url = format!("http://{}", listener.local_addr()?);

    let store = SqliteStore::open(data.join("payments.db"))?;
    // It seals the secrets, and what is stored: a row that somebody changes never becomes an event.
    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;
    let parts = Parts {
        inbox: Inbox::new(store.inbox(), SealKeys::new(&keys)),
        secrets: store.secrets(keys.clone()),
        triggers: Triggers::open(&store, keys).await?,
        client: reqwest::Client::new(),
        store,
    };
    // CodeSpar returns the secret once, when the trigger is registered.
    let secret = demo::secret("CODESPAR_TRIGGER_SECRET", "whsec_codespar_test_0123456789");
    // The shop is a receiver like any other. Its port may be another one each time.
    let new = New {
        name: "shop".to_owned(),
        event: "payment.confirmed".to_owned(),
        webhook_url: format!("{url}{}", codespar_shop::PATH),
    };
    parts.triggers.put(new, &secret, true).await?;

    let (shop_layer, shop) =
        codespar_shop::app(&parts.store, &parts.inbox, secret, services.clone())?;
    let mercadopago = match std::env::var("MERCADOPAGO_ACCESS_TOKEN") {
        Ok(token) => HttpsApi::new("https://api.mercadopago.com")?.bearer(&token)?,
        Err(_) => HttpsApi::loopback_for_tests(&services)?,
    };
    let adapters = adapters::app(&parts, mercadopago)?;
    let app = Router::new().merge(shop).merge(adapters.app);
    // The worker sends what is stored through the same application, where its handlers are.
    let retry = RetryPolicy::default().max_attempts(args.attempts);
    let first_wait = Duration::from_millis(args.first_wait);
    let mut worker = Worker::new(parts.inbox.clone())
        .retry(retry.waits(first_wait, Duration::from_secs(3600)))
        .lease(Duration::from_secs(args.lease))
        .consumer(AppConsumer::new(&shop_layer, app.clone()));
    let mut server = Server::new(listener, app.clone()).drains(&shop_layer);
    for layer in &adapters.layers {
        worker = worker.consumer(AppConsumer::new(layer, app.clone()));
        server = server.drains(layer);
    }
    let server = server.worker(worker.spawn()?);

    println!("private API on http://{}", private.local_addr()?);
    println!("listening on {url}");
    let api = triggers::api(&parts.triggers)
        .merge(adapters::api(&parts))
        .nest("/v1/jobs", inbox::pages(&parts.inbox));
    tokio::spawn(axum::serve(private, api).into_future());
    Ok(server.run().await?)
}
