//! A delivery and the payload in it, as a type of the application.

use serde::de::DeserializeOwned;
use std::fmt;
use std::ops::Deref;

use crate::delivery::{Delivery, PayloadError};

/// A verified delivery and its payload as a type of yours. Derefs to the [`Delivery`].
#[derive(Clone)]
pub struct Event<T> {
    /// How it came.
    pub delivery: Delivery,
    /// What it says.
    pub data: T,
}

impl<T: DeserializeOwned> Event<T> {
    /// Reads the payload of a delivery.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] when the payload is not a `T`.
    pub fn parse(delivery: Delivery) -> Result<Self, PayloadError> {
        let data = delivery.json()?;
        Ok(Self { delivery, data })
    }
}

impl<T> Deref for Event<T> {
    type Target = Delivery;

    fn deref(&self) -> &Delivery {
        &self.delivery
    }
}

impl<T> fmt::Debug for Event<T> {
    // The payload of a payment event is nobody's business, so `T: Debug` is not asked for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}
