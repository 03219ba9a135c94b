//! Rows about running it: what is kept and for how long, who may ask, and who is alarmed.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};
use webhook_test::{PATIENCE, Program, Sent, StandIn};

use crate::sender::{
    alerts, change, created, dead, drained, event, invoice, mp, parked, received, refused,
    services, start, start_with, stripe, subscription,
};

fn database(data: &Path) -> Connection {
    let database = Connection::open(data.join("billing.db")).unwrap();
    database
        .busy_timeout(std::time::Duration::from_secs(5))
        .unwrap();
    database
}

/// The one value that a query returns.
fn one<T: rusqlite::types::FromSql>(data: &Path, query: &str) -> T {
    let found = database(data).query_row(query, [], |row| row.get(0));
    found.unwrap()
}

/// How many deliveries are stored.
pub(crate) fn stored(data: &Path) -> u32 {
    one(data, "select count(*) from webhook_delivery")
}

/// For how many days, from now, the first event is remembered.
pub(crate) fn remembered(data: &Path) -> f64 {
    let first = "select (min(expires_at) / 1000000.0 - unixepoch('subsec')) / 86400
        from webhook_key";
    one(data, first)
}

/// The three answers of `onError`, where an event is recorded before it is answered.
pub(crate) async fn answers_of_on_error(program: &Program, data: &Path) {
    let at_once = |id: &str, object: Value| Sent {
        target: "/webhooks/stripe/at-once".to_owned(),
        ..event(id, "invoice.payment_succeeded", object)
    };
    let paid = || at_once("evt_now_1", invoice("in_now", "sub_now", 700));
    refused(program, paid().body("{}")).await;

    let cannot = program
        .send(at_once("evt_now_2", json!({"id": "in_bare"})))
        .await;
    let warning = r#"{"received":true,"warning":"given_up"}"#;
    assert_eq!((cannot.status, cannot.text()), (200, warning));

    let database = database(data);
    let rename = |from: &str, to: &str| {
        let sql = format!("alter table {from} rename to {to}");
        database.execute_batch(&sql).unwrap();
    };
    rename("payments", "elsewhere");
    let failed = program.send(paid()).await;
    let internal = r#"{"error":"Internal error"}"#;
    assert_eq!((failed.status, failed.text()), (500, internal));
    rename("elsewhere", "payments");
    // The failure has left nothing: Stripe's retry is recorded, and its copy is not.
    for _ in 0..2 {
        received(program, paid()).await;
    }
    let recorded = "select count(*), sum(minor) from payments where subscription = 'sub_now'";
    let counts = database.query_row(recorded, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(counts, Ok((1, 700)));
}

/// Dead letters: done steps are not done again, notes are kept, and too many are an alert.
pub(crate) async fn dead_letters(program: &Program, services: &StandIn, id: &Value) {
    let features = services.calls("/features").len();
    let mails = services.calls("/mail").len();
    let retry = format!("/jobs/{id}/requeue");
    assert_eq!(change(program, &retry, "").await, 1);
    services.called("/features", features + 1).await;
    let left = dead(program, 1).await[0]["id"].clone();
    assert_eq!(services.calls("/mail").len(), mails, "that step was done");
    let resolve = format!("/jobs/{left}/drop");
    assert_eq!(change(program, &resolve, "refunded by hand").await, 1);
    dead(program, 0).await;
    let resolved = program
        .send(Sent::get(&format!("/jobs/{left}")))
        .await
        .json();
    let notes = &resolved["changes"][0];
    assert_eq!(
        (&notes["verb"], &notes["by"], &notes["why"]),
        (&json!("drop"), &json!("ana"), &json!("refunded by hand"))
    );

    let has = |alerts: &Value| alerts.as_array().unwrap().contains(&json!("dead letters"));
    for n in 0..11 {
        assert!(!has(&alerts(program).await), "{n}");
        received(program, mp("payment", &format!("none{n}"))).await;
        dead(program, n + 1).await;
    }
    assert!(has(&alerts(program).await));
    let all = "/jobs/requeue?state=dead";
    assert_eq!(change(program, all, "the API is back").await, 11);
}

/// Without settings: what the guide promises as five minutes, 90 days and 5 %.
pub(crate) async fn defaults() {
    let (folder, services) = (tempfile::tempdir().unwrap(), services().await);
    let data = folder.path();
    let program = start_with(data, &services, &[]).await;
    services.hold("/mail");
    let new = event("evt_1", "customer.subscription.created", created("sub_1"));
    received(&program, new).await;
    services.called("/mail", 1).await;
    let until = "select (run_at / 1000000.0) - unixepoch('subsec') from webhook_delivery
        where state = 1";
    let lease: f64 = one(data, until);
    assert!(
        lease > 150.0 && lease <= 300.0,
        "{lease} s: five minutes, renewed"
    );
    services.let_go("/mail");
    drained(&program).await;

    // One of twenty is the most that may fail.
    for n in 2..=21 {
        let id = format!("evt_{n}");
        let of_type = "customer.subscription.updated";
        received(&program, event(&id, of_type, created("sub_1"))).await;
    }
    drained(&program).await;
    assert_eq!(alerts(&program).await, json!([]));
    received(&program, mp("payment", "404")).await;
    dead(&program, 1).await;
    assert_eq!(alerts(&program).await, json!([]), "1 of 22");
    received(&program, mp("payment", "405")).await;
    dead(&program, 2).await;
    assert_eq!(alerts(&program).await, json!(["failed events"]), "2 of 23");

    kept_for_90_days(program, data).await;
}

/// The times in the rows are moved: a program looks when it starts.
async fn kept_for_90_days(program: Program, data: &Path) {
    program.kill().await;
    let ids = "select json_group_array(id) from (select id from webhook_delivery where state = 2
        order by id limit 3)";
    let ids: String = one(data, ids);
    let ids: [i64; 3] = serde_json::from_str(&ids).unwrap();
    let age = "update webhook_delivery set ended_at = ended_at - ?2 * 86400 * 1000000
        where id = ?1";
    for (id, days) in [(ids[1], 89), (ids[2], 91)] {
        assert_eq!(database(data).execute(age, [id, days]).unwrap(), 1);
    }
    let services = services().await;
    let program = start_with(data, &services, &[]).await;
    let left = format!(
        "select count(*) from webhook_delivery where id <= {}",
        ids[2]
    );
    let pruned = async {
        while one::<i64>(data, &left) > 2 {
            program.send(Sent::get("/health")).await;
        }
    };
    tokio::time::timeout(PATIENCE, pruned).await.unwrap();
    assert_eq!(one::<i64>(data, &left), 2, "89 days are not enough");
    let bodies = format!("select count(*) from webhook_body where id <= {}", ids[2]);
    assert_eq!(
        one::<i64>(data, &bodies),
        1,
        "bodies are kept for seven days"
    );
}

/// A record of a delivery has an end, after which its id is that of a new event.
pub(crate) async fn forgotten_at_last(program: &Program, data: &Path) {
    let other = || event("evt_2", "customer.tax_id.created", json!({"id": "txi_1"}));
    received(program, other()).await;
    drained(program).await;
    assert_eq!(parked(program, 1).await.len(), 1, "a copy is not kept");
    let key = "update webhook_key set expires_at = 0
        where key = (select key from webhook_delivery where type = 'customer.tax_id.created')";
    assert_eq!(database(data).execute(key, []).unwrap(), 1);
    received(program, other()).await;
    parked(program, 2).await;
}

/// Who may ask, how often, how, and in which format.
pub(crate) async fn access_rules() {
    let (folder, services) = (tempfile::tempdir().unwrap(), services().await);
    let from_stripe = ["--behind", "127.0.0.1", "--only-from", "203.0.113.0/24"];
    let rules = [&from_stripe[..], &["--per-minute", "3"]].concat();
    let program = start(folder.path(), &services, &rules).await;
    let by = |client: &str, proto: &str| {
        let sent = event("evt_1", "customer.subscription.created", created("sub_1"));
        sent.add("x-forwarded-for", client)
            .add("x-forwarded-proto", proto)
    };
    refused(&program, by("203.0.113.7", "http")).await;
    refused(&program, by("198.51.100.7", "https")).await;
    refused(&program, by("203.0.113.7, 198.51.100.7", "https")).await;
    refused(&program, stripe_directly()).await;
    for reason in ["plain_http", "address"] {
        let line = program.line(&format!("reason=\"{reason}\"")).await;
        assert!(line.contains("access refused"), "{line}");
    }
    let text = by("203.0.113.7", "https").set("content-type", "text/plain");
    assert_eq!(program.send(text).await.status, 415);
    for _ in 0..2 {
        received(&program, by("203.0.113.7", "https")).await;
    }
    let over = program.send(by("203.0.113.7", "https")).await;
    assert_eq!((over.status, over.retry_after().is_some()), (503, true));
    received(&program, by("203.0.113.8", "https")).await;
    subscription(&program, "sub_1", |it| it["status"] == "active").await;
    drained(&program).await;
    let told = services.calls("/features").len();
    assert_eq!(told, 1, "once, and of no refused one");
}

/// Without the proxy in between.
fn stripe_directly() -> Sent {
    let sample = stripe().event("invoice.payment_succeeded", ());
    Sent::from(stripe().signed(sample))
}
