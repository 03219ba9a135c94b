//! A delivery with its parsed payload.

use std::fmt;
use std::ops::Deref;

use crate::delivery::{Delivery, FromDelivery, PayloadError};

/// A verified delivery and its payload as a `T`, which is any [`FromDelivery`]. Derefs to the [`Delivery`].
#[derive(Clone)]
pub struct Event<T> {
    /// The delivery.
    pub delivery: Delivery,
    /// The parsed payload.
    pub data: T,
}

impl<T: FromDelivery> Event<T> {
    /// Parses the payload of a delivery.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the payload is not a `T`.
    pub fn parse(delivery: Delivery) -> Result<Self, PayloadError> {
        let data = T::from_delivery(&delivery)?;
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
    // The payload may be confidential, so it is not printed and `T: Debug` is not required.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}
