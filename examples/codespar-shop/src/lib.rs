//! The receiver of CodeSpar's guide: on `payment.confirmed` it issues the invoice, ships, and
//! notifies. `codespar-payments` has it in one process with what calls it.

mod session;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use webhook_axum::inbox::{EventSteps, Inbox, Pipeline, StepResults, StepRetry, StepState, step};
use webhook_axum::{
    Answer, ConfigError, Endpoint, HookResult, VerifiedDelivery, VerifiedEvent, WebhookLayer,
    WebhookRouter, contracts,
};
use webhook_sqlite::{SqliteInbox, SqliteStore};

use crate::session::Session;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Where CodeSpar posts to.
pub const PATH: &str = "/api/webhooks/payment";

/// Where the tools are.
#[derive(Clone)]
struct Shop {
    services: Arc<str>,
    client: reqwest::Client,
}

/// What the guide reads from `payment.confirmed`.
#[derive(Deserialize)]
struct Confirmed {
    amount: Value,
    customer: Value,
    #[serde(default)]
    items: Value,
    shipping: Value,
}

/// The receiver: its layer and its route, for a server and a worker. `secret` is that of its trigger,
/// and `services` is the URL of the tools.
///
/// # Errors
///
/// If the secret cannot be used.
pub fn app(
    store: &SqliteStore,
    inbox: &Inbox<SqliteInbox>,
    secret: String,
    services: String,
) -> Result<(WebhookLayer, Router), ConfigError> {
    let endpoint = Endpoint::codespar(secret)
        .consumer("shop")
        .store(store.clone())
        .durable(inbox.clone())
        .answer_rejections(contracts::codespar)
        .answer_stored(|_| Answer::json(r#"{"received":true}"#))
        .answer_duplicates(|_| Answer::json(r#"{"already_processed":true}"#))
        .build()?;
    let layer = WebhookLayer::new(endpoint);
    let hooks = WebhookRouter::new(layer.clone())
        .on("payment.confirmed", confirmed)
        .fallback(other);
    let shop = Shop {
        services: services.into(),
        client: reqwest::Client::new(),
    };
    Ok((
        layer,
        Router::new().route(PATH, hooks.into()).with_state(shop),
    ))
}

/// Other events are not processed.
async fn other(VerifiedDelivery(delivery): VerifiedDelivery) {
    tracing::info!(kind = delivery.event_type(), "not processed");
}

/// Each step is done once, however often this runs: after an error, a crash or a person's request,
/// done steps are not repeated. The key of a step is the same every time.
async fn confirmed(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<Confirmed>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    let order = &event.data;
    let session = &Session::open(&shop.client, &shop.services).await?; // closed when it is dropped
    let key = |name| steps.key(name);
    let again = StepRetry::times(1).waits(Duration::from_millis(100), Duration::from_secs(1));
    let report = Pipeline::new()
        .step(
            step("invoice", |_| {
                let params = json!({"type": "nfe", "customer_cpf": order.customer["cpf"],
                    "items": order.items, "total": order.amount});
                session.call("codespar_invoice", key("invoice"), params)
            })
            .retry(again),
        )
        .step(step("ship", |_| {
            let params =
                json!({"to_cep": order.shipping["cep"], "weight_kg": order.shipping["weight"]});
            session.call("codespar_ship", key("ship"), params)
        }))
        .step(
            step("notify", async |prev: StepResults| {
                // By name: a step that failed moves no other.
                let shipped: Option<Value> = prev.done("ship")?;
                let invoice: Option<Value> = prev.done("invoice")?;
                let variables = json!({
                    "tracking": shipped.map(|shipped| shipped["data"]["tracking_code"].clone()),
                    "nfe_url": invoice.map(|invoice| invoice["data"]["pdf_url"].clone()),
                });
                let params = json!({"channel": "whatsapp", "to": order.customer["phone"],
                    "template": "order_confirmed", "variables": variables});
                session.call("codespar_notify", key("notify"), params).await
            })
            // Without a parcel there is nothing to tell yet.
            .when(|prev| prev.is_done("ship")),
        )
        .abort_on_error(false) // the default is true
        .on_step_complete(|name| tracing::info!(step = name, "step completed"))
        .on_step_error(|name, error| tracing::error!(step = name, %error, "step failed"))
        .run(&steps)
        .await?;
    tracing::info!(
        success = report.is_success(),
        completed = report.count(StepState::Done),
        of = report.steps.len(),
        "processed"
    );
    // An error if a step failed: the event runs again, and only the failed steps with it.
    report.into_result()?;
    Ok(())
}
