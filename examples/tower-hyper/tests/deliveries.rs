//! Sends deliveries to the example over real sockets.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower_hyper::{Failure, Takings, serve};
use webhook_test::{Client, PATIENCE, Sent};
use webhook_tower::testing::PlainSender;
use webhook_tower::{SignedRequest, WebhookLayer};

const SECRET: &str = "whsec_tower_hyper_0123456789";
const PAID: &str = r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{"amount_paid":1999}}}"#;

#[tokio::test]
async fn a_genuine_delivery_counts_once_however_often_it_is_sent() -> Result<(), Failure> {
    let server = Server::start().await?;
    // Stripe's retry is signed again. It is answered 200 and not counted.
    let [paid, retry] = stripe().retry(PAID);
    assert_ne!(paid.headers, retry.headers);
    assert_eq!(send(server.address, &paid).await, 200);
    assert_eq!(server.takings.cents(), 1999);
    assert_eq!(send(server.address, &retry).await, 200);
    assert_eq!(server.takings.cents(), 1999);
    Ok(())
}

#[tokio::test]
async fn a_forged_or_tampered_delivery_is_answered_401_and_does_not_count() -> Result<(), Failure> {
    let server = Server::start().await?;
    assert_eq!(send(server.address, &stripe().forged(PAID)).await, 401);
    assert_eq!(send(server.address, &stripe().tampered(PAID)).await, 401);
    assert_eq!(server.takings.cents(), 0);
    Ok(())
}

#[tokio::test]
async fn an_event_of_an_unexpected_shape_is_retried_and_an_unknown_one_is_not()
-> Result<(), Failure> {
    let server = Server::start().await?;
    let mistyped = stripe().signed(r#"{"id":"evt_2","type":"invoice.paid","data":{}}"#);
    let unknown = stripe().signed(r#"{"id":"evt_3","type":"invoice.sung"}"#);
    assert_eq!(send(server.address, &mistyped).await, 422);
    assert_eq!(
        send(server.address, &mistyped).await,
        422,
        "not a duplicate"
    );
    assert_eq!(send(server.address, &unknown).await, 200);
    assert_eq!(server.takings.cents(), 0);
    Ok(())
}

#[tokio::test]
async fn the_timeout_outside_of_the_layer_ends_a_request_that_hangs() -> Result<(), Failure> {
    let server = Server::with_patience(Duration::from_millis(100)).await?;
    let paid = Sent::from(stripe().signed(PAID)).wire();
    let (all_but_the_end, _) = paid.split_at(paid.len() - 1);
    let mut client = Client::connect(server.address).await;
    client.send(all_but_the_end).await;
    let reply = client.reply().await.ok_or("no reply")?;
    assert_eq!(reply.status, 503);
    assert!(reply.body.is_empty(), "the timeout has no body");
    assert_eq!(server.takings.cents(), 0);

    // The connection ended in the middle of a body. The retry has another, and counts.
    assert_eq!(send(server.address, &stripe().signed(PAID)).await, 200);
    assert_eq!(server.takings.cents(), 1999);
    Ok(())
}

#[tokio::test]
async fn other_paths_need_no_signature() -> Result<(), Failure> {
    let server = Server::start().await?;
    for (path, status) in [("/healthz", 200), ("/", 404), ("/webhooks/stripe", 405)] {
        let mut client = Client::connect(server.address).await;
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
        client.send(request.as_bytes()).await;
        let reply = client.reply().await.ok_or("no reply")?;
        assert_eq!(reply.status, status, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn asked_to_stop_it_ends_with_nothing_cut_off() -> Result<(), Failure> {
    let server = Server::start().await?;
    assert_eq!(send(server.address, &stripe().signed(PAID)).await, 200);
    let idle = Client::connect(server.address).await;
    drop(server.stop);
    assert_eq!(server.task.await?, 0);
    drop(idle);
    Ok(())
}

struct Server {
    address: SocketAddr,
    takings: Takings,
    task: JoinHandle<usize>,
    /// Dropping it stops the server.
    stop: oneshot::Sender<()>,
}

impl Server {
    async fn start() -> Result<Self, Failure> {
        Self::with_patience(PATIENCE).await
    }

    async fn with_patience(patience: Duration) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let takings = Takings::default();
        let (stop, stopped) = oneshot::channel();
        let serving = serve(
            listener,
            WebhookLayer::stripe(SECRET),
            takings.clone(),
            patience,
            async { stopped.await.unwrap_or_default() },
        );
        Ok(Self {
            address,
            takings,
            task: tokio::spawn(serving),
            stop,
        })
    }
}

fn stripe() -> PlainSender {
    PlainSender::stripe(SECRET).path("/webhooks/stripe")
}

async fn send(to: SocketAddr, request: &SignedRequest) -> u16 {
    let mut client = Client::connect(to).await;
    client.send(&Sent::from(request.clone()).wire()).await;
    client.reply().await.map_or(0, |reply| reply.status)
}
