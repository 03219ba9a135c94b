//! GitHub events in actix-web as the types of octocrab. `lib.rs` has the handlers, this file the
//! arguments and the secret.
//!
//! The example is a separate workspace, because octocrab takes a minute to build:
//!
//! ```text
//! cd examples/actix-github
//! export GITHUB_WEBHOOK_SECRET=github_secret_0123456789
//! cargo run -- --port 3000
//! ```
//!
//! Sign a genuine delivery by hand. Send it twice: it runs once.
//!
//! ```text
//! BODY=$(cat tests/star.json)
//! TAG=$(printf '%s' "$BODY" |
//!   openssl dgst -sha256 -hmac "$GITHUB_WEBHOOK_SECRET" -r | cut -d' ' -f1)
//! curl -i localhost:3000/webhooks/github -d "$BODY" \
//!   -H 'x-github-event: star' -H "x-hub-signature-256: sha256=$TAG"
//! ```
//!
//! Change one character of `BODY` and keep `TAG`: the answer is 401.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use actix_github::{Log, serve};
use clap::Parser;
use webhook_actix::{Endpoint, MemoryStore, Webhook};

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1, or 0 for any free port
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
        .store(MemoryStore::new()) // in memory: lost on restart, not shared between processes
        .build()
        .map_err(|error| format!("{SECRET}: {error}"))?; // the error never contains the secret
    let webhook = Webhook::new(endpoint);

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port))?;
    println!("listening on http://{}", listener.local_addr()?);
    // actix handles SIGTERM and Ctrl-C: it stops accepting and waits for its connections. Only the
    // middleware knows the handlers whose client has left, so it waits for them afterwards.
    serve(listener, webhook.clone(), Log::default())?.await?;
    let running = webhook.drain(Duration::from_secs(20)).await;
    println!("{running} deliveries cut off");
    Ok(())
}
