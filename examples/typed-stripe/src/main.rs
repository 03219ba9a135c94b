//! Stripe events as the types of async-stripe. `lib.rs` has the handler, this file the arguments
//! and the secret.
//!
//! The example is a separate workspace, because async-stripe's types take two minutes to build:
//!
//! ```text
//! cd examples/typed-stripe
//! export STRIPE_WEBHOOK_SECRET=whsec_typed_stripe_0123456789
//! cargo run -- --port 3000
//! ```
//!
//! Sign a genuine delivery by hand. It is fresh for five minutes. Send it twice: it runs once.
//!
//! ```text
//! BODY=$(cat tests/customer.created.json) TIME=$(date +%s)
//! TAG=$(printf '%s.%s' "$TIME" "$BODY" |
//!   openssl dgst -sha256 -hmac "$STRIPE_WEBHOOK_SECRET" -r | cut -d' ' -f1)
//! curl -i localhost:3000/webhooks/stripe -H "stripe-signature: t=$TIME,v1=$TAG" -d "$BODY"
//! ```
//!
//! Or let Stripe sign. `stripe listen --forward-to localhost:3000/webhooks/stripe` prints a secret
//! for the environment, and `stripe trigger customer.created` sends a delivery.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Parser;
use tokio::net::TcpListener;
use typed_stripe::{Ledger, app};
use webhook_axum::{Endpoint, MemoryStore, WebhookLayer};

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1, or 0 for any free port
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

const SECRET: &str = "STRIPE_WEBHOOK_SECRET";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_ansi(false).init();
    let args = Args::parse();
    let secret = std::env::var(SECRET)
        .map_err(|_| format!("set {SECRET} to the secret that Stripe shows with the endpoint"))?;
    let endpoint = Endpoint::stripe(secret)
        .store(MemoryStore::new()) // in memory: lost on restart, not shared between processes
        .build()
        .map_err(|error| format!("{SECRET}: {error}"))?; // the error never contains the secret
    let webhooks = WebhookLayer::new(endpoint);

    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))).await?;
    println!("listening on http://{}", listener.local_addr()?);
    // Ctrl-C only. The example tower-hyper also handles SIGTERM.
    axum::serve(listener, app(webhooks.clone(), Ledger::default()))
        .with_graceful_shutdown(async { tokio::signal::ctrl_c().await.unwrap_or_default() })
        .await?;
    webhooks.drain(Duration::from_secs(20)).await; // handlers whose client has left
    Ok(())
}
