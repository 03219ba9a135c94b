//! The handlers of the three types of events.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::MethodRouter;
use serde::{Deserialize, Serialize};
use webhook_axum::inbox::{EventSteps, Steps};
use webhook_axum::{
    Event, HookResult, HookResultExt as _, VerifiedEvent, WebhookLayer, WebhookRouter,
};
use webhook_payments::PaymentEvent;

use crate::Failure;
use crate::ledger::{Entry, Ledger};

/// What handlers need.
#[derive(Clone)]
pub(crate) struct Shop {
    ledger: Ledger,
    books: Arc<str>,
    client: reqwest::Client,
}

/// What the accounting service answers.
#[derive(Deserialize, Serialize)]
struct Posted {
    id: String,
}

/// Events of other types are answered 200, and kept: see `/jobs?state=parked`.
pub(crate) fn route(layer: WebhookLayer) -> MethodRouter<Shop> {
    WebhookRouter::new(layer)
        .on("payout_request.completed", completed)
        .on("payout_request.failed", failed)
        .on("payment_intent.paid", paid)
        .ignore_unknown()
        .into()
}

async fn completed(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    shop.book("payout completed", &event, &steps).await
}

async fn failed(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    shop.book("payout failed", &event, &steps).await
}

async fn paid(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    shop.book("payment received", &event, &steps).await
}

impl Shop {
    pub(crate) fn new(ledger: Ledger, books: String) -> Self {
        Self {
            ledger,
            books: books.into(),
            client: reqwest::Client::new(),
        }
    }

    /// The work that must not delay the 200. It runs in the worker, and again after an error or a
    /// crash.
    async fn book(&self, what: &str, event: &Event<PaymentEvent>, steps: &Steps) -> HookResult {
        let payment = &event.data;
        // It would be missing in every attempt, so nobody should try again.
        let amount = payment
            .amount
            .ok_or("the event has no amount")
            .permanent()?;
        let object = payment
            .ids
            .payout
            .as_deref()
            .or(payment.ids.payment.as_deref());
        let entry = Entry {
            event: event.id().unwrap_or_default().to_owned(),
            what: what.to_owned(),
            object: object.unwrap_or_default().to_owned(),
            minor: amount.minor(),
            currency: amount.currency().code().to_owned(),
        };
        // Done once: when the event runs again, the posting is read from the inbox. If the
        // process is killed in between, the service sees the same key again.
        let key = steps.key("post");
        let posted = steps
            .run("post", async || self.post(&key, &entry).await)
            .await?;
        self.ledger.record(steps.lease(), entry, posted.id).await?;
        Ok(())
    }

    async fn post(&self, key: &str, entry: &Entry) -> Result<Posted, Failure> {
        let request = self.client.post(format!("{}/postings", self.books));
        let request = request.header("idempotency-key", key).json(entry);
        let answer = request.send().await?.error_for_status()?;
        Ok(answer.json().await?)
    }
}
