//! Sends deliveries to the example over real sockets.

use std::net::{SocketAddr, TcpListener};

use actix_github::{Log, PATH, serve};
use actix_web::dev::ServerHandle;
use webhook_actix::testing::{PlainSender, TestPayload};
use webhook_actix::{SignedRequest, Webhook};
use webhook_test::{Client, Sent};

type Failure = Box<dyn std::error::Error>;

const SECRET: &str = "github_secret_0123456789";
const STAR: &str = include_str!("star.json");

#[actix_web::test]
async fn a_genuine_delivery_reaches_the_handler_typed_and_once() -> Result<(), Failure> {
    let server = Running::start()?;
    let star = github().signed(payload("star", STAR));
    // More copies than workers: all workers share their memory.
    for _ in 0..8 {
        assert_eq!(server.send(&star).await, 200);
    }
    assert_eq!(server.log.lines(), ["octocat/Hello-World: +1 star"]);
    server.stop().await;
    Ok(())
}

#[actix_web::test]
async fn a_tampered_one_is_answered_401_and_does_not_run() -> Result<(), Failure> {
    let server = Running::start()?;
    let tampered = github().tampered(payload("star", STAR));
    assert_eq!(server.send(&tampered).await, 401);
    assert!(server.log.lines().is_empty());
    server.stop().await;
    Ok(())
}

#[actix_web::test]
async fn one_that_is_sent_again_as_another_kind_is_a_copy() -> Result<(), Failure> {
    let server = Running::start()?;
    assert_eq!(
        server.send(&github().signed(payload("star", STAR))).await,
        200
    );
    assert_eq!(
        server.send(&github().signed(payload("push", STAR))).await,
        200
    );
    assert_eq!(server.log.lines().len(), 1);
    server.stop().await;
    Ok(())
}

#[actix_web::test]
async fn one_that_does_not_fit_its_type_is_answered_422_and_may_come_again() -> Result<(), Failure>
{
    let server = Running::start()?;
    assert_eq!(
        server.send(&github().signed(payload("push", STAR))).await,
        422
    );
    assert_eq!(
        server.send(&github().signed(payload("star", STAR))).await,
        200
    );
    assert_eq!(server.log.lines().len(), 1);
    server.stop().await;
    Ok(())
}

#[actix_web::test]
async fn kinds_without_a_handler_are_taken() -> Result<(), Failure> {
    let server = Running::start()?;
    let ping = github().signed(payload("ping", r#"{"zen":"Design for failure."}"#));
    assert_eq!(server.send(&ping).await, 200);
    assert!(server.log.lines().is_empty());
    server.stop().await;
    Ok(())
}

struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    log: Log,
}

impl Running {
    fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let log = Log::default();
        let server = serve(listener, Webhook::github(SECRET), log.clone())?;
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Ok(Self {
            address,
            handle,
            log,
        })
    }

    async fn send(&self, request: &SignedRequest) -> u16 {
        let mut client = Client::connect(self.address).await;
        client.send(&Sent::from(request.clone()).wire()).await;
        client.reply().await.map_or(0, |reply| reply.status)
    }

    async fn stop(self) {
        self.handle.stop(true).await;
    }
}

fn github() -> PlainSender {
    PlainSender::github(SECRET).path(PATH)
}

fn payload(kind: &str, body: &str) -> TestPayload {
    TestPayload::new(body.to_owned()).event_type(kind)
}
