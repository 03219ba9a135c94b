//! The mappings of this crate: one file a provider.
//!
//! A mapping keeps to what its provider documents. A type that is not in its table is
//! [`Other`](crate::PaymentKind::Other), and so is an object whose status is not in it.

mod adyen;
mod asaas;
mod codespar;
mod coinbase_commerce;
mod easypay;
mod ifthenpay;
mod mercadopago;
mod nextpay;
mod paddle;
mod pagarme;
mod paypal;
mod razorpay;
mod smartpay;
mod square;
mod stripe;

pub use adyen::ADYEN;
pub use asaas::ASAAS;
pub use codespar::CODESPAR;
pub use coinbase_commerce::COINBASE_COMMERCE;
pub use easypay::{EASYPAY, EASYPAY_OBJECTS};
pub use ifthenpay::IFTHENPAY;
pub use mercadopago::{MERCADOPAGO, MERCADOPAGO_OBJECTS};
pub use nextpay::NEXTPAY;
pub use paddle::PADDLE;
pub use pagarme::{PAGARME_HUB, PAGARME_POSTBACK};
pub use paypal::PAYPAL;
pub use razorpay::RAZORPAY;
pub use smartpay::SMARTPAY;
pub use square::SQUARE;
pub use stripe::STRIPE;

use crate::error::MappingError;
use crate::event::PaymentEvent;
use crate::kind::PaymentKind;
use crate::mapping::Mapping;
use crate::payment_mapping::PaymentMapping;
use crate::source::PaymentSource;

/// All mappings of this crate, by name of the provider.
pub const ALL: &[&Mapping] = &[
    &ADYEN,
    &ASAAS,
    &CODESPAR,
    &COINBASE_COMMERCE,
    &EASYPAY,
    &EASYPAY_OBJECTS,
    &IFTHENPAY,
    &MERCADOPAGO,
    &MERCADOPAGO_OBJECTS,
    &NEXTPAY,
    &PADDLE,
    &PAGARME_HUB,
    &PAGARME_POSTBACK,
    &PAYPAL,
    &RAZORPAY,
    &SMARTPAY,
    &SQUARE,
    &STRIPE,
];

/// The mappings of this crate: what a [`PaymentEvent`] is read by.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Providers;

impl Providers {
    /// The mapping of the provider of this name.
    #[must_use]
    pub fn mapping(provider: &str) -> Option<&'static Mapping> {
        let mut all = ALL.iter();
        all.find(|mapping| mapping.is_of(provider)).copied()
    }

    /// Reads the one event of a document.
    ///
    /// # Errors
    ///
    /// [`MappingError`] if the document is not what its provider documents, or has several events.
    pub fn read(source: &PaymentSource<'_>) -> Result<PaymentEvent, MappingError> {
        Self::map(source).and_then(crate::mapping::one)
    }
}

impl PaymentMapping for Providers {
    fn takes(source: &PaymentSource<'_>) -> bool {
        Self::mapping(source.provider()).is_some_and(|mapping| mapping.takes(source))
    }

    /// An event of another provider is [`Other`](PaymentKind::Other).
    fn map(source: &PaymentSource<'_>) -> Result<Vec<PaymentEvent>, MappingError> {
        match Self::mapping(source.provider()) {
            Some(mapping) => mapping.map(source),
            None => Ok(vec![PaymentEvent::new(PaymentKind::Other, source)]),
        }
    }
}
