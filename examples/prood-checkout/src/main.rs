//! Prood's guide to checkout webhooks as a system: each tenant's webhooks are verified with its own
//! secret and forwarded to the Commerce API, which moves orders from state to state.
//!
//! ```text
//! cargo run -p prood-checkout
//! ```

mod checkout;
mod commerce;
mod orders;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::Parser;
use tokio::net::TcpListener;
use webhook_axum::secret_store::KeyRing;
use webhook_axum::{TenantSecrets, providers};
use webhook_sqlite::{SqliteSecrets, SqliteStore};

use crate::orders::Orders;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Folder of the databases and the keys [default: prood-checkout in the temporary folder]
    #[arg(long)]
    data: Option<PathBuf>,
    /// URL of the Commerce API [default: the one in this process]
    #[arg(long)]
    api: Option<String>,
    /// URL of Easypay's API, with its version [default: a stand-in in this process]
    #[arg(long)]
    easypay: Option<String>,
    /// Seconds that the Commerce API has to answer
    #[arg(long, default_value_t = 20)]
    patience: u64,
}

/// What the routes of the checkout and of the API share.
#[derive(Clone)]
struct Parts {
    store: SqliteStore,
    /// The secrets of tenants, sealed.
    secrets: Arc<SqliteSecrets>,
    /// Signs what the checkout forwards to the API.
    hop: String,
    orders: Orders,
    patience: Duration,
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
        .unwrap_or_else(|| std::env::temp_dir().join("prood-checkout"));
    std::fs::create_dir_all(&data)?;
    let listener = TcpListener::bind(("127.0.0.1", args.port)).await?;
    let here = format!("http://{}", listener.local_addr()?);

    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;
    let file = data.join("checkout.db");
    let store = SqliteStore::open(&file)?;
    let parts = Parts {
        secrets: Arc::new(store.secrets(keys)),
        store,
        hop: variable(
            "CHECKOUT_API_SECRET",
            "whsec_Y2hlY2tvdXQtaG9wLXRlc3Qtc2VjcmV0LTAx",
        ),
        orders: Orders::open(&file)?,
        patience: Duration::from_secs(args.patience),
    };
    // The secrets of the platform itself. No tenant falls back to them: they are those of `_`.
    for (provider, name, for_tests) in [
        (
            providers::STRIPE,
            "STRIPE_WEBHOOK_SECRET",
            "whsec_platform_test_0123456789",
        ),
        (
            providers::IFTHENPAY,
            "IFTHENPAY_PHISHING_KEY",
            "platform-phishing-key-0123456789",
        ),
    ] {
        let secret = TenantSecrets::new(variable(name, for_tests));
        parts.secrets.put(&provider, "_", &secret).await?;
    }

    let api = args.api.unwrap_or_else(|| here.clone());
    let easypay = args
        .easypay
        .unwrap_or_else(|| format!("{here}/stand-in/easypay"));
    let (checkout, layers) = checkout::routes(&parts, &api, easypay)?;
    let (commerce, api_layers) = commerce::routes(&parts)?;
    let app = Router::new().merge(checkout).merge(commerce);

    println!("data in {}", data.display());
    println!("listening on {here}");
    let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app)
        .with_graceful_shutdown(stop)
        .await?;
    for layer in layers.into_iter().chain(api_layers) {
        layer.drain(Duration::from_secs(10)).await;
    }
    Ok(())
}

fn variable(name: &str, for_tests: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        eprintln!("{name} is not set: the test value counts");
        for_tests.to_owned()
    })
}
