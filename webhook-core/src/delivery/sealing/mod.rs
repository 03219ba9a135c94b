//! Deliveries that leave the process and come back: sealed, so that a row that nobody verified
//! never becomes a [`Delivery`](crate::Delivery).

mod acceptor;
mod error;
mod format;
mod head;
mod keys;
mod record;

pub(crate) use acceptor::ErasedAcceptor;
pub use acceptor::{Accepted, Acceptor};
pub use error::UnsealError;
pub use head::StoredHead;
pub use keys::SealKeys;
pub use record::{SealedDelivery, Unsealed};
