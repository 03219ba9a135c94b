//! Prood's guide to checkout webhooks as a system: each tenant's webhooks are verified with its own
//! secret and forwarded to the Commerce API, which moves orders from state to state.
//!
//! ```text
//! cargo run -p prood-checkout
//! ```

mod checkout;
mod commerce;
mod orders;

use std::time::Duration;

use axum::Router;
use clap::Parser;
use demo::third_parties;
use webhook_axum::secret_store::KeyRing;
use webhook_axum::serve::Server;
use webhook_axum::{TenantSecrets, providers};
use webhook_sqlite::{SqliteSecrets, SqliteStore};

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about)]
struct Args {
    #[command(flatten)]
    place: demo::Place,
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
    secrets: SqliteSecrets,
    /// Signs what the checkout forwards to the API.
    hop: String,
    patience: Duration,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    demo::log();
    let args = Args::parse();
    let data = args.place.folder("prood-checkout")?;
    let listener = args.place.listener().await?;
    let here = format!("http://{}", listener.local_addr()?);

    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;
    let store = SqliteStore::open(data.join("checkout.db"))?;
    orders::open(&store).await?;
    let parts = Parts {
        secrets: store.secrets(keys),
        hop: demo::secret(
            "CHECKOUT_API_SECRET",
            "whsec_Y2hlY2tvdXQtaG9wLXRlc3Qtc2VjcmV0LTAx",
        ),
        patience: Duration::from_secs(args.patience),
        store,
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
        let secret = TenantSecrets::new(demo::secret(name, for_tests));
        parts.secrets.put(&provider, "_", &secret).await?;
    }

    let api = args.api.unwrap_or_else(|| here.clone());
    let easypay = third_parties::easypay().unless(args.easypay).await?;
    let (checkout, layers) = checkout::routes(&parts, &api, easypay)?;
    let (commerce, api_layers) = commerce::routes(&parts)?;
    let app = Router::new().merge(checkout).merge(commerce);

    println!("listening on {here}");
    let mut server = Server::new(listener, app);
    for layer in layers.iter().chain(&api_layers) {
        server = server.drains(layer);
    }
    Ok(server.run().await?)
}
