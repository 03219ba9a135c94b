//! What Prood's guide shows, row by row, over HTTP, against the program itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod setup;

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use webhook_axum::secret_store::KeyRing;
use webhook_axum::{Provider, Signer, TenantSecrets, providers};
use webhook_payments::{PaymentKind, PaymentSource, Providers};
use webhook_sqlite::SqliteStore;
use webhook_test::{Program, Reply, Rows, Sent, StandIn};

const PLATFORM: &str = "whsec_platform_test_0123456789";
const ACME: &str = "whsec_acme_test_secret_0123456789";
const GLOBEX: &str = "whsec_globex_test_secret_0123456789";
const PHISHING: &str = "acme-phishing-key-0123456789";
const HOP: &str = "whsec_Y2hlY2tvdXQtaG9wLXRlc3Qtc2VjcmV0LTAx";
const SETUP: &str = include_str!("../stripe-webhook-setup.sh");

async fn start(data: &Path, settings: &[&str]) -> Program {
    let arguments = ["--data", data.to_str().unwrap()];
    let arguments = arguments.iter().chain(settings).copied();
    Program::start(env!("CARGO_BIN_EXE_prood-checkout"), arguments).await
}

/// What the dashboard of the guide does: seals the secrets of tenants.
async fn configure(data: &Path) {
    let keys = KeyRing::from_file_or_new(data.join("keys.txt")).unwrap();
    let secrets = SqliteStore::open(data.join("checkout.db"))
        .unwrap()
        .secrets(keys);
    let put = async |provider: &Provider, org: &str, secret: &str| {
        secrets
            .put(provider, org, &TenantSecrets::new(secret))
            .await
            .unwrap();
    };
    put(&providers::STRIPE, "acme", ACME).await;
    put(&providers::STRIPE, "globex", GLOBEX).await;
    put(&providers::IFTHENPAY, "acme", PHISHING).await;
}

fn session(id: &str, of_type: &str, order: &str, paid: &str) -> String {
    let object = json!({"id": format!("cs_{order}"), "client_reference_id": order,
        "payment_intent": format!("pi_{order}"), "payment_status": paid,
        "amount_total": 1999, "currency": "eur"});
    json!({"id": id, "type": of_type, "data": {"object": object}}).to_string()
}

/// It names the payment, and no order.
fn refund(id: &str, order: &str) -> String {
    let charge = json!({"id": "ch_1", "payment_intent": format!("pi_{order}"),
        "amount_refunded": 1999, "currency": "eur"});
    json!({"id": id, "type": "charge.refunded", "data": {"object": charge}}).to_string()
}

fn stripe(secret: &str, target: &str, body: &str) -> Sent {
    let signer = Signer::new(providers::STRIPE, secret)
        .unwrap()
        .path_and_query(target);
    Sent::from(signer.sign_now(body.to_owned())).set("content-type", "application/json")
}

fn acme(body: &str) -> Sent {
    stripe(ACME, "/api/webhooks/stripe/acme", body)
}

fn callback(org: &str, key: &str, order: &str, amount: &str) -> Sent {
    let query = format!("key={key}&orderId={order}&amount={amount}&requestId=r-{order}");
    Sent::get(&format!("/api/webhooks/ifthenpay/{org}?{query}"))
}

fn notification(org: &str, id: &str) -> Sent {
    // The key is what the sender says. Prood's code marks that order as paid.
    let body = json!({"id": id, "key": "order-victim", "type": "capture", "status": "success"});
    Sent::post(&format!("/api/webhooks/easypay/{org}"), body.to_string())
}

async fn answered(program: &Program, status: u16, sent: Sent) -> Reply {
    let what = format!("{} {}", sent.method, sent.target);
    let reply = program.send(sent).await;
    assert_eq!(
        reply.status,
        status,
        "{what}: {reply:?}\n{}",
        program.said()
    );
    reply
}

async fn order(program: &Program, org: &str, id: &str) {
    let new = json!({"minor": 1999, "currency": "EUR"}).to_string();
    answered(
        program,
        201,
        Sent::post(&format!("/v1/orders/{org}/{id}"), new),
    )
    .await;
}

/// The states that an order has had, and why.
async fn way(program: &Program, org: &str, id: &str) -> Vec<String> {
    let orders = answered(program, 200, Sent::get("/v1/orders")).await.json();
    let found = orders
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["org"] == org && it["id"] == id);
    let way = found.unwrap()["way"].as_array().unwrap().clone();
    way.iter()
        .map(|state| state.as_str().unwrap().to_owned())
        .collect()
}

async fn ignored(program: &Program, reason: &str) -> u64 {
    let all = answered(program, 200, Sent::get("/v1/ignored"))
        .await
        .json();
    let of_reason = all
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["reason"] == reason);
    of_reason.map(|row| row["count"].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn every_row_of_the_guide() {
    let (mut rows, folder) = (Rows::new('P', 16), tempfile::tempdir().unwrap());
    let data = folder.path();
    configure(data).await;
    let easypay = StandIn::start([(
        "/2.0/single/ep-1",
        json!({"id": "ep-1", "key": "order-ep", "payment_status": "paid",
            "value": 19.99, "currency": "EUR"}),
    )])
    .await;
    let easypay_url = format!("{}/2.0", easypay.url());
    let api = StandIn::start([("/v1/webhooks/payments/stripe", json!({}))]).await;

    // In the middle of the main flow: the API has the event, and the checkout dies before it knows.
    const TARGET: &str = "/v1/webhooks/payments/stripe";
    let program = start(data, &["--api", &api.url(), "--patience", "1"]).await;
    api.hold(TARGET);
    let completed = session("evt_1", "checkout.session.completed", "order-1", "paid");
    let forged = acme(&completed).body(completed.replace("evt_1", "evt_0"));
    answered(&program, 401, forged).await;
    assert!(api.calls(TARGET).is_empty(), "verified first");
    tokio::select! {
        reply = program.send(acme(&completed)) => panic!("{reply:?}"),
        _ = api.called(TARGET, 1) => {}
    }
    program.kill().await;
    api.let_go(TARGET);
    let program = start(data, &["--api", &api.url()]).await;
    // Stripe comes again until it is answered 200. The claim of the killed process has to end.
    while program.send(acme(&completed)).await.status != 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    answered(&program, 200, acme(&completed)).await;
    let calls = api.calls(TARGET);
    assert_eq!((calls.len(), api.effects(TARGET)), (2, 1));
    assert!(calls[1].header("webhook-signature").is_some() && calls[1].body == completed);
    assert_eq!(calls[0].header("webhook-id"), calls[1].header("webhook-id"));
    assert_eq!(calls[1].header("x-delivery-tenant"), Some("acme"));
    program.kill().await;
    let program = start(data, &["--easypay", &easypay_url]).await;

    order(&program, "acme", "order-1").await;
    let other = session("evt_2", "checkout.session.completed", "order-1", "paid");
    answered(&program, 200, acme(&other)).await;
    assert_eq!(
        way(&program, "acme", "order-1").await,
        ["paid by checkout.session.completed"]
    );
    rows.passed(1, "POST /api/webhooks/stripe/acme moves the order of acme");

    order(&program, "acme", "order-2").await;
    answered(
        &program,
        200,
        callback("acme", PHISHING, "order-2", "19.99"),
    )
    .await;
    assert_eq!(
        way(&program, "acme", "order-2").await,
        ["paid by ifthenpay"]
    );
    let by_get = answered(&program, 405, acme(&other).method("GET")).await;
    assert_eq!(by_get.header("allow"), Some("POST"));
    rows.passed(
        2,
        "GET is how ifthenpay sends its events; Stripe's GET is a 405",
    );

    answered(&program, 404, Sent::post("/api/webhooks/paypal/acme", "{}")).await;
    rows.passed(3, "an unknown provider is a 404");

    let platform = |org: &str| stripe(PLATFORM, &format!("/api/webhooks/stripe/{org}"), &other);
    answered(&program, 200, platform("_")).await;
    answered(&program, 200, platform("%5F")).await;
    rows.passed(
        4,
        "`_` is the platform, with its secrets from the environment",
    );

    // Prood's code takes all of these, except the one of globex.
    for org in ["acme", "globex", "initech", "unknown", "a%2Fb", ""] {
        let status = if org.is_empty() { 404 } else { 401 };
        answered(&program, status, platform(org)).await;
    }
    let as_globex = stripe(GLOBEX, "/api/webhooks/stripe/acme", &other);
    answered(&program, 401, as_globex).await;
    rows.passed(
        5,
        "a tenant without a secret is refused, and never falls back to the platform's",
    );

    order(&program, "globex", "order-1").await;
    let same_id = stripe(GLOBEX, "/api/webhooks/stripe/globex", &other);
    answered(&program, 200, same_id).await;
    assert_eq!(way(&program, "globex", "order-1").await.len(), 1);
    rows.passed(6, "the same event id of two tenants is two events");

    answered(&program, 200, acme(&refund("evt_3", "order-1"))).await;
    let refunded = way(&program, "acme", "order-1").await;
    assert_eq!(refunded[1..], ["refunded by charge.refunded"]);
    let by_stripe = PaymentSource::new("stripe", other.clone());
    let by_ifthenpay = PaymentSource::new("ifthenpay", "")
        .with_query("key=x&orderId=order-1&amount=19.99&requestId=r-1");
    let read = |source| Providers::read(&source).unwrap();
    let (stripes, ifthenpays) = (read(by_stripe), read(by_ifthenpay));
    assert_eq!(ifthenpays.kind, PaymentKind::PaymentSucceeded);
    assert_eq!(
        (stripes.ids.order, stripes.amount),
        (ifthenpays.ids.order, ifthenpays.amount)
    );
    rows.passed(
        7,
        "one vocabulary: order, amount and kind of an event, whoever has sent it",
    );

    let listed: Vec<_> = SETUP
        .split_whitespace()
        .filter(|word| is_type(word))
        .map(|word| word.trim_end_matches(';'))
        .collect();
    assert_eq!(listed.len(), 11, "{listed:?}");
    let kinds = listed.iter().map(|of_type| {
        let body = session("evt", of_type, "o", "paid");
        Providers::read(&PaymentSource::new("stripe", body))
            .unwrap()
            .kind
    });
    let others = kinds.filter(|kind| *kind == PaymentKind::Other).count();
    assert_eq!(
        others, 1,
        "refund.created says what charge.refunded says too"
    );
    setup::registers(&listed).await;
    rows.passed(
        8,
        "the 11 types, and `stripe-webhook-setup.sh`, which registers them and seals the secret",
    );

    let accounts = Connection::open(data.join("checkout.db")).unwrap();
    accounts
        .execute(
            "insert into easypay_accounts values ('acme', 'account-acme')",
            (),
        )
        .unwrap();
    order(&program, "acme", "order-ep").await;
    order(&program, "acme", "order-victim").await;
    answered(&program, 401, notification("acme", "ep-invented")).await;
    answered(&program, 401, notification("initech", "ep-1")).await;
    answered(&program, 200, notification("acme", "ep-1")).await;
    assert_eq!(way(&program, "acme", "order-ep").await, ["paid by single"]);
    assert!(way(&program, "acme", "order-victim").await.is_empty());
    let asked = &easypay.calls("/2.0/single/ep-1")[0];
    assert_eq!(asked.header("accountid"), Some("account-acme"));
    rows.passed(
        9,
        "a notification is fetched as its tenant, and its own words pay no order",
    );

    order(&program, "acme", "order-3").await;
    for key in [
        "",
        "acme-phishing-key-012345678",
        "platform-phishing-key-0123456789",
    ] {
        answered(&program, 401, callback("acme", key, "order-3", "19.99")).await;
    }
    let cheap = callback("acme", PHISHING, "order-3", "0.01");
    answered(&program, 200, cheap).await;
    let mut smuggling = callback("acme", PHISHING, "order-2", "19.99");
    smuggling.target += "&org=globex";
    order(&program, "globex", "order-2").await;
    answered(&program, 503, smuggling).await; // the API has two names, and takes none
    assert!(way(&program, "globex", "order-2").await.is_empty());
    assert!(way(&program, "acme", "order-3").await.is_empty());
    assert!(!program.said().contains(PHISHING));
    rows.passed(
        10,
        "another key is a 401, no line of the log has it, and the amount counts",
    );

    let forged = acme(&other).body(other.replace("evt_2", "evt_9"));
    answered(&program, 401, forged).await;
    let down = start(data, &["--api", "http://127.0.0.1:9"]).await;
    let late = session("evt_4", "checkout.session.expired", "order-3", "unpaid");
    let reply = answered(&down, 503, acme(&late)).await;
    assert!(reply.retry_after().is_some());
    down.kill().await;
    answered(&program, 200, acme(&late)).await;
    rows.passed(
        11,
        "verified, then forwarded; a 503 if the API is down; killed in between, forwarded again",
    );

    let hop = Signer::new(providers::STANDARD_WEBHOOKS, HOP).unwrap();
    let pending = session("evt_5", "checkout.session.completed", "order-4", "unpaid");
    let target = format!("{TARGET}?org=acme");
    let signed = || {
        hop.clone()
            .path_and_query(target.clone())
            .id("key-5")
            .sign_now(pending.clone())
    };
    order(&program, "acme", "order-4").await;
    answered(&program, 401, Sent::from(signed()).body(other.clone())).await;
    answered(
        &program,
        401,
        Sent::from(signed()).without("webhook-signature"),
    )
    .await;
    let password = Sent::from(signed()).without("webhook-signature");
    let password = password
        .add("x-checkout-secret", HOP)
        .add("stripe-signature", "t=1,v1=00");
    answered(&program, 401, password).await;
    for _ in 0..3 {
        answered(&program, 200, Sent::from(signed())).await;
    }
    let processing = "processing by checkout.session.completed";
    assert_eq!(way(&program, "acme", "order-4").await, [processing]);
    rows.passed(
        12,
        "the hop is signed, with a time: no secret in a header, no way around it",
    );

    let arrived = session(
        "evt_6",
        "checkout.session.async_payment_succeeded",
        "order-4",
        "paid",
    );
    answered(&program, 200, stripe(ACME, &target, &arrived)).await;
    assert_eq!(way(&program, "acme", "order-4").await.len(), 2);
    answered(&program, 401, stripe(GLOBEX, &target, &arrived)).await;
    rows.passed(
        13,
        "Stripe may deliver to the API itself, with the secret of the tenant",
    );

    order(&program, "acme", "order-5").await;
    answered(
        &program,
        200,
        Sent::post("/v1/orders/acme/order-5/confirm", ""),
    )
    .await;
    let webhook = session("evt_7", "checkout.session.completed", "order-5", "paid");
    answered(&program, 200, acme(&webhook)).await;
    assert_eq!(way(&program, "acme", "order-5").await, ["paid by return"]);
    answered(&program, 200, acme(&refund("evt_11", "order-5"))).await;
    assert_eq!(way(&program, "acme", "order-5").await.len(), 2);
    rows.passed(
        14,
        "return and webhook report one payment: the second changes nothing",
    );

    assert_eq!(
        way(&program, "acme", "order-3").await,
        ["expired by checkout.session.expired"]
    );
    for (id, of_type) in [("evt_8", "completed"), ("evt_9", "async_payment_failed")] {
        for order in ["order-3", "order-1"] {
            let of_type = format!("checkout.session.{of_type}");
            let body = session(&format!("{id}-{order}"), &of_type, order, "paid");
            answered(&program, 200, acme(&body)).await;
        }
    }
    assert_eq!(way(&program, "acme", "order-3").await.len(), 1);
    assert_eq!(way(&program, "acme", "order-1").await.len(), 2);
    rows.passed(
        15,
        "an expired or refunded order stays so, whatever comes late",
    );

    assert_eq!(
        ignored(&program, "no such order").await,
        1,
        "the platform has no orders"
    );
    let nobody = session(
        "evt_10",
        "checkout.session.completed",
        "order-of-nobody",
        "paid",
    );
    answered(&program, 200, acme(&nobody)).await;
    answered(&program, 200, acme(&nobody)).await;
    assert_eq!(ignored(&program, "no such order").await, 2);
    let line = program.line("Ignored(\"no such order\")").await;
    assert!(line.contains("payment webhook"), "{line}");
    rows.passed(
        16,
        "an event without an order is 200, logged, recorded and counted by its reason",
    );
    rows.finish();
}

fn is_type(word: &str) -> bool {
    let families = ["checkout.session.", "payment_intent.", "charge.", "refund."];
    families.iter().any(|family| word.starts_with(family))
}
