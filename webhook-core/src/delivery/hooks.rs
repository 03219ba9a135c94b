//! The arguments of hooks.

use crate::delivery::Delivery;
use crate::error::RejectionKind;
use crate::observe::EscapedId;

/// A refused delivery, as a hook sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejected<'a> {
    /// The provider's name.
    pub provider: &'static str,
    /// The consumer name of the endpoint, or empty.
    pub consumer: &'a str,
    /// The reason.
    pub kind: RejectionKind,
    /// The id in the request's head, if any. It is unverified, cut to 128 characters and escaped.
    pub claimed_id: Option<EscapedId>,
}

/// A duplicate, as a hook sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Duplicate<'a> {
    /// The duplicate. It does not run.
    pub delivery: &'a Delivery,
    /// The consumer name of the endpoint, or empty.
    pub consumer: &'a str,
    /// Whether its payload equals the payload that was handled.
    pub same_payload: bool,
}

pub(crate) type RejectHook = dyn Fn(&Rejected<'_>) + Send + Sync;

pub(crate) type DuplicateHook = dyn Fn(&Duplicate<'_>) + Send + Sync;
