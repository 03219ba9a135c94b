//! What is stored.

use std::fmt;

use bytes::Bytes;
use webhook_core::replay::ClaimRequest;
use webhook_core::{ReplayKey, SealedDelivery};

use crate::{Lane, text};

/// The longest text in a column that a table indexes or filters by, in bytes.
pub(crate) const MAX_COLUMN: usize = 255;

/// A delivery to store. [`Inbox`](crate::Inbox) makes it of a delivery.
///
/// The sealed record is the truth. Names stand beside it so that a table can find and list it.
/// `Debug` shows neither the record nor the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Acceptance {
    /// What the event is remembered by.
    pub key: ReplayKey,
    /// The owner of this acceptance, how long the key is kept, the fingerprint, and the bound. Its
    /// lease is not used: a stored delivery is remembered as done.
    pub request: ClaimRequest,
    /// Whether copies are recognised. If not, each copy is another job, and the key is not written.
    pub is_remembered: bool,
    /// The queues: see [`lanes`](Self::lanes).
    lanes: Vec<Lane>,
    /// Which events are handled one after the other: see
    /// [`InboxTable::take`](crate::InboxTable::take). The first half of an
    /// [`EntityKey`](webhook_core::ordering::EntityKey).
    pub order_by: Option<[u8; 16]>,
    /// The provider.
    pub provider: Box<str>,
    /// The type of the event, if it has one.
    pub event_type: Option<Box<str>>,
    /// The template of the route, if it is known.
    pub route: Option<Box<str>>,
    /// The delivery without its body.
    pub sealed: SealedDelivery,
    /// The body.
    pub body: Bytes,
}

impl Acceptance {
    /// A delivery of this provider for one lane, which is remembered. It has no type, no route and
    /// no order.
    pub fn new(
        key: ReplayKey,
        request: ClaimRequest,
        lane: Lane,
        provider: &str,
        sealed: SealedDelivery,
        body: Bytes,
    ) -> Self {
        Self {
            key,
            request,
            is_remembered: true,
            lanes: vec![Lane::new(column(&lane.tenant), column(&lane.consumer))],
            order_by: None,
            provider: column(provider),
            event_type: None,
            route: None,
            sealed,
            body,
        }
    }

    /// The queues, at least one and each of them once. Each gets a job of its own, with a record and
    /// a body, so that none of them waits for another.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// Stores it for another consumer of the same tenant, too. One that has it already does not get
    /// it twice.
    #[must_use]
    pub fn and_for(mut self, consumer: &str) -> Self {
        let tenant = self.lanes.first().map(|lane| lane.tenant.clone());
        let lane = Lane::new(tenant.unwrap_or_default(), column(consumer));
        if !self.lanes.contains(&lane) {
            self.lanes.push(lane);
        }
        self
    }

    /// Sets which events are handled one after the other.
    #[must_use]
    pub const fn ordered_by(mut self, order: Option<[u8; 16]>) -> Self {
        self.order_by = order;
        self
    }

    /// Sets whether copies are recognised.
    #[must_use]
    pub fn remembered(mut self, is_remembered: bool) -> Self {
        self.is_remembered = is_remembered;
        self
    }

    /// Sets the type of the event.
    #[must_use]
    pub fn with_event_type(mut self, name: Option<&str>) -> Self {
        self.event_type = name.map(column);
        self
    }

    /// Sets the template of the route.
    #[must_use]
    pub fn with_route(mut self, template: Option<&str>) -> Self {
        self.route = template.map(column);
        self
    }
}

fn column(text: &str) -> Box<str> {
    text::column(text, MAX_COLUMN)
}

impl fmt::Debug for Acceptance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptance")
            .field("key", &self.key)
            .field("lanes", &self.lanes)
            .field("provider", &self.provider)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
