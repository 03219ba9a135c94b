//! Sends deliveries to the example over real sockets.

use std::time::Duration;

use axum_many_providers::{Failure, Journal, Receivers, Secrets, app};
use webhook_axum::testing::{PlainSender, TestPayload};
use webhook_axum::{Provider, SignedRequest, providers};
use webhook_test::{Client, PATIENCE, Reply, Sent, Server};

const PUBLIC_URL: &str = "https://example.com";
const PAID: &str = r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{"amount_paid":1999}}}"#;

/// For each provider, a body that its handler accepts, and the text that the handler writes.
const DELIVERIES: [(Provider, &str, &str); 5] = [
    (providers::STRIPE, PAID, "1999 cents paid"),
    (providers::GITHUB, r#"{"action":"created"}"#, "star"),
    (
        providers::SLACK,
        r#"{"event_id":"Ev1","event":{"type":"app_mention"}}"#,
        "app_mention",
    ),
    (
        providers::SHOPIFY,
        r#"{"total_price":"12.50"}"#,
        "order over 12.50",
    ),
    (
        providers::SQUARE,
        r#"{"event_id":"sq_1","merchant_id":"M1"}"#,
        "news of M1",
    ),
];

#[tokio::test]
async fn each_provider_reaches_its_handler_once() -> Result<(), Failure> {
    let shop = Shop::open(PATIENCE).await?;
    for (provider, body, what) in DELIVERIES {
        let delivery = signed(provider, &secret(provider), body);
        assert_eq!(shop.send(&delivery).await?.status, 200, "{provider:?}");
        assert_eq!(shop.send(&delivery).await?.status, 200, "{provider:?}");
        let journal = shop.journal.read().await;
        let entries: Vec<_> = journal
            .iter()
            .filter(|entry| entry.provider == provider.name())
            .collect();
        assert_eq!(entries.len(), 1, "{provider:?}: a copy does not run");
        assert_eq!(entries[0].what, what);
    }
    Ok(())
}

#[tokio::test]
async fn a_tampered_delivery_is_answered_401_and_reaches_no_handler() -> Result<(), Failure> {
    let shop = Shop::open(PATIENCE).await?;
    for (provider, body, _) in DELIVERIES {
        let tampered = sender(provider, &secret(provider)).tampered(payload(body));
        assert_eq!(shop.send(&tampered).await?.status, 401, "{provider:?}");

        // Genuine, but to an unknown route.
        let mut astray = signed(provider, &secret(provider), body);
        astray.path_and_query = "/webhooks/elsewhere".to_owned();
        assert_eq!(shop.send(&astray).await?.status, 404, "{provider:?}");
    }
    assert!(shop.journal.read().await.is_empty());
    Ok(())
}

#[tokio::test]
async fn square_is_verified_under_the_public_url_and_not_under_that_of_the_request()
-> Result<(), Failure> {
    let shop = Shop::open(PATIENCE).await?;
    let (square, body, _) = DELIVERIES[4];
    let here = sender(square, &secret(square)).public_url("http://test/webhooks/square");
    let delivery = here.signed(body);
    assert_eq!(shop.send(&delivery).await?.status, 401);
    Ok(())
}

#[tokio::test]
async fn slacks_challenge_is_answered_without_a_handler() -> Result<(), Failure> {
    let shop = Shop::open(PATIENCE).await?;
    let challenge = r#"{"type":"url_verification","token":"t","challenge":"3eZbrw1aB"}"#;
    let slack = providers::SLACK;
    let reply = shop.send(&signed(slack, &secret(slack), challenge)).await?;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body, r#"{"challenge":"3eZbrw1aB"}"#);
    assert!(shop.journal.read().await.is_empty());
    Ok(())
}

#[tokio::test]
async fn secrets_are_rotated_while_it_runs() -> Result<(), Failure> {
    let shop = Shop::open(PATIENCE).await?;
    let stripe = providers::STRIPE;
    let (old, new) = (secret(stripe), "stripe_secret_9876543210");
    let paid = |secret: &str, id: &str| signed(stripe, secret, &PAID.replace("evt_1", id));
    assert_eq!(shop.send(&paid(new, "evt_1")).await?.status, 401);

    // Both secrets verify, and the slot tells which one did.
    let mut secrets = secrets();
    secrets.stripe = [new, old.as_str()].into();
    shop.receivers.rotate(&secrets)?;
    assert_eq!(shop.send(&paid(&old, "evt_1")).await?.status, 200);
    assert_eq!(shop.send(&paid(new, "evt_2")).await?.status, 200);
    let slots: Vec<_> = shop
        .journal
        .read()
        .await
        .iter()
        .map(|entry| entry.slot)
        .collect();
    assert_eq!(slots, [1, 0]);

    // An event that was handled with the old secret does not run again with the new one.
    assert_eq!(shop.send(&paid(new, "evt_1")).await?.status, 200);
    assert_eq!(shop.journal.read().await.len(), 2);

    // Without the old secret.
    secrets.stripe = new.into();
    shop.receivers.rotate(&secrets)?;
    assert_eq!(shop.send(&paid(&old, "evt_3")).await?.status, 401);

    // An unusable secret changes nothing. The error names the provider and not the secret.
    secrets.stripe = " stripe_secret_9876543210".into();
    let refused = shop
        .receivers
        .rotate(&secrets)
        .map_err(|error| error.to_string());
    assert_eq!(
        refused,
        Err("stripe: secret 0 has white space around it".to_owned())
    );
    assert_eq!(shop.send(&paid(new, "evt_3")).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn a_handler_outlives_the_timeout_outside_of_its_layer() -> Result<(), Failure> {
    let shop = Shop::open(Duration::from_millis(200)).await?;
    let stripe = providers::STRIPE;
    let paid = signed(stripe, &secret(stripe), PAID);

    let busy = shop.journal.read().await;
    assert_eq!(shop.send(&paid).await?.status, 503, "the timeout's");
    assert_eq!(shop.send(&paid).await?.status, 503, "still at work");
    drop(busy);

    // The handler was not stopped: it finishes once, without another delivery.
    assert_eq!(shop.receivers.drain(PATIENCE).await, 0, "still running");
    assert_eq!(shop.journal.read().await.len(), 1);
    Ok(())
}

#[test]
fn a_missing_file_of_secrets_is_named() {
    let error = Secrets::read(std::path::Path::new("/nonexistent")).unwrap_err();
    let error = error.to_string();
    assert!(
        error.starts_with("secrets of stripe: /nonexistent/stripe: "),
        "{error}"
    );
}

#[test]
fn without_a_secret_nothing_is_built() {
    let mut secrets = secrets();
    secrets.slack = Vec::<String>::new().into();
    let error = Receivers::new(&secrets, PUBLIC_URL).unwrap_err();
    assert_eq!(error.to_string(), "slack: no secret configured");
}

struct Shop {
    server: Server,
    receivers: Receivers,
    journal: Journal,
}

impl Shop {
    async fn open(patience: Duration) -> Result<Self, Failure> {
        let receivers = Receivers::new(&secrets(), PUBLIC_URL)?;
        let journal = Journal::default();
        let server = Server::start(app(&receivers, journal.clone(), patience)).await;
        Ok(Self {
            server,
            receivers,
            journal,
        })
    }

    async fn send(&self, request: &SignedRequest) -> Result<Reply, Failure> {
        let mut client = Client::connect(self.server.address).await;
        client.send(&Sent::from(request.clone()).wire()).await;
        Ok(client.reply().await.ok_or("no reply")?)
    }
}

fn secrets() -> Secrets {
    Secrets {
        stripe: secret(providers::STRIPE).into(),
        github: secret(providers::GITHUB).into(),
        slack: secret(providers::SLACK).into(),
        shopify: secret(providers::SHOPIFY).into(),
        square: secret(providers::SQUARE).into(),
    }
}

fn secret(provider: Provider) -> String {
    format!("{}_secret_0123456789", provider.name())
}

fn sender(provider: Provider, secret: &str) -> PlainSender {
    let path = format!("/webhooks/{}", provider.name());
    let sender = PlainSender::new(provider, secret);
    sender.public_url(format!("{PUBLIC_URL}{path}"))
}

/// A body, with the type that GitHub sends in a header.
fn payload(body: &str) -> TestPayload {
    TestPayload::new(body.to_owned()).event_type("star")
}

/// A delivery as the provider sends it.
fn signed(provider: Provider, secret: &str, body: &str) -> SignedRequest {
    sender(provider, secret).signed(payload(body))
}
