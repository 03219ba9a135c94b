//! Schemes with custom code, one file each. The builder methods of [`Scheme`](crate::Scheme) cannot
//! express them.
//!
//! A scheme reads the head, and then takes the body as it arrives or borrows it at the end. It
//! keeps no copy of the body. In addition to the buffered body it may use less than 64 KiB of
//! memory, and a small constant times the time of hashing the body. Values are found by scanning
//! the body instead of parsing it into a tree, the signed message is written piece by piece, and
//! whatever is sorted is bounded in number.

pub(crate) mod adyen;
pub(crate) mod box_com;
pub(crate) mod braintree;
mod check;
pub(crate) mod contentful;
#[cfg(feature = "asymmetric")]
pub(crate) mod detached;
pub(crate) mod dlocal;
pub(crate) mod docusign;
pub(crate) mod dropbox_sign;
#[cfg(feature = "asymmetric")]
pub(crate) mod fal;
#[cfg(feature = "asymmetric")]
pub(crate) mod feishu;
pub(crate) mod fields;
pub(crate) mod form_field;
pub(crate) mod form_token;
pub(crate) mod hook0;
pub(crate) mod jwt;
pub(crate) mod jwt_body;
pub(crate) mod keyed_body;
pub(crate) mod kofi;
pub(crate) mod mailgun;
pub(crate) mod mercadopago;
mod message_signatures;
pub(crate) mod microsoft_graph;
pub(crate) mod named_header;
pub(crate) mod payfast;
pub(crate) mod paymob;
#[cfg(feature = "asymmetric")]
pub(crate) mod paypal;
pub(crate) mod plivo;
pub(crate) mod query_and_body;
pub(crate) mod rapyd;
#[cfg(feature = "asymmetric")]
pub(crate) mod rsa_values;
#[cfg(feature = "asymmetric")]
pub(crate) mod signed_body;
#[cfg(feature = "asymmetric")]
pub(crate) mod sns;
#[cfg(feature = "asymmetric")]
pub(crate) mod stark_bank;
#[cfg(feature = "asymmetric")]
pub(crate) mod stone;
pub(crate) mod trello;
pub(crate) mod url_and_form;
pub(crate) mod wompi;
mod written;
pub(crate) use check::{CheckResult, MAX_FIELD, digest_of, first, whole, whole_unwrapped};
