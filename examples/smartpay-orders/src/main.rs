//! Smartpay's guide to webhooks as a system: several endpoints with secrets of their own, and
//! orders whose payment is captured once.
//!
//! ```text
//! cargo run -p smartpay-orders
//! ```

mod api;
mod endpoints;
mod handlers;
mod orders;
mod pages;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use tokio::net::TcpListener;
use webhook_axum::inbox::{AppConsumer, Inbox, KeyRing, SealKeys, Worker};
use webhook_axum::{FromDelivery as _, TenantSecrets, providers};
use webhook_payments::PaymentEvent;
use webhook_sqlite::SqliteStore;

use crate::handlers::Shop;
use crate::orders::Orders;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Subscriptions and their signing secrets, as `id=secret,id=secret`. `_` is the one of deliveries
/// that name none.
const SECRETS: &str = "SMARTPAY_SIGNING_SECRETS";
const TEST_SECRETS: &str = "_=AAYOURSIGNINGKEYfortests0123456789abcdef,\
    webhook_second=SECONDsigningKeyForTests0123456789abcdef,\
    webhook_payouts=PAYOUTSsigningKeyForTests0123456789abcd";
/// The subscription of the endpoint for payouts.
const PAYOUTS: &str = "webhook_payouts";

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Folder of the database and its keys [default: smartpay-orders in the temporary folder]
    #[arg(long)]
    data: Option<PathBuf>,
    /// URL of Smartpay's API [default: a stand-in in this process]
    #[arg(long)]
    api: Option<String>,
    /// Take live events only: test events are answered 200, and nothing happens
    #[arg(long)]
    live: bool,
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
    let args = Args::parse();
    let data = args
        .data
        .unwrap_or_else(|| std::env::temp_dir().join("smartpay-orders"));
    std::fs::create_dir_all(&data)?;
    let api = match args.api {
        Some(url) => url,
        None => api::start().await?,
    };
    let store = SqliteStore::open(data.join("orders.db"))?;
    // It seals the secrets, and what is stored: a row that somebody changes never becomes an event.
    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;

    // The secrets are sealed in the database. Those of `/webhooks` are looked up there, so that
    // they can be rotated and revoked while the server runs: `webhook secrets rotate`.
    let secrets = store.secrets(keys.clone());
    let configured = std::env::var(SECRETS).unwrap_or_else(|_| {
        eprintln!("{SECRETS} is not set: only deliveries signed with test secrets are genuine");
        TEST_SECRETS.to_owned()
    });
    for entry in configured.split(',') {
        let (id, secret) = entry.split_once('=').ok_or("an entry is not id=secret")?;
        let secret = TenantSecrets::new(secret);
        secrets
            .put(&providers::SMARTPAY, id.trim(), &secret)
            .await?;
    }

    // The events of one order are handled one after the other.
    let inbox = Inbox::new(store.inbox(), SealKeys::new(&keys)).ordered_by(|delivery| {
        let event = PaymentEvent::from_delivery(delivery).ok()?;
        event.ids.order.map(|order| format!("order/{order}"))
    });
    let shop = Shop::new(Orders::open(&data.join("orders.db"))?, api);
    let endpoints = endpoints::Endpoints::new(&store, &inbox, Arc::new(secrets)).await?;
    let app = endpoints.app(shop.clone(), args.live);
    // The worker sends what is stored through the same application, where its handlers are.
    let worker = Worker::new(inbox.clone())
        .consumer(AppConsumer::new(&endpoints.orders, app.clone()))
        .consumer(AppConsumer::new(&endpoints.payouts, app.clone()))
        .lease(Duration::from_secs(args.lease))
        .spawn()?;

    let app = app.merge(pages::pages(shop, inbox));
    let listener = TcpListener::bind(("127.0.0.1", args.port)).await?;
    println!("data in {}", data.display());
    println!("listening on http://{}", listener.local_addr()?);
    let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app)
        .with_graceful_shutdown(stop)
        .await?;
    worker.drain(Duration::from_secs(30)).await;
    Ok(())
}
