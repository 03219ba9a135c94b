//! A sender, and an application that stores what it gets.

use std::time::Duration;

use webhook_axum::inbox::{Inbox, InboxTable, KeyRing, SealKeys};
use webhook_axum::{Endpoint, Signer, providers};
use webhook_core::{Claimed, Finished, Head, Rejection};

pub(crate) const SECRET: &str = "whsec_0123456789abcdef";
/// How long a delivery may wait, on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// An inbox over this table, with the keys that all processes have.
pub(crate) fn inbox<T: InboxTable>(table: T) -> Inbox<T> {
    let entry = "1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    Inbox::new(table, SealKeys::new(&KeyRing::parse(entry).unwrap()))
}

/// The endpoint of Stripe that stores in this table.
pub(crate) fn endpoint(table: impl InboxTable) -> Endpoint {
    let endpoint = Endpoint::stripe(SECRET).store_timeout(PATIENCE);
    endpoint.durable(inbox(table)).build().unwrap()
}

/// The body of an event.
pub(crate) fn body(event: &str, padding: usize) -> String {
    let padding = event.repeat(padding / event.len());
    format!(r#"{{"id":"{event}","type":"a","padding":"{padding}"}}"#)
}

/// How a delivery of this body ended: an answer of 200 if it is `Ok`, and 503 otherwise.
pub(crate) async fn deliver(endpoint: &Endpoint, body: String) -> Result<Claimed, Rejection> {
    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    let signed = signer.sign_now(body);
    let mut intake = {
        let head = Head::new("POST", "/", &signed.headers);
        endpoint.begin(&head).intake().unwrap()
    };
    intake.push(signed.body.clone()).unwrap();
    let Finished::Event(checked) = intake.finish().unwrap() else {
        panic!("no event")
    };
    checked.claim().await
}
