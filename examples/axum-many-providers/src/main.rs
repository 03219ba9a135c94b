//! Five providers in one axum application, layers in order, secrets rotated while it runs. The lesson is in `lib.rs`; here
//! are arguments, environment and signals.
//!
//! The environment of a running process cannot be changed, so what is to be rotated is in files: one for each provider, one
//! secret a line, the newest first, as Docker and Kubernetes mount them. The environment says where.
//!
//! ```text
//! export PUBLIC_URL=https://example.com WEBHOOK_SECRETS_DIR=/tmp/secrets
//! mkdir -p /tmp/secrets
//! for p in stripe github slack shopify square; do echo "${p}_secret_0123456789" > /tmp/secrets/$p; done
//! cargo run -p axum-many-providers -- --port 3000
//! ```
//!
//! A genuine delivery, signed by hand; sent twice, it runs once:
//!
//! ```text
//! SECRET=$(head -n 1 /tmp/secrets/github) BODY='{"action":"created"}'
//! TAG=$(printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
//! curl -i localhost:3000/webhooks/github -H "x-hub-signature-256: sha256=$TAG" -H 'x-github-event: star' -d "$BODY"
//! ```
//!
//! Rotate: put a new secret above the old one and tell the process. From then on both count, and the log says who
//! still signs with the old one. When nobody does, delete its line and tell the process again:
//!
//! ```text
//! sed -i '1i github_secret_9876543210' /tmp/secrets/github
//! kill -HUP $(pidof axum-many-providers)
//! ```

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum_many_providers::{Failure, Journal, Receivers, Secrets, app};
use clap::Parser;
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

/// Longer than a body may take to arrive (10 s) and a handler to run (30 s) together, so that the layers' own limits come first.
const PATIENCE: Duration = Duration::from_secs(45);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().with_ansi(false).init();
    let args = Args::parse();
    let public_url = variable(
        "PUBLIC_URL",
        "the URL that providers send to, as https://example.com",
    )?;
    let secrets_in = variable(
        "WEBHOOK_SECRETS_DIR",
        "a directory with one file for each provider",
    )?;
    let secrets_in = PathBuf::from(secrets_in);
    let receivers = Receivers::new(&Secrets::read(&secrets_in)?, &public_url)?;

    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))).await?;
    println!("listening on http://{}", listener.local_addr()?);
    tokio::select! {
        served = async {
            axum::serve(listener, app(&receivers, Journal::default(), PATIENCE))
                .with_graceful_shutdown(stop()?)
                .await
        } => served?,
        never = rotate(&receivers, &secrets_in) => never?,
    }
    let running = receivers.drain(Duration::from_secs(20)).await; // handlers whose client went away
    println!("{running} deliveries cut off");
    Ok(())
}

fn variable(name: &str, what: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|_| format!("set {name} to {what}").into())
}

/// Reads the secrets again at each SIGHUP. A file that cannot be used is reported, and the secrets in force stay.
#[cfg(unix)]
async fn rotate(receivers: &Receivers, secrets_in: &Path) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup())?;
    loop {
        hangup.recv().await;
        match Secrets::read(secrets_in).and_then(|secrets| receivers.rotate(&secrets)) {
            Ok(()) => tracing::info!("secrets replaced"),
            Err(error) => tracing::error!("secrets not replaced: {error}"),
        }
    }
}

/// SIGTERM, which is how supervisors end a process, or Ctrl-C.
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
async fn rotate(_: &Receivers, _: &Path) -> std::io::Result<()> {
    std::future::pending().await
}

#[cfg(not(unix))]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async { tokio::signal::ctrl_c().await.unwrap_or_default() })
}
