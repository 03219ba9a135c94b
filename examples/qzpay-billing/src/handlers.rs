//! The routers of both providers, and what they do with an event.

use axum::extract::State;
use webhook_axum::inbox::{EventSteps, Pipeline, Steps, step};
use webhook_axum::router::HasFallback;
use webhook_axum::{
    HookResult, HookResultExt as _, HttpsApi, VerifiedDelivery, VerifiedEvent, WebhookLayer,
    WebhookRouter,
};
use webhook_payments::PaymentEvent;

use crate::billing::{Billing, Change, RECORD};
use crate::listeners::{LISTENERS, Services};

/// What handlers need.
#[derive(Clone)]
pub(crate) struct Shop {
    billing: Billing,
    mercadopago: HttpsApi,
    services: Services,
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

/// Every event, and every attempt.
async fn log(VerifiedDelivery(delivery): VerifiedDelivery) {
    let (id, of_type) = (delivery.id(), delivery.event_type());
    let (provider, attempt) = (delivery.provider(), delivery.attempt());
    tracing::info!(
        provider,
        id,
        r#type = of_type,
        attempt,
        "processing webhook"
    );
}

/// Stripe signs the whole event.
async fn reported(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    shop.process(&event.data, &steps).await
}

/// Mercado Pago signs the id of an object, and nothing else. What counts is what its API says.
async fn named(
    State(shop): State<Shop>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    let object = event
        .data
        .to_fetch
        .as_ref()
        .ok_or("the event names no object")
        .permanent()?;
    // An API that fails is an error to retry. An object that does not exist never will.
    let found = shop.mercadopago.object(object.path()).await?;
    let found = found
        .ok_or("Mercado Pago does not have this object")
        .permanent()?;
    shop.process(&object.read(found)?, &steps).await
}

impl Shop {
    pub(crate) fn new(billing: Billing, mercadopago: HttpsApi, services: String) -> Self {
        let services = Services::new(services);
        Self {
            billing,
            mercadopago,
            services,
        }
    }

    /// Records the event, then tells the listeners. When the event runs again, after an error or a
    /// crash, what is done already is left out.
    async fn process(&self, event: &PaymentEvent, steps: &Steps) -> HookResult {
        let change: Change = match steps.results().await?.done(RECORD)? {
            Some(recorded) => recorded,
            None => self.billing.record(steps.lease(), event)?,
        };
        // A listener that fails does not keep the others from running.
        let mut pipeline = Pipeline::new().abort_on_error(false);
        for (on, name, says) in LISTENERS {
            let Some(message) = says(&change).filter(|_| *on == change.event) else {
                continue;
            };
            let key = steps.key(name);
            pipeline = pipeline.step(step(*name, move |_| {
                let (services, key, message) =
                    (self.services.clone(), key.clone(), message.clone());
                async move { services.tell(name, &key, &message).await }
            }));
        }
        let pipeline = pipeline.on_step_error(|step, error| tracing::warn!(step, error, "failed"));
        pipeline.run(steps).await?.into_result()?;
        Ok(())
    }
}
