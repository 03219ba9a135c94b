//! What QZPay's guide shows, row by row, over HTTP, against the program itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use webhook_axum::testing::PlainSender;
use webhook_axum::{Endpoint, Head, RejectionKind, Signer, providers};
use webhook_test::{Program, Reply, Rows, Sent, StandIn};

const STRIPE: &str = "whsec_qzpay_test_0123456789";
const MERCADOPAGO: &str = "mp_test_secret_0123456789";

async fn start(data: &Path, services: &StandIn) -> Program {
    let data = data.to_str().unwrap();
    let services = services.url();
    let settings = ["--lease", "1", "--retry-ms", "10"];
    let arguments = ["--data", data, "--services", &services];
    Program::start(
        env!("CARGO_BIN_EXE_qzpay-billing"),
        arguments.into_iter().chain(settings),
    )
    .await
}

fn stripe() -> PlainSender {
    PlainSender::stripe(STRIPE).path("/webhooks/stripe")
}

/// `createMockWebhookEvent(type, data)` of the guide, signed.
fn event(id: &str, of_type: &str, object: Value) -> Sent {
    let event = stripe().event(of_type, object).id(id);
    Sent::from(stripe().signed(event))
}

/// A delivery as Mercado Pago sends it: the id is in the query, which is signed, and in the body,
/// which is not.
fn mp(of_type: &str, id: &str) -> Sent {
    let target = format!("/webhooks/mercadopago?data.id={id}&type={of_type}");
    let signer = Signer::new(providers::MERCADOPAGO, MERCADOPAGO).unwrap();
    let signer = signer
        .path_and_query(target)
        .header("x-request-id", format!("request-{id}"));
    let body = json!({"id": 1, "type": of_type, "data": {"id": id}}).to_string();
    Sent::from(signer.sign_now(body)).set("content-type", "application/json")
}

async fn received(program: &Program, sent: Sent) {
    let reply = program.send(sent).await;
    assert_eq!((reply.status, reply.text()), (200, r#"{"received":true}"#));
}

async fn refused(program: &Program, sent: Sent) {
    let reply = program.send(sent).await;
    assert_eq!(
        (reply.status, reply.text()),
        (400, r#"{"error":"Invalid signature"}"#)
    );
}

/// The subscription, once this is so.
async fn subscription(program: &Program, id: &str, is_right: impl Fn(&Value) -> bool) -> Value {
    let of = |reply: &Reply| -> Option<Value> {
        let all = reply.json()["subscriptions"].clone();
        all.as_array()?.iter().find(|it| it["id"] == id).cloned()
    };
    let is_right = |reply: &Reply| of(reply).is_some_and(|it| is_right(&it));
    of(&program.get_until("/billing", is_right).await).unwrap()
}

async fn dead(program: &Program, count: usize) -> Vec<Value> {
    let dead = |reply: &Reply| -> Vec<Value> {
        let listed = reply.json();
        listed
            .as_array()
            .unwrap()
            .iter()
            .filter(|job| job["state"] == "Dead")
            .cloned()
            .collect()
    };
    dead(
        &program
            .get_until("/dead", |reply| dead(reply).len() == count)
            .await,
    )
}

/// What a service was told, once for each key.
fn told(services: &StandIn, path: &str) -> Vec<Value> {
    let mut calls = services.calls(path);
    let mut keys = HashSet::new();
    calls.retain(|call| keys.insert(call.header("idempotency-key").unwrap().to_owned()));
    calls.iter().map(|call| call.json()).collect()
}

fn created(id: &str) -> Value {
    let plan = json!({"data": [{"price": {"id": "price_pro"}}]});
    json!({"id": id, "customer": "cus_1", "status": "active", "items": plan})
}

fn invoice(id: &str, of: &str, due: i64) -> Value {
    json!({"id": id, "subscription": of, "customer": "cus_1", "payment_intent": format!("pi_{id}"),
        "amount_due": due, "amount_paid": due, "currency": "usd"})
}

#[tokio::test]
async fn every_row_of_the_guide() {
    let (mut rows, folder) = (Rows::new('Q', 18), tempfile::tempdir().unwrap());
    let services = services().await;
    let program = start(folder.path(), &services).await;

    let stripe_event = || event("evt_1", "customer.subscription.created", created("sub_1"));
    received(&program, stripe_event()).await;
    subscription(&program, "sub_1", |it| it["status"] == "active").await;
    received(&program, mp("subscription_preapproval", "pre_1")).await;
    subscription(&program, "pre_1", |it| it["plan"] == "plan_1").await;
    rows.passed(
        1,
        "Stripe at /webhooks/stripe, Mercado Pago at /webhooks/mercadopago",
    );

    received(
        &program,
        event("evt_2", "customer.tax_id.created", json!({"id": "txi_1"})),
    )
    .await;
    let is_parked = |reply: &Reply| reply.json()[0]["type"] == "customer.tax_id.created";
    program.get_until("/dead", is_parked).await;
    rows.passed(
        2,
        "each type has its handler; one without a handler is 200, and kept",
    );

    let body = r#"{"id":"evt_3","type":"invoice.paid"}"#;
    let signed = Signer::new(providers::STRIPE, STRIPE)
        .unwrap()
        .sign_now(body);
    let pure = Endpoint::stripe(STRIPE)
        .without_replay_protection()
        .build()
        .unwrap();
    let head = Head::new("POST", "/", &signed.headers);
    assert_eq!(pure.verify(&head, body.into()).unwrap().id(), Some("evt_3"));
    let error = pure
        .verify(&head, body.replace("paid", "void").into())
        .unwrap_err();
    assert_eq!(error.kind(), RejectionKind::BadSignature);
    rows.passed(
        3,
        "`Endpoint::verify` is `constructEvent`: bytes in, a delivery or an error out",
    );

    refused(&program, stripe_event().body("{}")).await;
    refused(&program, stripe_event().without("stripe-signature")).await;
    refused(&program, mp("payment", "77").set("x-request-id", "another")).await;
    let line = program.line("invalid_webhook_signature").await;
    assert!(
        line.contains("ip=127.0.0.1") && line.contains("/webhooks/stripe"),
        "{line}"
    );
    rows.passed(
        4,
        "400 `Invalid signature`, and a line with path and IP address",
    );

    // The body names another payment. Nobody signs it, so nobody asks.
    let lying = mp("payment", "77").body(r#"{"id":1,"type":"payment","data":{"id":"78"}}"#);
    received(&program, lying).await;
    let is_paid = |reply: &Reply| reply.json()["payments"][0]["status"] == "payment.succeeded";
    let paid = program.get_until("/billing", is_paid).await.json()["payments"].clone();
    assert_eq!(
        (&paid[0]["id"], &paid[0]["minor"]),
        (&json!("77"), &json!(1990)),
        "{paid}"
    );
    assert_eq!(
        (
            services.calls("/v1/payments/77").len(),
            services.calls("/v1/payments/78").len()
        ),
        (1, 0)
    );
    rows.passed(5, "signed, and fetched from the API by the signed id");

    let old = stripe()
        .event("invoice.payment_succeeded", json!({}))
        .id("evt_4");
    refused(&program, stripe().stale(old.clone()).unwrap().into()).await;
    refused(&program, stripe().future(old).unwrap().into()).await;
    rows.passed(6, "older than 300 s is refused, and so is 300 s ahead");

    // In the middle of the main flow: the failure is counted, and a mail is on its way.
    services.hold("/mail");
    let failed = || {
        event(
            "evt_5",
            "invoice.payment_failed",
            invoice("in_1", "sub_1", 1999),
        )
    };
    received(&program, failed()).await;
    let mails = services.calls("/mail").len();
    services.called("/mail", mails + 1).await;
    subscription(&program, "sub_1", |it| it["failures"] == 1).await;
    let is_at_risk = |it: &Value| it["status"] == "past_due" && it["failures"] == 1;
    program.kill().await;
    let program = start(folder.path(), &services).await;
    let calls = services.called("/mail", mails + 2).await;
    services.let_go("/mail");
    let keys: Vec<_> = calls
        .iter()
        .rev()
        .take(2)
        .map(|call| call.header("idempotency-key"))
        .collect();
    assert_eq!(keys[0], keys[1]);
    let told_risks = services.called("/risks", 1).await;
    assert_eq!(told_risks[0].json()["id"], "sub_1");
    subscription(&program, "sub_1", is_at_risk).await;
    for _ in 0..3 {
        received(&program, failed()).await; // signed again, as Stripe's retries are
        received(&program, stripe_event()).await;
    }
    subscription(&program, "sub_1", is_at_risk).await;
    assert_eq!(
        services.calls("/features").len(),
        2,
        "one of each subscription"
    );
    rows.passed(
        7,
        "copies, retries and a kill between record and mail: one failure counted",
    );

    received(
        &program,
        event(
            "evt_6",
            "invoice.payment_succeeded",
            invoice("in_2", "sub_1", 1999),
        ),
    )
    .await;
    subscription(&program, "sub_1", |it| it["status"] == "active").await;
    let mut ended = created("sub_1");
    ended["current_period_end"] = json!(1_800_000_000);
    received(
        &program,
        event("evt_7", "customer.subscription.deleted", ended),
    )
    .await;
    subscription(&program, "sub_1", |it| it["status"] == "canceled").await;
    let mut late = created("sub_1");
    late["status"] = json!("past_due");
    received(
        &program,
        event("evt_8", "customer.subscription.updated", late),
    )
    .await;
    services.called("/schedule", 1).await;
    drained(&program).await;
    subscription(&program, "sub_1", |it| {
        it["status"] == "canceled" && it["failures"] == 1
    })
    .await;
    rows.passed(
        8,
        "created, paid, failed and deleted change the record; canceled stays canceled",
    );

    let features = told(&services, "/features");
    assert_eq!(
        features[0],
        json!({"customer": "cus_1", "plan": "price_pro"})
    );
    assert_eq!(told(&services, "/schedule")[0]["at"], 1_800_000_000);
    let of = |template: &str| {
        let mails = told(&services, "/mail");
        mails
            .iter()
            .filter(|mail| mail["template"] == template)
            .count()
    };
    assert_eq!(
        (
            of("subscription_welcome"),
            of("payment_failed"),
            of("cancellation_survey")
        ),
        (2, 1, 1)
    );
    rows.passed(
        9,
        "three listeners of subscription.created, after the commit, each once",
    );

    // For good: the API does not have the payment. For now: the service is down.
    received(&program, mp("payment", "404")).await;
    let first = dead(&program, 1).await;
    assert_eq!(
        (&first[0]["attempts"], &first[0]["provider"]),
        (&json!(1), &json!("mercadopago"))
    );
    services.fail("/features", 3);
    received(
        &program,
        event("evt_9", "customer.subscription.created", created("sub_9")),
    )
    .await;
    assert_eq!(dead(&program, 2).await[1]["attempts"], 3);
    // The database is locked: the sender keeps the event.
    let lock = rusqlite::Connection::open(folder.path().join("billing.db")).unwrap();
    lock.execute_batch("begin immediate").unwrap();
    let reply = program
        .send(event(
            "evt_10",
            "invoice.payment_succeeded",
            invoice("in_3", "sub_9", 5),
        ))
        .await;
    assert_eq!((reply.status, reply.retry_after().is_some()), (503, true));
    drop(lock);
    received(
        &program,
        event(
            "evt_10",
            "invoice.payment_succeeded",
            invoice("in_3", "sub_9", 5),
        ),
    )
    .await;
    rows.passed(
        10,
        "400 signature; 200 once stored, and what fails then is not the sender's; else 503",
    );

    let day = Duration::from_secs(24 * 60 * 60);
    assert!(providers::STRIPE.retry_horizon() >= day * 3);
    assert!(providers::MERCADOPAGO.retry_horizon() >= day * 2);
    assert!(remembered(folder.path()) > 6.9, "in days");
    rows.passed(
        11,
        "remembered for 7 days; Stripe retries for 72 hours, Mercado Pago for 48",
    );

    // As `stripe trigger` sends it: Stripe's own sample, signed with a `whsec_` secret.
    let sample = stripe().event("invoice.payment_succeeded", ());
    received(&program, stripe().signed(sample.clone()).into()).await;
    rows.passed(
        12,
        "the CLI signs as Stripe does: set STRIPE_WEBHOOK_SECRET to what it prints",
    );
    refused(&program, stripe().unsigned(sample).into()).await;
    rows.passed(
        13,
        "`PlainSender::event(type, data)` makes mock events, signed and unsigned",
    );
    let line = program.line("evt_7").await;
    for text in [
        "INFO",
        "processing webhook",
        "customer.subscription.deleted",
        "attempt=1",
    ] {
        assert!(line.contains(text), "{line}");
    }
    rows.passed(
        14,
        "a line with fields for each attempt; `tracing` is the logger",
    );

    assert!(services.calls("/alerts").is_empty());
    received(
        &program,
        event(
            "evt_11",
            "invoice.payment_failed",
            invoice("in_4", "sub_8", 100_001),
        ),
    )
    .await;
    services.called("/alerts", 1).await;
    services.called("/risks", 2).await;
    rows.passed(
        15,
        "above 1000 dollars, and a subscription at risk: told once each",
    );

    // Dead letters: done steps are not done again, notes are kept, and too many are an alert.
    let (mail, id) = (
        told(&services, "/mail").len(),
        &dead(&program, 2).await[1]["id"],
    );
    assert_eq!(
        of("subscription_welcome"),
        3,
        "a failed listener does not stop the others"
    );
    post(
        &program,
        &format!("/dead/{id}/retry"),
        "{}",
        json!({"retried": 1}),
    )
    .await;
    services.called("/features", 2).await;
    let id = dead(&program, 1).await[0]["id"].clone();
    assert_eq!(told(&services, "/mail").len(), mail);
    let notes = r#"{"notes":"refunded by hand"}"#;
    post(
        &program,
        &format!("/dead/{id}/resolve"),
        notes,
        json!({"resolved": 1}),
    )
    .await;
    dead(&program, 0).await;
    let changes = program.send(Sent::get(&format!("/dead/{id}"))).await.json();
    assert_eq!(
        changes,
        json!([{"by": "desk", "notes": "refunded by hand"}])
    );
    for n in 0..11 {
        assert_eq!(program.send(Sent::get("/health")).await.status, 200, "{n}");
        received(&program, mp("payment", &format!("none{n}"))).await;
        dead(&program, n + 1).await;
    }
    assert_eq!(program.send(Sent::get("/health")).await.status, 503);
    post(&program, "/dead/retry", "", json!({"retried": 11})).await;
    rows.passed(
        17,
        "200 while services hang, reclaimed after a kill, dead after 3 attempts, resolved",
    );
    assert!(program.address().ip().is_loopback());
    rows.passed(
        16,
        "verified first, run later, once, logged, counted, tested; HTTPS ends in front",
    );

    let large = event("evt_12", "x", json!({"text": "x".repeat(1 << 20)}));
    assert_eq!(program.send(large).await.status, 413);
    let packed = program
        .send(stripe_event().add("content-encoding", "gzip"))
        .await;
    assert_eq!(packed.status, 415);
    rows.passed(
        18,
        "size, encoding, future and replays; rates and addresses are for the proxy",
    );
    rows.finish();
}

async fn post(program: &Program, path: &str, body: &'static str, answer: Value) {
    let reply = program.send(Sent::post(path, body)).await;
    assert_eq!((reply.status, reply.json()), (200, answer));
}

/// Waits until every event has run.
async fn drained(program: &Program) {
    program
        .get_until("/health", |reply| reply.json()["waiting"] == 0)
        .await;
}

/// For how many days, from now, the first event is remembered.
fn remembered(folder: &Path) -> f64 {
    let file = rusqlite::Connection::open(folder.join("billing.db")).unwrap();
    let sql = "select (min(expires_at) / 1000.0 - unixepoch('subsec')) / 86400 from webhook_key";
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The services that listeners call, and two objects of Mercado Pago.
async fn services() -> StandIn {
    let payment = json!({"id": 77, "status": "approved", "transaction_amount": 19.9,
        "currency_id": "BRL", "payer": {"id": "9"}});
    let preapproval = json!({"id": "pre_1", "status": "pending", "preapproval_plan_id": "plan_1",
        "auto_recurring": {"transaction_amount": 19.9, "currency_id": "BRL"}});
    StandIn::start([
        ("/features", json!({})),
        ("/mail", json!({})),
        ("/analytics", json!({})),
        ("/alerts", json!({})),
        ("/risks", json!({})),
        ("/schedule", json!({})),
        ("/v1/payments/77", payment),
        ("/preapproval/pre_1", preapproval),
    ])
    .await
}
