//! What hooks are told.

use crate::delivery::Delivery;
use crate::error::RejectionKind;
use crate::observe::EscapedId;

/// A refused delivery, as a hook sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejected<'a> {
    /// The provider's name.
    pub provider: &'static str,
    /// The name of the consumer the endpoint was given, or empty.
    pub consumer: &'a str,
    /// Why.
    pub kind: RejectionKind,
    /// The id that the sender claims, unless it has none in its head: unverified, cut to 128 characters and escaped.
    pub claimed_id: Option<EscapedId>,
}

/// A copy of a delivery that was done, as a hook sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Duplicate<'a> {
    /// The delivery. It will not run.
    pub delivery: &'a Delivery,
    /// The name of the consumer the endpoint was given, or empty.
    pub consumer: &'a str,
    /// Whether its payload is the one that was handled.
    pub same_payload: bool,
}

pub(crate) type RejectHook = dyn Fn(&Rejected<'_>) + Send + Sync;

pub(crate) type DuplicateHook = dyn Fn(&Duplicate<'_>) + Send + Sync;
