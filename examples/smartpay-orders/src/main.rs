//! Smartpay's guide to webhooks as a system: several endpoints with secrets of their own, and
//! orders whose payment is captured once.
//!
//! ```text
//! cargo run -p smartpay-orders
//! ```

mod endpoints;
mod handlers;
mod orders;

use std::time::Duration;

use axum::routing::get;
use clap::Parser;
use demo::third_parties;
use webhook_axum::inbox::{self, AppConsumer, Inbox, KeyRing, SealKeys, Worker};
use webhook_axum::serve::Server;
use webhook_axum::{FromDelivery as _, TenantSecrets, providers};
use webhook_payments::PaymentEvent;
use webhook_sqlite::SqliteStore;

use crate::handlers::Shop;
use crate::orders::Orders;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Subscriptions and their signing secrets, as `id=secret,id=secret`. `_` is the one of deliveries
/// that name none.
const TEST_SECRETS: &str = "_=AAYOURSIGNINGKEYfortests0123456789abcdef,\
    webhook_second=SECONDsigningKeyForTests0123456789abcdef,\
    webhook_payouts=PAYOUTSsigningKeyForTests0123456789abcd";
/// The subscription of the endpoint for payouts.
const PAYOUTS: &str = "webhook_payouts";

#[derive(Parser)]
#[command(about)]
struct Args {
    #[command(flatten)]
    place: demo::Place,
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
    demo::log();
    let args = Args::parse();
    let data = args.place.folder("smartpay-orders")?;
    let api = third_parties::smartpay().unless(args.api).await?;
    let store = SqliteStore::open(data.join("orders.db"))?;
    // It seals the secrets, and what is stored: a row that somebody changes never becomes an event.
    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;

    // The secrets are sealed in the database. Those of `/webhooks` are looked up there, so that
    // they can be rotated and revoked while the server runs: `webhook secrets rotate`.
    let secrets = store.secrets(keys.clone());
    let configured = demo::secret("SMARTPAY_SIGNING_SECRETS", TEST_SECRETS);
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
    let orders = Orders::open(&store).await?;
    let endpoints = endpoints::Endpoints::new(&store, &inbox, &secrets).await?;
    let app = endpoints.app(Shop::new(orders.clone(), api), args.live);
    // The worker sends what is stored through the same application, where its handlers are.
    let worker = Worker::new(inbox.clone())
        .consumer(AppConsumer::new(&endpoints.orders, app.clone()))
        .consumer(AppConsumer::new(&endpoints.payouts, app.clone()))
        .lease(Duration::from_secs(args.lease))
        .spawn()?;

    // For the people who run it. In production, serve these on an address of their own.
    let app = app
        .route("/orders", get(orders::page).with_state(orders))
        .nest("/jobs", inbox::pages(&inbox));
    let listener = args.place.listener().await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = Server::new(listener, app).worker(worker);
    let server = server.drains(&endpoints.orders).drains(&endpoints.payouts);
    Ok(server.run().await?)
}
