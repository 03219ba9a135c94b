//! NextPay's guide to webhooks as a system: it acknowledges at once, works later, and books each
//! payout and payment once.
//!
//! ```text
//! cargo run -p nextpay-payouts
//! ```

mod ledger;
mod pages;
mod payouts;

use std::time::Duration;

use axum::Router;
use clap::Parser;
use demo::third_parties;
use metrics_exporter_prometheus::PrometheusBuilder;
use webhook_axum::inbox::{AppConsumer, Inbox, KeyRing, SealKeys, Worker};
use webhook_axum::serve::Server;
use webhook_axum::{Answer, Endpoint, WebhookLayer, contracts};
use webhook_sqlite::SqliteStore;

use crate::ledger::Ledger;
use crate::payouts::Shop;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PATH: &str = "/webhooks/nextpay";

#[derive(Parser)]
#[command(about)]
struct Args {
    #[command(flatten)]
    place: demo::Place,
    /// URL of the accounting service [default: a stand-in in this process]
    #[arg(long)]
    books: Option<String>,
    /// Seconds after which another process goes on with what a killed one was doing
    #[arg(long, default_value_t = 30)]
    lease: u64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    demo::log();
    // Before the first endpoint: it looks its series up once.
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let args = Args::parse();
    let data = args.place.folder("nextpay-payouts")?;
    let books = third_parties::accounting().unless(args.books).await?;
    let secret = demo::secret("NEXTPAY_WEBHOOK_SECRET", "nextpay_test_secret_0123456789");

    // One file has the replay keys, the inbox and the ledger, so they commit together.
    let store = SqliteStore::open(data.join("payouts.db"))?;
    // What is stored is sealed: a row that somebody changes never becomes an event.
    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;
    let inbox = Inbox::new(store.inbox(), SealKeys::new(&keys));
    let endpoint = Endpoint::nextpay(secret)
        .store(store.clone())
        .durable(inbox.clone()) // 200 means: on the disk
        .answer_rejections(contracts::nextpay) // 401 with the text `Invalid signature`
        .answer_stored(|_| Answer::ok().with_text("OK"))
        .answer_duplicates(|_| Answer::ok().with_text("OK"))
        .build()?;
    let layer = WebhookLayer::new(endpoint);

    let ledger = Ledger::open(&store).await?;
    let app = Router::new()
        .route(PATH, payouts::route(layer.clone()))
        .with_state(Shop::new(ledger.clone(), books));
    // The worker sends what is stored through the same application, where its handlers are.
    let worker = Worker::new(inbox.clone())
        .consumer(AppConsumer::new(&layer, app.clone()))
        .lease(Duration::from_secs(args.lease))
        .spawn()?;

    let app = app.merge(pages::pages(ledger, &inbox, metrics));
    let listener = args.place.listener().await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = Server::new(listener, app).drains(&layer).worker(worker);
    Ok(server.run().await?)
}
