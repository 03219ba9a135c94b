//! The routers of both providers, and what they do with an event.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use rusqlite::Connection;
use serde_json::{Value, json};
use webhook_axum::inbox::{EventSteps, Pipeline, Steps, step};
use webhook_axum::router::HasFallback;
use webhook_axum::{
    HookResult, HookResultExt as _, HttpsApi, TransactionalEvent, VerifiedDelivery, VerifiedEvent,
    WebhookLayer, WebhookRouter,
};
use webhook_payments::PaymentEvent;
use webhook_sqlite::{SqliteInbox, SqliteTransaction};

use crate::Failure;
use crate::billing::apply;
use crate::listeners::LISTENERS;

/// What handlers need.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) inbox: SqliteInbox,
    pub(crate) mercadopago: HttpsApi,
    /// What listeners call, each service at a path of its own.
    pub(crate) services: Arc<str>,
    pub(crate) client: reqwest::Client,
}

/// `createWebhookRouter({ paymentAdapter: stripeAdapter, handlers })` of the guide.
pub(crate) fn stripe(layer: WebhookLayer) -> WebhookRouter<Shop, HasFallback> {
    WebhookRouter::new(layer)
        .before(log)
        .on("customer.subscription.created", reported)
        .on("customer.subscription.updated", reported)
        .on("customer.subscription.deleted", reported)
        .on("invoice.payment_succeeded", reported)
        .on("invoice.payment_failed", reported)
        .ignore_unknown() // 200, and kept: a later version may have a handler
}

pub(crate) fn mercadopago(layer: WebhookLayer) -> WebhookRouter<Shop, HasFallback> {
    WebhookRouter::new(layer)
        .before(log)
        .on("payment", named)
        .on("subscription_preapproval", named)
        .on("subscription_authorized_payment", named)
        .ignore_unknown()
}

/// `onError` of the guide, to the letter: an event is recorded before its answer, which says what
/// became of it. The listeners are left out, because a sender would wait for them.
pub(crate) fn at_once(layer: WebhookLayer) -> WebhookRouter<Shop, HasFallback> {
    WebhookRouter::new(layer)
        .before(log)
        .on(["customer.subscription.*", "invoice.*"], recorded)
        .ignore_unknown()
}

/// Every event, and every attempt.
async fn log(VerifiedDelivery(delivery): VerifiedDelivery) {
    let (provider, id) = (delivery.provider(), delivery.id());
    let (kind, attempt) = (delivery.event_type(), delivery.attempt());
    tracing::info!(provider, id, kind, attempt, "processing webhook");
}

/// Stripe signs the whole event.
async fn reported(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    shop.process(event.data, &steps).await
}

/// An event that names no subscription never will: 200 with a warning, so that Stripe stops. A
/// database that fails is 500, and Stripe comes again.
async fn recorded(
    TransactionalEvent { event, transaction }: TransactionalEvent<PaymentEvent, SqliteTransaction>,
) -> HookResult<Json<Value>> {
    if event.data.ids.subscription.is_none() {
        return Err("the event names no subscription").permanent();
    }
    apply(&transaction, &event.data)?;
    Ok(Json(json!({"received": true})))
}

/// Mercado Pago signs the id of an object, and nothing else. What counts is what its API says.
async fn named(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    let object = event.data.to_fetch.as_ref();
    let object = object.ok_or("the event names no object").permanent()?;
    // An API that fails is an error to retry. An object that does not exist never will.
    let found = shop.mercadopago.object(object.path()).await?;
    let found = found.ok_or("no such object").permanent()?;
    shop.process(object.read(found)?, &steps).await
}

impl Shop {
    /// Records the event, then tells the listeners. When the event runs again, after an error or a
    /// crash, what is done already is left out.
    async fn process(&self, event: PaymentEvent, steps: &Steps) -> HookResult {
        let record = move |db: &Connection| apply(db, &event);
        // The records, and that this step is done, are on the disk together.
        let change = self
            .inbox
            .step_with(steps.lease(), "record", record)
            .await?;
        // A listener that fails does not keep the others from running.
        let mut pipeline = Pipeline::new().abort_on_error(false);
        for (on, name, says) in LISTENERS {
            let Some(message) = says(&change).filter(|_| *on == change.event) else {
                continue;
            };
            let key = steps.key(name);
            let tell = move |_| self.tell(name, key.clone(), message.clone());
            pipeline = pipeline.step(step(*name, tell));
        }
        let pipeline = pipeline.on_step_error(|step, error| tracing::warn!(step, error, "failed"));
        pipeline.run(steps).await?.into_result()?;
        Ok(())
    }

    /// The key is the same in every attempt, so that a service does the same thing once.
    async fn tell(&self, service: &str, key: String, what: Value) -> Result<(), Failure> {
        let request = self.client.post(format!("{}/{service}", self.services));
        let request = request.header("idempotency-key", key).json(&what);
        request.send().await?.error_for_status()?;
        Ok(())
    }
}
