//! NextPay's guide to webhooks as a system: it acknowledges at once, works later, and books each
//! payout and payment once.
//!
//! ```text
//! cargo run -p nextpay-payouts
//! ```

mod books;
mod ledger;
mod pages;
mod payouts;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::Parser;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use webhook_axum::inbox::{AppConsumer, Inbox, KeyRing, SealKeys, Worker};
use webhook_axum::{Answer, Endpoint, WebhookLayer, contracts};
use webhook_sqlite::SqliteStore;

use crate::ledger::Ledger;
use crate::payouts::Shop;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// NextPay shows the secret once, when the webhook is registered.
const SECRET: &str = "NEXTPAY_WEBHOOK_SECRET";
const TEST_SECRET: &str = "nextpay_test_secret_0123456789";
const PATH: &str = "/webhooks/nextpay";

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Folder of the database and its keys [default: nextpay-payouts in the temporary folder]
    #[arg(long)]
    data: Option<PathBuf>,
    /// URL of the accounting service [default: a stand-in in this process]
    #[arg(long)]
    books: Option<String>,
    /// Seconds after which another process goes on with what a killed one was doing
    #[arg(long, default_value_t = 30)]
    lease: u64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    // Before the first endpoint: it looks its series up once.
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let args = Args::parse();
    let data = args
        .data
        .unwrap_or_else(|| std::env::temp_dir().join("nextpay-payouts"));
    std::fs::create_dir_all(&data)?;
    let books = match args.books {
        Some(url) => url,
        None => books::start().await?,
    };
    let secret = std::env::var(SECRET).unwrap_or_else(|_| {
        eprintln!("{SECRET} is not set: only deliveries signed with the test secret are genuine");
        TEST_SECRET.to_owned()
    });

    // One file has the replay keys, the inbox and the ledger, so they commit together.
    let store = SqliteStore::open(data.join("payouts.db"))?;
    // What is stored is sealed: a row that somebody changes never becomes an event.
    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;
    let inbox = Inbox::new(store.inbox(), SealKeys::new(&keys));
    let endpoint = Endpoint::nextpay(secret)
        .store(store)
        .durable(inbox.clone()) // 200 means: on the disk
        .answer_rejections(contracts::nextpay) // 401 with the text `Invalid signature`
        .answer_stored(|_| Answer::ok().with_text("OK"))
        .answer_duplicates(|_| Answer::ok().with_text("OK"))
        .build()?;
    let layer = WebhookLayer::new(endpoint);

    let ledger = Ledger::open(&data.join("payouts.db"))?;
    let shop = Shop::new(Arc::new(ledger), books);
    let app = Router::new()
        .route(PATH, payouts::route(layer.clone()))
        .with_state(shop.clone());
    // The worker sends what is stored through the same application, where its handlers are.
    let worker = Worker::new(inbox.clone())
        .consumer(AppConsumer::new(&layer, app.clone()))
        .lease(Duration::from_secs(args.lease))
        .spawn()?;

    let app = app.merge(pages::pages(shop, inbox, metrics));
    let listener = TcpListener::bind(("127.0.0.1", args.port)).await?;
    println!("data in {}", data.display());
    println!("listening on http://{}", listener.local_addr()?);
    let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app)
        .with_graceful_shutdown(stop)
        .await?;
    // What is unfinished after this time runs when the program is started again.
    layer.drain(Duration::from_secs(10)).await;
    worker.drain(Duration::from_secs(30)).await;
    Ok(())
}
