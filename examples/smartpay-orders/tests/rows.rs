//! What Smartpay's guide shows, row by row, over HTTP, against the program itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod sender;

use std::path::Path;

use serde_json::{Value, json};
use webhook_axum::UnixTime;
use webhook_test::{Client, Program, Reply, Rows, Sent, StandIn};

use sender::{DEFAULT, PAYOUTS, SECOND, base62, delivery, delivery_at, event, signed};

async fn start(data: &Path, api: &StandIn, more: &[&str]) -> Program {
    let data = data.to_str().unwrap();
    let url = api.url();
    let arguments = ["--data", data, "--api", &url, "--lease", "1"];
    let arguments = arguments.iter().chain(more);
    Program::start(env!("CARGO_BIN_EXE_smartpay-orders"), arguments).await
}

async fn api() -> StandIn {
    StandIn::start([("/v1/payments", json!({"id": "payment_test_1"}))]).await
}

async fn status(program: &Program, sent: Sent) -> u16 {
    let reply = program.send(sent).await;
    assert_eq!(
        reply.text(),
        "",
        "neither refusals nor receipts have a body"
    );
    reply.status
}

/// The entry of an order, once it has this status.
async fn order(program: &Program, subject: &str, status: &str) -> Value {
    let find = |reply: &Reply| {
        let orders = reply.json().as_array().unwrap().clone();
        let mut orders = orders.into_iter();
        orders.find(|order| order["subject"] == subject && order["status"] == status)
    };
    let reply = program
        .get_until("/orders", |reply| find(reply).is_some())
        .await;
    find(&reply).unwrap()
}

/// Waits until an event of this type has this state.
async fn job(program: &Program, kind: &str, state: &str) -> Value {
    let find = |reply: &Reply| {
        let jobs = reply.json().as_array().unwrap().clone();
        jobs.into_iter()
            .find(|job| job["type"] == kind && job["state"] == state)
    };
    let reply = program
        .get_until("/jobs", |reply| find(reply).is_some())
        .await;
    find(&reply).unwrap()
}

#[tokio::test]
async fn every_row_of_the_guide() {
    let (mut rows, folder) = (Rows::new('S', 18), tempfile::tempdir().unwrap());
    let api = api().await;
    let program = start(folder.path(), &api, &[]).await;

    // The API does not answer, so no handler ends before the sender has its 200.
    api.hold("/v1/payments");
    let first = delivery(DEFAULT, &event("evt_1", "order.authorized", "order_1"));
    assert_eq!(status(&program, first.clone()).await, 200);
    api.called("/v1/payments", 1).await;
    rows.passed(15, "200 while the API of Smartpay has not answered");
    rows.passed(
        2,
        "`timestamp.body` under HMAC-SHA-256, signed by code of this test",
    );

    // In the middle of the main flow: Smartpay has captured, and nobody was told.
    program.kill().await;
    let program = start(folder.path(), &api, &[]).await;
    let calls = api.called("/v1/payments", 2).await;
    api.let_go("/v1/payments");
    order(&program, "order_1", "captured").await;
    assert_eq!(
        calls[0].header("idempotency-key"),
        calls[1].header("idempotency-key")
    );
    assert_eq!(api.effects("/v1/payments"), 1);
    assert_eq!(
        status(&program, first.clone()).await,
        200,
        "a copy after the kill"
    );

    for header in ["smartpay-signature", "smartpay-signature-timestamp"] {
        assert_eq!(status(&program, first.clone().without(header)).await, 400);
    }
    let without_id = delivery(DEFAULT, &event("evt_2", "payment.created", "order_1"));
    let without_id = without_id.without("smartpay-event-id");
    assert_eq!(status(&program, without_id).await, 200);
    order(&program, "order_1", "paid").await;
    rows.passed(
        1,
        "signature and timestamp are needed; the ids in headers are unsigned, so they are not",
    );

    let (key, now) = (base62(DEFAULT), UnixTime::now().as_secs());
    assert_eq!(key[..2], [0, 0]);
    let short = signed(&key[2..], now, &event("evt_z", "order.authorized", "o"));
    assert_eq!(
        status(&program, short).await,
        400,
        "without the zeros it is another key"
    );
    rows.passed(
        3,
        "a secret that begins with two zero bytes (`AA`) is decoded with both",
    );

    bypasses_are_refused(&program, &first).await;
    rows.passed(
        4,
        "no header, empty headers, equal headers, another content type: 400",
    );
    rows.does_not_apply(
        5,
        "how long a comparison takes cannot be asserted over HTTP: see the guarantees",
    );

    let at = |time: u64, id: &str| delivery_at(DEFAULT, time, &event(id, "token.created", "o"));
    for (time, expected) in [
        (now - 330, 400),
        (now - 270, 200),
        (now, 200),
        (now + 270, 200),
        (now + 330, 400),
    ] {
        let sent = at(time, &format!("evt_{time}"));
        assert_eq!(status(&program, sent).await, expected, "{now}, {time}");
    }
    assert_eq!(status(&program, at(now * 1000, "evt_millis")).await, 200);
    rows.passed(
        6,
        "five minutes in both directions, in seconds or milliseconds",
    );

    let second = delivery(SECOND, &event("evt_3", "order.authorized", "order_2"));
    let named = |sent: &Sent, id: &str| sent.clone().set("smartpay-subscription-id", id);
    assert_eq!(
        status(&program, second.clone()).await,
        400,
        "the secret of `_` decides"
    );
    assert_eq!(
        status(&program, named(&second, "webhook_unknown")).await,
        400
    );
    assert_eq!(status(&program, named(&first, "webhook_second")).await, 400);
    assert_eq!(
        status(&program, named(&second, "webhook_second")).await,
        200
    );
    order(&program, "order_2", "captured").await;
    rows.passed(7, "the id names whose secret to try; the secret decides");

    body_is_whole(&program).await;
    rows.passed(
        8,
        "a body that ends early or is too long never reaches a handler",
    );

    let wrong = delivery(PAYOUTS, &event("evt_4", "order.authorized", "order_3"));
    assert_eq!(status(&program, wrong).await, 400);
    rows.passed(
        9,
        "an empty 400 for a wrong signature, an empty 200 otherwise",
    );

    assert_eq!(program.send(Sent::get("/elsewhere")).await.status, 404);
    assert_eq!(program.send(Sent::get("/webhooks")).await.status, 405);
    rows.passed(
        10,
        "404 for an unknown path; events come by POST only, so GET is 405",
    );

    let failing = |id| {
        let sent = delivery(DEFAULT, &event(id, "order.authorized", "order_4"));
        Sent {
            target: "/webhooks/retries".to_owned(),
            ..sent
        }
    };
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(status(&program, failing("evt_5")).await);
    }
    assert_eq!(statuses, [400, 400, 200, 200], "the fourth is a duplicate");
    assert_eq!(
        status(&program, failing("evt_6")).await,
        400,
        "each event is counted for itself"
    );
    rows.passed(
        11,
        "fails twice, the third is taken: a failure does not make the event done",
    );

    api.fail("/v1/payments", 1);
    let retried = delivery(DEFAULT, &event("evt_7", "order.authorized", "order_5"));
    assert_eq!(status(&program, retried).await, 200);
    order(&program, "order_5", "captured").await;
    job(&program, "token.created", "parked").await;
    rows.passed(
        12,
        "exactly 200, also for duplicates and unknown types; the worker does the retries",
    );

    let entry = order(&program, "order_5", "captured").await;
    assert_eq!(
        (&entry["test"], &entry["amount"]),
        (&json!(true), &json!(2500))
    );
    late_events_change_nothing(&program, &api).await;
    let newer = event("evt_8", "order.authorized", "order_6").replace("2022-02-18", "2099-01-01");
    assert_eq!(status(&program, delivery(DEFAULT, &newer)).await, 200);
    let dead = job(&program, "order.authorized", "dead").await;
    assert_eq!(dead["error"], "given up");
    let elsewhere = tempfile::tempdir().unwrap();
    let live = start(elsewhere.path(), &api, &["--live"]).await;
    assert_eq!(
        status(
            &live,
            delivery(DEFAULT, &event("evt_9", "order.authorized", "o"))
        )
        .await,
        200
    );
    job(&live, "order.authorized", "done").await;
    assert!(
        live.send(Sent::get("/orders"))
            .await
            .json()
            .as_array()
            .unwrap()
            .is_empty()
    );
    rows.passed(
        13,
        "nested type; test events are marked, or ignored by --live; an unknown version is dead",
    );

    let said = program.said();
    assert!(
        said.contains("evt_7") && said.contains("payment.created"),
        "{said}"
    );
    let tag = first.text("smartpay-signature");
    for private in ["Taro", DEFAULT, SECOND, &*tag, "Smartpay-"] {
        assert!(!said.contains(private), "{private} in\n{said}");
    }
    rows.passed(14, "ids and types are logged, headers and bodies never");

    let payout = event("evt_10", "payout.paid", "payout_1");
    let own = |body: &str| Sent {
        target: "/webhooks/payouts".to_owned(),
        ..delivery(PAYOUTS, body)
    };
    assert_eq!(status(&program, own(&payout)).await, 200);
    order(&program, "payout_1", "paid out").await;
    assert_eq!(
        status(&program, own(&event("evt_11", "order.canceled", "order_5"))).await,
        200
    );
    job(&program, "order.canceled", "done").await;
    order(&program, "order_5", "captured").await;
    rows.passed(16, "/webhooks takes all types, /webhooks/payouts one");

    assert!(program.address().ip().is_loopback());
    rows.passed(
        17,
        "plain HTTP on 127.0.0.1 only: HTTPS ends at the proxy in front of it",
    );

    assert_eq!(status(&program, delivery(DEFAULT, &payout)).await, 200);
    let both = |reply: &Reply| {
        let jobs = reply.json().as_array().unwrap().clone();
        jobs.iter()
            .filter(|job| job["type"] == "payout.paid" && job["state"] == "done")
            .count()
            == 2
    };
    program.get_until("/jobs", both).await;
    rows.passed(
        18,
        "each endpoint has its secret and its scope: one event at two endpoints is two",
    );
    rows.finish();
}

/// What Smartpay's own middleware lets pass.
async fn bypasses_are_refused(program: &Program, genuine: &Sent) {
    let bare = Sent::post(
        "/webhooks",
        event("evt_evil", "order.authorized", "order_9"),
    );
    let both = |sent: Sent, value: &str| {
        sent.set("smartpay-signature", value)
            .set("calculated-signature", value)
    };
    let timed = |sent: Sent| sent.set("smartpay-signature-timestamp", "1664522079584");
    for forged in [
        bare.clone(),
        both(bare.clone(), ""),
        both(bare.clone(), "x"),
        timed(both(bare.clone(), "x")),
        timed(both(bare.clone(), "x")).set("content-type", "text/plain"),
        genuine
            .clone()
            .body(bare.body.clone())
            .set("calculated-signature", genuine.text("smartpay-signature")),
    ] {
        assert_eq!(status(program, forged).await, 400);
    }
}

async fn body_is_whole(program: &Program) {
    let jobs = async || program.send(Sent::get("/jobs")).await.json();
    let before = jobs().await;
    let cut = delivery(DEFAULT, &event("evt_cut", "order.authorized", "order_cut"));
    let mut client = Client::connect(program.address()).await;
    client.send(&cut.wire()[..cut.wire().len() - 1]).await;
    client.half_close().await;
    let reply = client.reply().await;
    assert!(reply.is_none_or(|reply| reply.status == 400));
    let long = format!(
        "{}{}",
        event("evt_long", "order.authorized", "o"),
        " ".repeat(2 << 20)
    );
    let long = program.send(delivery(DEFAULT, &long)).await;
    assert_eq!(long.status, 413);
    let count = |jobs: &Value| jobs.as_array().unwrap().len();
    assert_eq!(count(&jobs().await), count(&before));
}

/// An order that was canceled is neither captured nor paid. Its events are handled one after the
/// other, so the one in the middle is handled when the last one is.
async fn late_events_change_nothing(program: &Program, api: &StandIn) {
    let captures = api.effects("/v1/payments");
    let kinds = ["order.canceled", "order.authorized", "payment.created"];
    for (n, kind) in kinds.into_iter().enumerate() {
        let sent = delivery(DEFAULT, &event(&format!("evt_late_{n}"), kind, "order_7"));
        assert_eq!(status(program, sent).await, 200);
    }
    let has_both = |reply: &Reply| {
        let orders = reply.json().as_array().unwrap().clone();
        let mut orders = orders.into_iter();
        orders.any(|order| order["subject"] == "order_7" && order["events"] == 2)
    };
    program.get_until("/orders", has_both).await;
    order(program, "order_7", "canceled").await;
    assert_eq!(api.effects("/v1/payments"), captures);
}
