//! What NextPay's guide shows, row by row, over HTTP, against the program itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use serde_json::{Value, json};
use webhook_axum::{Signer, providers};
use webhook_test::{Program, Rows, Sent, StandIn};

const SECRET: &str = "nextpay_test_secret_0123456789";
const PATH: &str = "/webhooks/nextpay";
/// Signed by `openssl dgst -sha256 -hmac nextpay_test_secret_0123456789`.
const CAPTURED: &str = concat!(
    r#"{"id":"evt_1","type":"payout_request.completed","data":"#,
    r#"{"id":"pr_1","amount":50000,"currency":"PHP","status":"completed"}}"#,
);
const CAPTURED_TAG: &str = "7102979f5be7cf2a47841075953c74fd72cb01bc6011dc3c788a9ecce31c7806";

async fn start(data: &Path, books: &StandIn) -> Program {
    let data = data.to_str().unwrap();
    let arguments = ["--data", data, "--books", &books.url(), "--lease", "1"];
    Program::start(env!("CARGO_BIN_EXE_nextpay-payouts"), arguments).await
}

/// A delivery as NextPay sends it.
fn delivery(body: &str) -> Sent {
    let signer = Signer::new(providers::NEXTPAY, SECRET).unwrap();
    let sent = Sent::from(signer.path_and_query(PATH).sign_now(body.to_owned()));
    sent.set("content-type", "application/json")
}

fn event(id: &str, kind: &str) -> Sent {
    let data = json!({"id": format!("of_{id}"), "amount": 12345, "status": "x"});
    delivery(&json!({"id": id, "type": kind, "data": data}).to_string())
}

/// The ledger, once it has so many entries.
async fn ledger(program: &Program, entries: usize) -> Vec<Value> {
    let is_right = |reply: &webhook_test::Reply| reply.json().as_array().unwrap().len() >= entries;
    let reply = program.get_until("/ledger", is_right).await;
    let ledger = reply.json().as_array().unwrap().clone();
    assert_eq!(ledger.len(), entries, "{ledger:?}");
    ledger
}

async fn ok(program: &Program, sent: Sent) {
    let reply = program.send(sent).await;
    assert_eq!((reply.status, reply.text()), (200, "OK"));
}

async fn refused(program: &Program, sent: Sent) {
    let reply = program.send(sent).await;
    assert_eq!((reply.status, reply.text()), (401, "Invalid signature"));
}

/// For how many days, from now, the first event is remembered.
fn remembered(data: &Path) -> f64 {
    let database = rusqlite::Connection::open(data.join("payouts.db")).unwrap();
    let first = "select (min(expires_at) / 1000000.0 - unixepoch('subsec')) / 86400
        from webhook_key";
    database.query_row(first, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn every_row_of_the_guide() {
    let (mut rows, folder) = (Rows::new('N', 11), tempfile::tempdir().unwrap());
    let books = StandIn::start([("/postings", json!({"id": "posting_1"}))]).await;
    let program = start(folder.path(), &books).await;

    for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let other = event("evt_get", "payment_intent.paid").method(method);
        let reply = program.send(other).await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")));
    }
    assert_eq!(providers::NEXTPAY.deadline().unwrap().as_secs(), 30);
    assert!(program.address().ip().is_loopback());
    rows.passed(
        1,
        "POST, any other method is 405; HTTPS ends at the proxy in front of 127.0.0.1",
    );

    // The books do not answer, so no handler ends before the sender has its 200.
    books.hold("/postings");
    let captured = || Sent::post(PATH, CAPTURED).add("x-nextpay-signature", CAPTURED_TAG);
    ok(&program, captured()).await;
    books.called("/postings", 1).await;
    assert!(ledger(&program, 0).await.is_empty());
    rows.passed(8, "200 while the accounting service has not answered");
    rows.passed(2, "the hex HMAC-SHA-256 of OpenSSL is accepted");

    // In the middle of the main flow: the service has booked it, and nobody was told.
    program.kill().await;
    let program = start(folder.path(), &books).await;
    let calls = books.called("/postings", 2).await;
    books.let_go("/postings");
    let entry = &ledger(&program, 1).await[0];
    assert_eq!(entry["entry"]["minor"], 50000);
    assert_eq!(
        calls[0].header("idempotency-key"),
        calls[1].header("idempotency-key")
    );
    assert_eq!(books.effects("/postings"), 1);

    for tag in [
        "",
        "0",
        "zz",
        &CAPTURED_TAG[1..],
        &format!("{CAPTURED_TAG}00"),
    ] {
        refused(&program, captured().set("x-nextpay-signature", tag)).await;
    }
    refused(&program, captured().without("x-nextpay-signature")).await;
    refused(
        &program,
        captured().add("x-nextpay-signature", CAPTURED_TAG),
    )
    .await;
    refused(&program, captured().set("x-nextpay-signature", [0xff; 64])).await;
    rows.passed(
        3,
        "a missing, repeated, short, long or odd signature is a 401, never a crash",
    );

    refused(
        &program,
        captured().body(CAPTURED.replace("50000", "90000")),
    )
    .await;
    rows.passed(
        4,
        "401 `Invalid signature` for another amount, 200 `OK` for a genuine delivery",
    );

    ok(&program, event("evt_2", "payout_request.failed")).await;
    ledger(&program, 2).await;
    ok(&program, event("evt_3", "payment_intent.paid")).await;
    let whats = ledger(&program, 3).await;
    let whats: Vec<_> = whats.iter().map(|entry| &entry["entry"]["what"]).collect();
    assert_eq!(
        whats,
        ["payout completed", "payout failed", "payment received"]
    );
    ok(&program, event("evt_4", "account.updated")).await;
    let is_parked = |reply: &webhook_test::Reply| !reply.json().as_array().unwrap().is_empty();
    let parked = program.get_until("/jobs?state=parked", is_parked).await;
    let parked = &parked.json()[0];
    assert_eq!(
        (&parked["type"], &parked["error"]),
        (&json!("account.updated"), &json!("no handler"))
    );
    rows.passed(
        5,
        "each type has its handler, and an unknown one is answered 200 and kept",
    );

    rows.does_not_apply(
        6,
        "registering is a request to NextPay's API; the README has it",
    );

    // The id is the same, the bytes are not.
    let respaced = CAPTURED.replace(",\"type\"", ", \"type\"");
    ok(&program, delivery(&respaced)).await;
    let copies = (0..20).map(|_| program.send(event("evt_5", "payment_intent.paid")));
    for reply in futures_util::future::join_all(copies).await {
        assert!([200, 503].contains(&reply.status), "{reply:?}");
    }
    ledger(&program, 4).await;
    rows.passed(
        7,
        "one booking of an event: of 20 copies at once, of another spelling of its body",
    );

    rows.passed(
        9,
        "every delivery here was signed on this machine, without a tunnel",
    );

    let page = program.send(Sent::get("/metrics")).await;
    let ours = r#"provider="nextpay",consumer="""#;
    let readme = include_str!("../README.md");
    for metric in [
        format!("webhook_rejections_total{{{ours},reason=\"bad_signature\"}}"),
        format!("webhook_deliveries_total{{{ours},outcome=\"duplicate\"}}"),
        format!("webhook_events_total{{{ours},type=\"payment_intent.paid\",outcome=\"done\"}}"),
        "webhook_attempts_total{consumer=\"\",outcome=\"parked\"}".to_owned(),
        "webhook_attempt_duration_seconds".to_owned(),
        "webhook_inbox_behind_seconds".to_owned(),
    ] {
        assert!(page.text().contains(&metric), "{metric}\n{}", page.text());
        let name = metric.split('{').next().unwrap();
        assert!(readme.contains(name), "{name} in no row of the README");
    }
    program.line("bad_signature").await;
    rows.passed(10, "each row of its table has a metric: README");

    program.kill().await;
    let program = start(folder.path(), &books).await;
    ok(&program, captured()).await;
    ok(&program, event("evt_6", "payment_intent.paid")).await;
    let after = ledger(&program, 5).await;
    let of_captured = after
        .iter()
        .filter(|entry| entry["entry"]["event"] == "evt_1");
    assert_eq!(of_captured.count(), 1);
    assert_eq!(books.effects("/postings"), 5);
    let days = remembered(folder.path());
    assert!(days > 6.9 && days <= 7.0, "{days}");
    rows.passed(
        11,
        "a captured delivery is a duplicate, also after a restart: kept for 7 days",
    );
    rows.finish();
}
