//! QZPay's guide to webhooks as a system: subscriptions of Stripe and Mercado Pago in SQLite,
//! listeners that run after the commit, and dead letters for a person.
//!
//! ```text
//! cargo run -p qzpay-billing
//! ```

mod billing;
mod desk;
mod handlers;
mod listeners;
mod services;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn;
use clap::Parser;
use tokio::net::TcpListener;
use webhook_axum::inbox::{AppConsumer, Inbox, KeyRing, Retention, RetryPolicy, SealKeys, Worker};
use webhook_axum::{Answer, Endpoint, EndpointBuilder, HttpsApi, WebhookLayer, contracts};
use webhook_sqlite::SqliteStore;

use crate::billing::Billing;
use crate::handlers::Shop;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Folder of the database and its keys [default: qzpay-billing in the temporary folder]
    #[arg(long)]
    data: Option<PathBuf>,
    /// URL of mail, features, alerts and Mercado Pago's API [default: a stand-in in this process]
    #[arg(long)]
    services: Option<String>,
    /// Milliseconds before the first retry; the second one waits twice as long
    #[arg(long, default_value_t = 2000)]
    retry_ms: u64,
    /// Seconds after which another process goes on with what a killed one was doing
    #[arg(long, default_value_t = 300)]
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
        .unwrap_or_else(|| std::env::temp_dir().join("qzpay-billing"));
    std::fs::create_dir_all(&data)?;
    let services = match args.services {
        Some(url) => url,
        None => services::start().await?,
    };
    let mercadopago = match std::env::var("MP_ACCESS_TOKEN") {
        Ok(token) => HttpsApi::new("https://api.mercadopago.com")?.bearer(&token)?,
        Err(_) => HttpsApi::loopback_for_tests(&services)?,
    };

    // One file has the replay keys, the inbox and the subscriptions, so they commit together.
    let file = data.join("billing.db");
    let store = SqliteStore::open(&file)?;
    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;
    let inbox = Inbox::new(store.inbox(), SealKeys::new(&keys));
    let layer = |endpoint: EndpointBuilder| -> Result<WebhookLayer, Failure> {
        let received = |_: &_| Answer::json(r#"{"received":true}"#);
        let endpoint = endpoint
            .store(store.clone())
            .durable(inbox.clone()) // 200 means: on the disk
            .answer_rejections(contracts::qzpay) // 400 with `{"error":"Invalid signature"}`
            .answer_stored(received)
            .answer_duplicates(received);
        Ok(WebhookLayer::new(endpoint.build()?))
    };
    let stripe = secret("STRIPE_WEBHOOK_SECRET", "whsec_qzpay_test_0123456789");
    let stripe = layer(Endpoint::stripe(stripe))?;
    let mp = secret("MP_WEBHOOK_SECRET", "mp_test_secret_0123456789");
    let mp = layer(Endpoint::mercadopago(mp))?;

    let billing = Billing::open(&file)?;
    let shop = Shop::new(billing.clone(), mercadopago, services);
    let webhooks = Router::new()
        .route("/webhooks/stripe", handlers::stripe(stripe.clone()).into())
        .route(
            "/webhooks/mercadopago",
            handlers::mercadopago(mp.clone()).into(),
        )
        .with_state(shop);
    let worker = Worker::new(inbox.clone())
        .consumer(AppConsumer::new(&stripe, webhooks.clone()))
        .consumer(AppConsumer::new(&mp, webhooks.clone()))
        .retry(RetryPolicy::default().max_attempts(3).waits(
            Duration::from_millis(args.retry_ms),
            Duration::from_secs(3600),
        ))
        .lease(Duration::from_secs(args.lease))
        .retention(Some(Retention::new(days(7), days(90)))) // bodies, records
        .spawn()?;

    let app = webhooks
        .layer(from_fn(desk::log_refused))
        .merge(desk::pages(inbox, billing));
    let listener = TcpListener::bind(("127.0.0.1", args.port)).await?;
    println!("data in {}", data.display());
    println!("listening on http://{}", listener.local_addr()?);
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app)
        .with_graceful_shutdown(stop)
        .await?;
    for layer in [stripe, mp] {
        layer.drain(Duration::from_secs(10)).await;
    }
    worker.drain(Duration::from_secs(30)).await;
    Ok(())
}

fn secret(variable: &str, for_tests: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        eprintln!("{variable} is not set: only deliveries signed with the test secret are genuine");
        for_tests.to_owned()
    })
}

const fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}
