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

async fn paid(VerifiedEvent(event): VerifiedEvent<Invoice>) {}

fn main() {
    let hooks = hooks().on_event(paid);
}
