//! GitHub events in actix-web as the types of octocrab. The lesson is in `lib.rs`; here are arguments and secret.
//!
//! It is a workspace of its own, because octocrab takes a minute to build:
//!
//! ```text
//! cd examples/actix-github
//! export GITHUB_WEBHOOK_SECRET=github_secret_0123456789
//! cargo run -- --port 3000
//! ```
//!
//! A genuine delivery, signed by hand; sent twice, it runs once:
//!
//! ```text
//! BODY=$(cat tests/star.json)
//! TAG=$(printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$GITHUB_WEBHOOK_SECRET" -r | cut -d' ' -f1)
//! curl -i localhost:3000/webhooks/github -H 'x-github-event: star' -H "x-hub-signature-256: sha256=$TAG" -d "$BODY"
//! ```
//!
//! Change one character of `BODY` and send it under the same `TAG`: 401.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use actix_github::{Log, serve};
use clap::Parser;
use webhook_actix::Webhook;
use webhook_core::{Endpoint, MemoryStore};

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

const SECRET: &str = "GITHUB_WEBHOOK_SECRET";

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_ansi(false).init();
    let args = Args::parse();
    let secret = std::env::var(SECRET)
        .map_err(|_| format!("set {SECRET} to the secret of the webhook's settings"))?;
    let endpoint = Endpoint::github(secret)
        .store(MemoryStore::new()) // forgets on restart; several processes need a store they share
        .build()
        .map_err(|error| format!("{SECRET}: {error}"))?; // says what is wrong, never the secret
    let webhook = Webhook::new(endpoint);

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port))?;
    println!("listening on http://{}", listener.local_addr()?);
    // SIGTERM and Ctrl-C are actix's: it stops accepting and waits for connections. Then the handlers whose client went
    // away, of which only the middleware knows.
    serve(listener, webhook.clone(), Log::default())?.await?;
    let running = webhook.drain(Duration::from_secs(20)).await;
    println!("{running} deliveries cut off");
    Ok(())
}
