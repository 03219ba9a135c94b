//! Types that handlers take in a verified event.

use serde::de::DeserializeOwned;

use crate::delivery::{Delivery, PayloadError};

/// A type that a handler can take as the data of an event: `VerifiedEvent<T>` of the adapters.
///
/// Every type that implements `serde::Deserialize` is one, and is read from the [JSON of the
/// payload](Delivery::json). Implement it for a type that needs more of a delivery than its JSON,
/// such as the name of its provider. It cannot be implemented for a type that implements
/// `Deserialize`.
///
/// ```
/// use webhook_core::{Delivery, FromDelivery, PayloadError};
///
/// /// The lines of a payload that is plain text.
/// struct Lines(Vec<String>);
///
/// impl FromDelivery for Lines {
///     fn from_delivery(delivery: &Delivery) -> Result<Self, PayloadError> {
///         match std::str::from_utf8(delivery.payload()) {
///             Ok(text) => Ok(Self(text.lines().map(str::to_owned).collect())),
///             // Answered 422, and the claim is released.
///             Err(error) => Err(PayloadError::at("the text", error, delivery)),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a delivery",
    label = "no `serde::Deserialize` and no `FromDelivery`",
    note = "write `#[derive(serde::Deserialize)]` on `{Self}`"
)]
pub trait FromDelivery: Sized {
    /// Reads the data. The delivery is verified: [`Delivery::proof`] says what its signature
    /// covers.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the delivery is not of this type: answered 422, and the claim is
    /// released.
    fn from_delivery(delivery: &Delivery) -> Result<Self, PayloadError>;
}

impl<T: DeserializeOwned> FromDelivery for T {
    fn from_delivery(delivery: &Delivery) -> Result<Self, PayloadError> {
        delivery.json()
    }
}
