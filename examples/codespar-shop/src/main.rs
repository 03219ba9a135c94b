//! The receiver of CodeSpar's guide alone, for events that CodeSpar itself sends.
//!
//! ```text
//! cargo run -p codespar-shop
//! ```

use axum::Router;
use clap::Parser;
use demo::third_parties;
use webhook_axum::inbox::{self, AppConsumer, Inbox, KeyRing, SealKeys, Worker};
use webhook_axum::serve::Server;
use webhook_sqlite::SqliteStore;

#[derive(Parser)]
#[command(about)]
struct Args {
    #[command(flatten)]
    place: demo::Place,
    /// URL of the services that invoice, ship and notify [default: stand-ins in this process]
    #[arg(long)]
    services: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    demo::log();
    let args = Args::parse();
    let data = args.place.folder("codespar-shop")?;
    let services = third_parties::codespar().unless(args.services).await?;
    // CodeSpar returns the secret once, when the trigger is registered.
    let secret = demo::secret("CODESPAR_TRIGGER_SECRET", "whsec_codespar_test_0123456789");
    let store = SqliteStore::open(data.join("shop.db"))?;
    let keys = KeyRing::from_file_or_new(data.join("keys.txt"))?;
    let inbox = Inbox::new(store.inbox(), SealKeys::new(&keys));
    let (layer, shop) = codespar_shop::app(&store, &inbox, secret, services)?;
    let worker = Worker::new(inbox.clone()).consumer(AppConsumer::new(&layer, shop.clone()));

    let app = Router::new()
        .merge(shop)
        .nest("/jobs", inbox::pages(&inbox));
    let listener = args.place.listener().await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = Server::new(listener, app)
        .drains(&layer)
        .worker(worker.spawn()?);
    Ok(server.run().await?)
}
