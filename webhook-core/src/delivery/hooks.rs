//! What an application is told about deliveries.

use std::fmt;
use std::sync::Arc;

use crate::delivery::{Delivery, Disposition};
use crate::error::RejectionKind;
use crate::observe::EscapedId;

/// A refused delivery, as a hook sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rejected {
    /// The provider's name.
    pub provider: &'static str,
    /// The consumer name of the endpoint, or empty.
    pub consumer: Arc<str>,
    /// The name of the tenant whose secret was tried, if the endpoint has tenants.
    pub tenant: Option<Arc<str>>,
    /// The reason.
    pub kind: RejectionKind,
    /// The id in the request's head, if any. It is unverified, cut to 128 characters and escaped.
    pub claimed_id: Option<EscapedId>,
}

/// A duplicate, as a hook sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Duplicate {
    /// The duplicate. It does not run.
    pub delivery: Delivery,
    /// The consumer name of the endpoint, or empty.
    pub consumer: Arc<str>,
    /// Whether its payload equals the payload that was handled.
    pub same_payload: bool,
}

/// A delivery whose handler has ended, as a hook sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Handled {
    /// The delivery.
    pub delivery: Delivery,
    /// The consumer name of the endpoint, or empty.
    pub consumer: Arc<str>,
    /// What became of the event. An event that failed too often and is dead is
    /// [given up](Disposition::GiveUp) too.
    pub disposition: Disposition,
}

/// A function that is told about deliveries.
type Hook<T> = Arc<dyn Fn(&T) + Send + Sync>;

/// The hooks of an endpoint.
#[derive(Clone, Default)]
pub struct Hooks {
    /// See [`EndpointBuilder::on_reject`](crate::EndpointBuilder::on_reject).
    pub on_reject: Option<Hook<Rejected>>,
    /// See [`EndpointBuilder::on_duplicate`](crate::EndpointBuilder::on_duplicate).
    pub on_duplicate: Option<Hook<Duplicate>>,
    /// See [`EndpointBuilder::on_handled`](crate::EndpointBuilder::on_handled).
    pub on_handled: Option<Hook<Handled>>,
}

impl Hooks {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.on_reject.is_none() && self.on_duplicate.is_none() && self.on_handled.is_none()
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("on_reject", &self.on_reject.is_some())
            .field("on_duplicate", &self.on_duplicate.is_some())
            .field("on_handled", &self.on_handled.is_some())
            .finish()
    }
}
