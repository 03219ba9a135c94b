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

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use clap::Parser;
use demo::third_parties;
use webhook_axum::access::{AccessLayer, Networks};
use webhook_axum::inbox::{
    self, AppConsumer, Inbox, KeyRing, Retention, RetryPolicy, SealKeys, Worker,
};
use webhook_axum::serve::{Server, peer};
use webhook_axum::{Answer, Endpoint, EndpointBuilder, HttpsApi, WebhookLayer, contracts};
use webhook_sqlite::SqliteStore;

use crate::handlers::Shop;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about)]
struct Args {
    #[command(flatten)]
    place: demo::Place,
    /// URL of mail, features, alerts and Mercado Pago's API [default: a stand-in in this process]
    #[arg(long)]
    services: Option<String>,
    /// Milliseconds before the first retry; the second one waits twice as long
    #[arg(long, default_value_t = 2000)]
    retry_ms: u64,
    /// Seconds after which another process goes on with what a killed one was doing
    #[arg(long, default_value_t = 300)]
    lease: u64,
    /// Proxies in front, such as `127.0.0.1, 10.0.0.0/8`: they say who asks, and that it was by HTTPS
    #[arg(long)]
    behind: Option<Networks>,
    /// Networks that webhooks may come from
    #[arg(long, default_value = "0.0.0.0/0, ::/0")]
    only_from: Networks,
    /// Webhooks of one address in a minute
    #[arg(long, default_value_t = 6000)]
    per_minute: u32,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    demo::log();
    let args = Args::parse();
    let data = args.place.folder("qzpay-billing")?;
    let services = third_parties::qzpay().unless(args.services).await?;
    let mercadopago = match std::env::var("MP_ACCESS_TOKEN") {
        Ok(token) => HttpsApi::new("https://api.mercadopago.com")?.bearer(&token)?,
        Err(_) => HttpsApi::loopback_for_tests(&services)?,
    };

    // One file has the replay keys, the inbox and the subscriptions, so they commit together.
    let store = SqliteStore::open(data.join("billing.db"))?;
    billing::open(&store).await?;
    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;
    let inbox = Inbox::new(store.inbox(), SealKeys::new(&keys));
    let received = |_: &_| Answer::json(r#"{"received":true}"#);
    let layer = |endpoint: EndpointBuilder| -> Result<WebhookLayer, Failure> {
        let endpoint = endpoint
            .answer_rejections(contracts::qzpay) // 400 with `{"error":"Invalid signature"}`
            .answer_duplicates(received);
        Ok(WebhookLayer::new(endpoint.build()?))
    };
    let stored = |endpoint: EndpointBuilder| {
        let endpoint = endpoint.store(store.clone()).durable(inbox.clone()); // 200: on the disk
        layer(endpoint.answer_stored(received))
    };
    let secret_of_stripe = demo::secret("STRIPE_WEBHOOK_SECRET", "whsec_qzpay_test_0123456789");
    let stripe = stored(Endpoint::stripe(secret_of_stripe.clone()))?;
    let mp = demo::secret("MP_WEBHOOK_SECRET", "mp_test_secret_0123456789");
    let mp = stored(Endpoint::mercadopago(mp))?;
    let at_once = Endpoint::stripe(secret_of_stripe).consumer("at-once");
    let at_once = layer(at_once.store(store.transactional()?))?;

    let shop = Shop {
        inbox: store.inbox(),
        mercadopago,
        services: services.into(),
        client: reqwest::Client::new(),
    };
    let webhooks = Router::new()
        .route("/webhooks/stripe", handlers::stripe(stripe.clone()).into())
        .route(
            "/webhooks/mercadopago",
            handlers::mercadopago(mp.clone()).into(),
        )
        .route(
            "/webhooks/stripe/at-once",
            handlers::at_once(at_once.clone()).into(),
        )
        .with_state(shop);
    let first_wait = Duration::from_millis(args.retry_ms);
    let retry = RetryPolicy::default().waits(first_wait, DAY / 24);
    let worker = Worker::new(inbox.clone())
        .consumer(AppConsumer::new(&stripe, webhooks.clone()))
        .consumer(AppConsumer::new(&mp, webhooks.clone()))
        .retry(retry.max_attempts(3))
        .lease(Duration::from_secs(args.lease))
        .retention(Some(Retention::new(7 * DAY, 90 * DAY))) // bodies, records
        .spawn()?;

    let mut access = AccessLayer::new(peer)
        .only_from(args.only_from)
        .per_minute(args.per_minute)
        .log_refusals() // who sent what is not genuine
        .media_types(["application/json"])
        .answer_rejections(contracts::qzpay);
    if let Some(proxies) = args.behind {
        access = access.behind(proxies).https_only();
    }
    let app = webhooks
        .layer(access)
        // For the people who run it. In production, serve these on an address of their own.
        .route("/billing", get(billing::page).with_state(store))
        .nest("/jobs", inbox::pages(&inbox))
        .route("/health", get(desk::health).with_state(inbox));
    let listener = args.place.listener().await?;
    println!("listening on http://{}", listener.local_addr()?);
    let mut server = Server::new(listener, app).worker(worker);
    for layer in [stripe, mp, at_once] {
        server = server.drains(&layer);
    }
    Ok(server.run().await?)
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
