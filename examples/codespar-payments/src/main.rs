//! CodeSpar's guide to payment webhooks as a system: both sides of it in one process.
//!
//! ```text
//! cargo run -p codespar-payments
//! ```
//!
//! A provider delivers to an adapter. The adapter verifies, normalises, and calls the triggers that
//! are registered for the event, each under its own secret. The shop is one of them: on
//! `payment.confirmed` it issues the invoice, ships, and notifies.

mod adapters;
mod jobs;
mod services;
mod shop;
mod triggers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::Parser;
use tokio::net::TcpListener;
use webhook_axum::inbox::{AppConsumer, Inbox, KeyRing, RetryPolicy, SealKeys, Worker};
use webhook_sqlite::{SqliteInbox, SqliteSecrets, SqliteStore};

use crate::triggers::Triggers;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// CodeSpar returns the secret once, when the trigger is registered.
const SECRET: &str = "CODESPAR_TRIGGER_SECRET";
const TEST_SECRET: &str = "whsec_codespar_test_0123456789";

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port of the webhooks on 127.0.0.1; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of the private API on 127.0.0.1: triggers, connections and jobs; 0 is any free port
    #[arg(long, default_value_t = 0)]
    private_port: u16,
    /// Folder of the database and its keys [default: codespar-payments in the temporary folder]
    #[arg(long)]
    data: Option<PathBuf>,
    /// URL of the services that invoice, ship and notify [default: stand-ins in this process]
    #[arg(long)]
    services: Option<String>,
    /// URL of Mercado Pago's API, which has what its webhooks only name
    #[arg(long, default_value = "https://api.mercadopago.com")]
    mercadopago_api: String,
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
    secrets: Arc<SqliteSecrets>,
    triggers: Arc<Triggers>,
    client: reqwest::Client,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let args = Args::parse();
    let data = args
        .data
        .unwrap_or_else(|| std::env::temp_dir().join("codespar-payments"));
    std::fs::create_dir_all(&data)?;
    let services = match args.services {
        Some(url) => url,
        None => services::start().await?,
    };
    let listener = TcpListener::bind(("127.0.0.1", args.port)).await?;
    let private = TcpListener::bind(("127.0.0.1", args.private_port)).await?;
    let url = format!("http://{}", listener.local_addr()?);

    let file = data.join("payments.db");
    let store = SqliteStore::open(&file)?;
    // It seals the secrets, and what is stored: a row that somebody changes never becomes an event.
    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;
    let triggers = Triggers::open(&file, keys.clone())?;
    // The shop is a receiver like any other. Its port may be another one each time.
    let secret = std::env::var(SECRET).unwrap_or_else(|_| TEST_SECRET.to_owned());
    triggers.put(
        "shop",
        "payment.confirmed",
        &format!("{url}{}", shop::PATH),
        &secret,
    )?;
    let parts = Parts {
        inbox: Inbox::new(store.inbox(), SealKeys::new(&keys)),
        secrets: Arc::new(store.secrets(keys)),
        triggers: Arc::new(triggers),
        client: reqwest::Client::new(),
        store,
    };

    let (shop_layer, shop) = shop::app(&parts, secret, services)?;
    let adapters = adapters::app(&parts, args.mercadopago_api)?;
    let app = Router::new().merge(shop).merge(adapters.app);
    // The worker sends what is stored through the same application, where its handlers are.
    let retry = RetryPolicy::default().max_attempts(args.attempts);
    let first_wait = Duration::from_millis(args.first_wait);
    let mut worker = Worker::new(parts.inbox.clone())
        .retry(retry.waits(first_wait, Duration::from_secs(3600)))
        .lease(Duration::from_secs(args.lease))
        .consumer(AppConsumer::new(&shop_layer, app.clone()));
    for layer in &adapters.layers {
        worker = worker.consumer(AppConsumer::new(layer, app.clone()));
    }
    let worker = worker.spawn()?;

    println!("data in {}", data.display());
    println!("private API on http://{}", private.local_addr()?);
    println!("listening on {url}");
    let api = triggers::api(&parts)
        .merge(adapters::api(&parts))
        .merge(jobs::api(&parts));
    tokio::spawn(axum::serve(private, api).into_future());
    let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app)
        .with_graceful_shutdown(stop)
        .await?;
    worker.drain(Duration::from_secs(30)).await;
    Ok(())
}
