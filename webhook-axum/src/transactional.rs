use std::fmt;

use axum::extract::FromRequestParts;
use http::request::Parts;
use webhook_core::replay::TransactionGuard;
use webhook_core::{Event, FromDelivery};

use crate::extract::VerifiedEvent;
use crate::rejection::{EventRejection, MissingTransaction};

/// A verified event, and the transaction that the store has claimed it in.
///
/// The record of the event and the writes in this transaction commit together: the sender gets its
/// 200 after the `COMMIT`, and whatever else the handler answers rolls both back. `X` is the
/// transaction of the store, such as `webhook_postgres::Transaction`.
///
/// ```no_run
/// # type Transaction = ();
/// # #[derive(serde::Deserialize)]
/// # struct Invoice;
/// use webhook_axum::TransactionalEvent;
///
/// async fn paid(event: TransactionalEvent<Invoice, Transaction>) -> axum::http::StatusCode {
///     let TransactionalEvent { event, mut transaction } = event;
///     record(&mut *transaction, &event.data).await;
///     axum::http::StatusCode::OK
/// }
/// # async fn record(_: &mut Transaction, _: &Invoice) {}
/// ```
///
/// # Rejections
///
/// Those of [`VerifiedEvent`]. In addition, 500 and an error in the log if the endpoint's store does
/// not claim within transactions of the type `X`, or if the request has another extractor of it.
#[must_use]
pub struct TransactionalEvent<T, X: Send + 'static> {
    /// The event.
    pub event: Event<T>,
    /// The transaction. Drop it before the handler answers, as it is dropped with the event: a
    /// transaction that is still borrowed then is not committed.
    pub transaction: TransactionGuard<X>,
}

impl<T, X: Send + 'static> fmt::Debug for TransactionalEvent<T, X> {
    // Like the event: it shows no payload, so `T` needs no `Debug`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionalEvent")
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

impl<T, X: Send + 'static> TransactionalEvent<T, X> {
    fn new(event: Event<T>) -> Result<Self, MissingTransaction> {
        match event.transaction() {
            Some(transaction) => Ok(Self { event, transaction }),
            None => Err(MissingTransaction::report()),
        }
    }
}

impl<T, X, S> FromRequestParts<S> for TransactionalEvent<T, X>
where
    T: FromDelivery,
    X: Send + 'static,
    S: Sync,
{
    type Rejection = EventRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, EventRejection> {
        let VerifiedEvent(event) = VerifiedEvent::from_request_parts(parts, state).await?;
        Ok(Self::new(event)?)
    }
}
