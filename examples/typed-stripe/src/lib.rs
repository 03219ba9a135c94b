//! The `T` of `VerifiedEvent<T>` can be any type, such as async-stripe's [`stripe_webhook::Event`].
//! `main.rs` says how to run the example.
//!
//! async-stripe can verify signatures too (`Webhook::construct_event`). Here the layer verifies
//! them and refuses replays. The example uses only the types of async-stripe.

mod event;

use std::sync::Arc;

use axum::extract::State;
use axum::{Router, routing::post};
use stripe_webhook::EventObject;
use tokio::sync::Mutex;
use webhook_axum::{VerifiedEvent, WebhookLayer};

pub use crate::event::StripeEvent;

/// The path of the endpoint.
pub const PATH: &str = "/webhooks/stripe";

/// The actions of the handler.
pub type Ledger = Arc<Mutex<Vec<String>>>;

/// The application.
pub fn app(webhooks: WebhookLayer, ledger: Ledger) -> Router {
    Router::new()
        .route(PATH, post(receive).layer(webhooks))
        .with_state(ledger)
}

/// Runs only for genuine, fresh and new deliveries that fit async-stripe's types.
async fn receive(State(ledger): State<Ledger>, VerifiedEvent(event): VerifiedEvent<StripeEvent>) {
    let StripeEvent::Known(stripe) = &event.data else {
        return; // 200: Stripe does not send it again
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
