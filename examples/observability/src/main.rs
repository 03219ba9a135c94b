//! A Stripe endpoint with a page for Prometheus, and spans and events as JSON on the standard error.
//!
//! ```text
//! export STRIPE_WEBHOOK_SECRETS=whsec_new_0123456789abcdef,whsec_old_0123456789abcdef
//! cargo run -p observability
//! curl localhost:9464/metrics
//! ```

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Parser;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port of the webhooks on 127.0.0.1, or 0 for any free port
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Port of the page for Prometheus on 127.0.0.1, or 0 for any free port
    #[arg(long, default_value_t = 9464)]
    metrics_port: u16,
}

const SECRETS: &str = "STRIPE_WEBHOOK_SECRETS";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `RUST_LOG=webhook=debug` shows every delivery, `webhook=info` their spans and what is wrong.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_span_events(FmtSpan::CLOSE) // one line for each delivery, with its outcome
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let args = Args::parse();
    let secrets = std::env::var(SECRETS)
        .map_err(|_| format!("set {SECRETS} to the secrets of the endpoint, the newest first"))?;
    let recorded = observability::install()?;
    let secrets = secrets.split(',').collect::<webhook_axum::SecretSet>();
    let webhooks = observability::layer(secrets).map_err(|error| format!("{SECRETS}: {error}"))?;

    let listen =
        async |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
    let (listener, scraped) = (listen(args.port).await?, listen(args.metrics_port).await?);
    println!("listening on http://{}", listener.local_addr()?);
    println!("metrics on http://{}/metrics", scraped.local_addr()?);
    let upkeep = recorded.clone();
    tokio::spawn(async move {
        // Moves the samples of histograms into their buckets, whether anybody scrapes or not.
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    tokio::spawn(axum::serve(scraped, observability::page(recorded)).into_future());
    axum::serve(listener, observability::payments(webhooks.clone()))
        .with_graceful_shutdown(async { tokio::signal::ctrl_c().await.unwrap_or_default() })
        .await?;
    webhooks.drain(Duration::from_secs(20)).await; // handlers whose client has left
    Ok(())
}
