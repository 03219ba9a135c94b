//! Stripe and Mercado Pago as senders, the services that listeners call, and what the pages say.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};
use webhook_axum::testing::PlainSender;
use webhook_axum::{Signer, providers};
use webhook_test::{Program, Reply, Sent, StandIn};

pub(crate) const STRIPE: &str = "whsec_qzpay_test_0123456789";
const MERCADOPAGO: &str = "mp_test_secret_0123456789";

/// The program with short waits and these settings.
pub(crate) async fn start(data: &Path, services: &StandIn, more: &[&str]) -> Program {
    let quick = ["--lease", "1", "--retry-ms", "10"];
    start_with(data, services, &[&quick, more].concat()).await
}

pub(crate) async fn start_with(data: &Path, services: &StandIn, settings: &[&str]) -> Program {
    let (data, services) = (data.to_str().unwrap(), services.url());
    let arguments = ["--data", data, "--services", &services];
    let arguments = [&arguments, settings].concat();
    Program::start(env!("CARGO_BIN_EXE_qzpay-billing"), arguments).await
}

pub(crate) fn stripe() -> PlainSender {
    PlainSender::stripe(STRIPE).path("/webhooks/stripe")
}

/// `createMockWebhookEvent(type, data)` of the guide, signed.
pub(crate) fn event(id: &str, of_type: &str, object: Value) -> Sent {
    let event = stripe().event(of_type, object).id(id);
    Sent::from(stripe().signed(event))
}

/// A delivery as Mercado Pago sends it: the id is in the query, which is signed, and in the body,
/// which is not.
pub(crate) fn mp(of_type: &str, id: &str) -> Sent {
    let target = format!("/webhooks/mercadopago?data.id={id}&type={of_type}");
    let signer = Signer::new(providers::MERCADOPAGO, MERCADOPAGO).unwrap();
    let signer = signer
        .path_and_query(target)
        .header("x-request-id", format!("request-{id}"));
    let body = json!({"id": 1, "type": of_type, "data": {"id": id}}).to_string();
    Sent::from(signer.sign_now(body)).set("content-type", "application/json")
}

pub(crate) async fn received(program: &Program, sent: Sent) {
    let reply = program.send(sent).await;
    assert_eq!((reply.status, reply.text()), (200, r#"{"received":true}"#));
}

pub(crate) async fn refused(program: &Program, sent: Sent) {
    let reply = program.send(sent).await;
    assert_eq!(
        (reply.status, reply.text()),
        (400, r#"{"error":"Invalid signature"}"#)
    );
}

/// The subscription, once this is so.
pub(crate) async fn subscription(
    program: &Program,
    id: &str,
    is_right: impl Fn(&Value) -> bool,
) -> Value {
    let of = |reply: &Reply| -> Option<Value> {
        let all = reply.json()["subscriptions"].clone();
        all.as_array()?.iter().find(|it| it["id"] == id).cloned()
    };
    let is_right = |reply: &Reply| of(reply).is_some_and(|it| is_right(&it));
    of(&program.get_until("/billing", is_right).await).unwrap()
}

/// The events that failed for good, once there are so many.
pub(crate) async fn dead(program: &Program, count: usize) -> Vec<Value> {
    listed(program, "/jobs?state=dead", count).await
}

/// The events without a handler, once there are so many.
pub(crate) async fn parked(program: &Program, count: usize) -> Vec<Value> {
    listed(program, "/jobs?state=parked", count).await
}

async fn listed(program: &Program, path: &str, count: usize) -> Vec<Value> {
    let jobs = |reply: &Reply| reply.json().as_array().unwrap().clone();
    let is_right = |reply: &Reply| jobs(reply).len() == count;
    jobs(&program.get_until(path, is_right).await)
}

/// Waits until every event has run.
pub(crate) async fn drained(program: &Program) {
    let is_idle = |reply: &Reply| reply.json()["waiting"] == 0;
    program.get_until("/health", is_idle).await;
}

/// Why somebody has to look.
pub(crate) async fn alerts(program: &Program) -> Value {
    let reply = program.send(Sent::get("/health")).await;
    let (status, alerts) = (reply.status, reply.json()["alerts"].clone());
    let is_well = alerts.as_array().unwrap().is_empty();
    assert_eq!(status, if is_well { 200 } else { 503 });
    alerts
}

/// Changes jobs, and says how many those were.
pub(crate) async fn change(program: &Program, path: &str, why: &str) -> Value {
    let who = json!({"by": "ana", "why": why}).to_string();
    let reply = program.send(Sent::post(path, who)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["changed"].clone()
}

/// What a service was told, once for each key.
pub(crate) fn told(services: &StandIn, path: &str) -> Vec<Value> {
    let mut calls = services.calls(path);
    let mut keys = HashSet::new();
    calls.retain(|call| keys.insert(call.header("idempotency-key").unwrap().to_owned()));
    calls.iter().map(|call| call.json()).collect()
}

pub(crate) fn created(id: &str) -> Value {
    let plan = json!({"data": [{"price": {"id": "price_pro"}}]});
    json!({"id": id, "customer": "cus_1", "status": "active", "items": plan})
}

pub(crate) fn invoice(id: &str, of: &str, due: i64) -> Value {
    json!({"id": id, "subscription": of, "customer": "cus_1", "payment_intent": format!("pi_{id}"),
        "amount_due": due, "amount_paid": due, "currency": "usd"})
}

/// The services that listeners call, and two objects of Mercado Pago.
pub(crate) async fn services() -> StandIn {
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
