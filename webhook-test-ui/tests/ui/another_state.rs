#![allow(unused_imports, dead_code, unused_variables)]

use axum::Router;
use axum::extract::State;
use webhook_axum::{HookResult, VerifiedDelivery, VerifiedEvent, WebhookLayer, WebhookRouter};

#[derive(Clone)]
struct Db;

#[derive(serde::Deserialize)]
struct Invoice {}

fn hooks() -> WebhookRouter<Db> {
    WebhookRouter::new(WebhookLayer::stripe("whsec_0123456789abcdef"))
}

async fn paid(State(name): State<String>) {}

fn main() {
    let hooks = hooks().on("a", paid);
}
