//! A custom provider. `lighthouse.rs` and the tests have the provider, this file the arguments and
//! the secret.
//!
//! ```text
//! export LIGHTHOUSE_SECRET=$(openssl rand -base64 32)
//! cargo run -p custom-provider -- --port 3000
//! ```
//!
//! Sign a genuine delivery by hand, as Lighthouse's documentation says. It is fresh for five
//! minutes. Send it twice: it runs once.
//!
//! ```text
//! BODY='{"event":"fog","metres":50}' ID=msg_1 TIME=$(date +%s000)
//! KEY=$(printf '%s' "$LIGHTHOUSE_SECRET" | base64 -d | od -An -tx1 | tr -d ' \n')
//! TAG=$(printf '%s:%s:%s' $ID $TIME "$BODY" |
//!   openssl dgst -sha512 -mac HMAC -macopt hexkey:$KEY -r | cut -d' ' -f1)
//! curl -i localhost:3000/webhooks/lighthouse -d "$BODY" \
//!   -H "lighthouse-id: $ID" -H "lighthouse-sent: $TIME" -H "lighthouse-signature: v1:$TAG"
//! ```
//!
//! Change one character of `BODY`, `ID` or `TIME` and keep `TAG`: the answer is 401.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Parser;
use custom_provider::{Log, app, layer};
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1, or 0 for any free port
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

const SECRET: &str = "LIGHTHOUSE_SECRET";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_ansi(false).init();
    let args = Args::parse();
    let secret = std::env::var(SECRET)
        .map_err(|_| format!("set {SECRET} to the secret that Lighthouse shows, in base64"))?;
    let webhooks = layer(secret).map_err(|error| format!("{SECRET}: {error}"))?;

    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))).await?;
    println!("listening on http://{}", listener.local_addr()?);
    // Ctrl-C only. The example tower-hyper also handles SIGTERM.
    axum::serve(listener, app(webhooks.clone(), Log::default()))
        .with_graceful_shutdown(async { tokio::signal::ctrl_c().await.unwrap_or_default() })
        .await?;
    webhooks.drain(Duration::from_secs(20)).await; // handlers whose client has left
    Ok(())
}
