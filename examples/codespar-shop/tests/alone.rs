//! The receiver alone, over HTTP.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../codespar-payments/tests/codespar/mod.rs"]
#[allow(dead_code, reason = "the whole system needs the rest")]
mod codespar;

use codespar::{delivery, event};
use serde_json::json;
use webhook_test::{Program, Reply, Sent};

#[tokio::test]
async fn an_event_runs_its_three_steps() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--data", folder.path().to_str().unwrap()];
    let program = Program::start(env!("CARGO_BIN_EXE_codespar-shop"), arguments).await;
    let confirmed = event("payment.confirmed", "pay_1", "");
    let reply = program.send(delivery(&confirmed)).await;
    assert_eq!((reply.status, reply.text()), (200, r#"{"received":true}"#));
    let is_done = |reply: &Reply| reply.json()[0]["state"] == "done";
    let listed = program.get_until("/jobs", is_done).await.json();
    let path = format!("/jobs/{}", listed[0]["id"]);
    let job = program.send(Sent::get(&path)).await.json();
    let steps = job["steps"].as_array().unwrap().iter();
    let steps: Vec<_> = steps.map(|step| (&step["name"], &step["state"])).collect();
    let done = &json!("done");
    let names = [json!("invoice"), json!("ship"), json!("notify")];
    assert_eq!(
        steps,
        names.iter().map(|name| (name, done)).collect::<Vec<_>>()
    );
    let forged = delivery(&confirmed).set("x-codespar-signature", "00");
    assert_eq!(program.send(forged).await.status, 401);
}
