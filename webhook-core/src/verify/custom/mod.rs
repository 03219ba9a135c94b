//! Schemes with code of their own, one file each: those that the axes of [`Scheme`](crate::Scheme) cannot say.
//!
//! A scheme reads the head, then takes the body as it comes or is lent it at its end, and says then
//! what it found out. It keeps no copy of the body: what it may use of memory, beside the body that
//! the intake has, is less than 64 KiB, and of time, what hashing the body takes, times a small
//! constant. Values are found by a pass over the body rather than in a tree of it, what is signed
//! is written piece by piece, and what has to be sorted is bounded in number.

pub(crate) mod adyen;
pub(crate) mod box_com;
pub(crate) mod braintree;
mod check;
pub(crate) mod contentful;
#[cfg(feature = "asymmetric")]
pub(crate) mod detached;
pub(crate) mod dropbox_sign;
pub(crate) mod fields;
pub(crate) mod form_field;
pub(crate) mod form_token;
pub(crate) mod hook0;
pub(crate) mod jwt;
pub(crate) mod jwt_body;
pub(crate) mod keyed_body;
pub(crate) mod mailgun;
pub(crate) mod microsoft_graph;
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
pub(crate) mod stone;
pub(crate) mod url_and_form;
mod written;
pub(crate) use check::{CheckResult, MAX_FIELD, digest_of, first, whole, whole_unwrapped};
