//! The `T` of `VerifiedEvent<T>` may be anybody's type, async-stripe's [`stripe_webhook::Event`] among them. See `main.rs` for
//! how to run it.
//!
//! async-stripe verifies signatures as well (`Webhook::construct_event`). Here that is done by the layer, which also refuses
//! replays; of async-stripe only the types are used.

mod event;

use std::sync::Arc;

use axum::extract::State;
use axum::{Router, routing::post};
use stripe_webhook::EventObject;
use tokio::sync::Mutex;
use webhook_axum::{VerifiedEvent, WebhookLayer};

pub use crate::event::StripeEvent;

/// Where deliveries arrive.
pub const PATH: &str = "/webhooks/stripe";

/// What was done.
pub type Ledger = Arc<Mutex<Vec<String>>>;

/// The application.
pub fn app(webhooks: WebhookLayer, ledger: Ledger) -> Router {
    Router::new()
        .route(PATH, post(receive))
        .layer(webhooks)
        .with_state(ledger)
}

/// Runs for genuine, fresh, new deliveries only, which moreover are what async-stripe says they should be.
async fn receive(State(ledger): State<Ledger>, VerifiedEvent(event): VerifiedEvent<StripeEvent>) {
    let StripeEvent::Known(stripe) = &event.data else {
        return; // 200: Stripe sends it no more
    };
    let line = match &stripe.data.object {
        EventObject::CustomerCreated(customer) => format!("welcome {}", customer.id),
        EventObject::PayoutFailed(payout) => {
            format!("call the bank about {} {}", payout.amount, payout.currency)
        }
        _ => return,
    };
    println!("{line}");
    ledger.lock().await.push(line);
}
