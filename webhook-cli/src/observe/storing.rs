//! An inbox that logs what it stores.

use webhook_axum::inbox::{Accepted, Acceptor, StoredHead};
use webhook_axum::{Delivery, StoreError};

use super::log_stored;
use crate::store::StoreInbox;

/// The inbox of a route.
#[derive(Debug)]
pub(crate) struct Storing {
    route: String,
    inbox: StoreInbox,
}

impl Storing {
    pub(crate) fn new(route: &str, inbox: StoreInbox) -> Self {
        Self {
            route: route.to_owned(),
            inbox,
        }
    }
}

impl Acceptor for Storing {
    async fn accept(&self, delivery: &Delivery, head: &StoredHead) -> Result<Accepted, StoreError> {
        let accepted = self.inbox.accept(delivery, head).await?;
        if accepted == Accepted::New {
            log_stored(&self.route, delivery);
        }
        Ok(accepted)
    }
}
