//! What a mapping reads.

use std::fmt;

use bytes::Bytes;
use webhook_core::Delivery;

/// What a mapping reads: the name of the provider, the type of the event, its document and the
/// query.
///
/// It is made from a verified delivery, or with [`new`](Self::new) from a document that you have
/// fetched or stored. `Debug` shows neither the document nor the query.
#[derive(Clone)]
pub struct PaymentSource<'a> {
    provider: &'static str,
    event_type: Option<&'a str>,
    payload: Bytes,
    query: Option<&'a str>,
}

impl<'a> PaymentSource<'a> {
    /// A document of this provider, which is the [name](webhook_core::Provider::name) of its const.
    /// It is trusted: fetch it yourself, over an authenticated connection.
    #[must_use]
    pub fn new(provider: &'static str, payload: impl Into<Bytes>) -> Self {
        Self {
            provider,
            event_type: None,
            payload: payload.into(),
            query: None,
        }
    }

    /// Sets the type of the event, if it is not in the document.
    #[must_use]
    pub const fn with_type(mut self, event_type: &'a str) -> Self {
        self.event_type = Some(event_type);
        self
    }

    /// Sets the query of the request, undecoded and without `?`.
    #[must_use]
    pub const fn with_query(mut self, query: &'a str) -> Self {
        self.query = Some(query);
        self
    }

    /// The name of the provider: `stripe`.
    #[must_use]
    pub const fn provider(&self) -> &'static str {
        self.provider
    }

    /// The type of the event, if the delivery tells it.
    #[must_use]
    pub const fn event_type(&self) -> Option<&'a str> {
        self.event_type
    }

    /// The document.
    #[must_use]
    pub const fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// The query, undecoded and without tokens, if there is one.
    #[must_use]
    pub const fn query(&self) -> Option<&'a str> {
        self.query
    }
}

impl<'a> From<&'a Delivery> for PaymentSource<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self {
            provider: delivery.provider(),
            event_type: delivery.event_type(),
            payload: delivery.payload().clone(),
            query: delivery.query(),
        }
    }
}

impl fmt::Debug for PaymentSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentSource")
            .field("provider", &self.provider)
            .field("event_type", &self.event_type)
            .finish_non_exhaustive()
    }
}
