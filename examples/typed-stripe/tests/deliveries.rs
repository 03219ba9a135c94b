//! Sends deliveries to the example over real sockets.

use typed_stripe::{Ledger, PATH, app};
use webhook_axum::testing::PlainSender;
use webhook_axum::{SignedRequest, WebhookLayer};
use webhook_test::{Client, Sent, Server};

type Failure = Box<dyn std::error::Error>;

const SECRET: &str = "whsec_typed_stripe_0123456789";
const CREATED: &str = include_str!("customer.created.json");

#[tokio::test]
async fn a_genuine_event_reaches_the_handler_typed_and_once() -> Result<(), Failure> {
    let (server, ledger) = serve().await;
    let created = stripe().signed(CREATED);
    assert_eq!(send(&server, &created).await, 200);
    assert_eq!(send(&server, &created).await, 200);
    assert_eq!(*ledger.lock().await, ["welcome cus_NffrFeUfNV2Hib"]);
    Ok(())
}

#[tokio::test]
async fn a_tampered_one_is_answered_401_and_does_not_run() -> Result<(), Failure> {
    let (server, ledger) = serve().await;
    assert_eq!(send(&server, &stripe().tampered(CREATED)).await, 401);
    assert!(ledger.lock().await.is_empty());
    Ok(())
}

#[tokio::test]
async fn kinds_that_async_stripe_does_not_know_are_taken() -> Result<(), Failure> {
    let (server, ledger) = serve().await;
    let unheard_of = CREATED.replace("customer.created", "customer.sang");
    assert!(serde_json::from_str::<stripe_webhook::Event>(&unheard_of).is_err());
    assert_eq!(send(&server, &stripe().signed(&unheard_of)).await, 200);
    assert!(ledger.lock().await.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_known_kind_that_does_not_fit_its_type_is_retried_and_not_lost() -> Result<(), Failure> {
    let (server, ledger) = serve().await;
    let changed = CREATED.replace(r#""created": 1700000000"#, r#""created": "yesterday""#);
    assert_eq!(send(&server, &stripe().signed(&changed)).await, 422);
    assert_eq!(
        send(&server, &stripe().signed(&changed)).await,
        422,
        "released"
    );
    // The corrected event runs.
    assert_eq!(send(&server, &stripe().signed(CREATED)).await, 200);
    assert_eq!(ledger.lock().await.len(), 1);
    Ok(())
}

async fn serve() -> (Server, Ledger) {
    let ledger = Ledger::default();
    let webhooks = WebhookLayer::stripe(SECRET);
    (Server::start(app(webhooks, ledger.clone())).await, ledger)
}

fn stripe() -> PlainSender {
    PlainSender::stripe(SECRET).path(PATH)
}

async fn send(server: &Server, request: &SignedRequest) -> u16 {
    let mut client = Client::connect(server.address).await;
    client.send(&Sent::from(request.clone()).wire()).await;
    client.reply().await.map_or(0, |reply| reply.status)
}
