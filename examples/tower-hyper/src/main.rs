//! A Stripe endpoint without a framework: hyper, and a plain function inside a tower layer.
//! `lib.rs` has the handler, this file the arguments, the secret and the signals.
//!
//! ```text
//! export STRIPE_WEBHOOK_SECRET=whsec_tower_hyper_0123456789
//! cargo run -p tower-hyper -- --port 3000
//! ```
//!
//! Sign a genuine delivery by hand. It is fresh for five minutes. Send it twice: it counts once.
//!
//! ```text
//! BODY='{"id":"evt_1","type":"invoice.paid","data":{"object":{"amount_paid":1999}}}'
//! TIME=$(date +%s)
//! TAG=$(printf '%s.%s' "$TIME" "$BODY" |
//!   openssl dgst -sha256 -hmac "$STRIPE_WEBHOOK_SECRET" -r | cut -d' ' -f1)
//! curl -i localhost:3000/webhooks/stripe -H "stripe-signature: t=$TIME,v1=$TAG" -d "$BODY"
//! ```
//!
//! Change one character of `BODY` and keep `TAG`: the answer is 401.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Parser;
use tokio::net::TcpListener;
use tower_hyper::{Failure, Takings, serve};
use webhook_tower::{Endpoint, MemoryStore, WebhookLayer};

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1, or 0 for any free port
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

const SECRET: &str = "STRIPE_WEBHOOK_SECRET";

/// Longer than the limits for a body (10 s) and for a handler (30 s) together, so that these apply
/// first.
const PATIENCE: Duration = Duration::from_secs(45);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().with_ansi(false).init();
    let args = Args::parse();
    let secret = std::env::var(SECRET)
        .map_err(|_| format!("set {SECRET} to the secret that Stripe shows with the endpoint"))?;
    let endpoint = Endpoint::stripe(secret)
        .store(MemoryStore::new()) // in memory: lost on restart, not shared between processes
        .build()
        .map_err(|error| format!("{SECRET}: {error}"))?; // the error never contains the secret
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))).await?;
    println!("listening on http://{}", listener.local_addr()?);

    let (webhooks, takings) = (WebhookLayer::new(endpoint), Takings::default());
    let running = serve(listener, webhooks, takings.clone(), PATIENCE, stop()?).await;
    println!(
        "{} cents taken, {running} deliveries cut off",
        takings.cents()
    );
    Ok(())
}

/// Waits for SIGTERM, which supervisors send to end a process, or for Ctrl-C.
#[cfg(unix)]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async { tokio::signal::ctrl_c().await.unwrap_or_default() })
}
