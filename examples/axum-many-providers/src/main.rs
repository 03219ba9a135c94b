//! Five providers in one axum application, layers in order, secrets rotated while it runs. `lib.rs`
//! has the layers, this file the arguments, the environment and the signals.
//!
//! The environment of a running process cannot change, so the secrets are in files, as Docker and
//! Kubernetes mount them. Each provider has one file, with one secret a line, the newest first.
//!
//! ```text
//! export PUBLIC_URL=https://example.com WEBHOOK_SECRETS_DIR=/tmp/secrets
//! mkdir -p /tmp/secrets
//! for p in stripe github slack shopify square; do
//!   echo "${p}_secret_0123456789" > /tmp/secrets/$p
//! done
//! cargo run -p axum-many-providers -- --port 3000
//! ```
//!
//! Sign a genuine delivery by hand. Send it twice: it runs once.
//!
//! ```text
//! SECRET=$(head -n 1 /tmp/secrets/github) BODY='{"action":"created"}'
//! TAG=$(printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
//! curl -i localhost:3000/webhooks/github -d "$BODY" \
//!   -H "x-hub-signature-256: sha256=$TAG" -H 'x-github-event: star'
//! ```
//!
//! To rotate a secret, put the new one above the old one and signal the process. Then both verify,
//! and the log names the providers that still sign with the old one. When these warnings stop,
//! delete the old line and signal the process again:
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
    /// Port on 127.0.0.1, or 0 for any free port
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

/// Longer than the limits for a body (10 s) and for a handler (30 s) together, so that these apply
/// first.
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
    let running = receivers.drain(Duration::from_secs(20)).await; // handlers whose client has left
    println!("{running} deliveries cut off");
    Ok(())
}

fn variable(name: &str, what: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|_| format!("set {name} to {what}").into())
}

/// Reads the secrets again at each SIGHUP. Reports a file that cannot be used, and keeps the old
/// secrets.
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
async fn rotate(_: &Receivers, _: &Path) -> std::io::Result<()> {
    std::future::pending().await
}

#[cfg(not(unix))]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async { tokio::signal::ctrl_c().await.unwrap_or_default() })
}
