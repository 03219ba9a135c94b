//! Everything that is known about one delivery.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, AtomicU32};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

#[cfg(feature = "inbox")]
use crate::delivery::StoredHead;
use crate::delivery::arrival::Arrival;
use crate::delivery::lost_signal::LostSignal;
use crate::delivery::{BodyLabels, Fence, Proof, Remembered, Scope, Watch};
use crate::metrics::EventSeries;
use crate::replay::TransactionSlot;

/// The state of a delivery. It is allocated once and filled in place, to avoid moving a large
/// struct.
pub(crate) struct Record {
    pub(crate) scope: Arc<Scope>,
    /// Unused after verification.
    pub(super) arrival: Arrival,
    pub(crate) raw: Bytes,
    /// The unwrapped payload, if the provider wraps it. Boxed because most do not.
    pub(crate) unwrapped: Option<Box<Bytes>>,
    /// Labels from the head.
    pub(crate) id: Option<Box<str>>,
    pub(crate) kind: Option<Box<str>>,
    /// The query, for handlers.
    pub(crate) query: Option<Box<str>>,
    /// Labels from the body. Without replay protection they are only read when a handler asks for
    /// them.
    pub(crate) body: OnceLock<BodyLabels>,
    pub(crate) proof: Proof,
    /// What an inbox keeps of the head.
    #[cfg(feature = "inbox")]
    pub(crate) stored_head: Option<Box<StoredHead>>,
    /// `None` without replay protection.
    pub(crate) remembered: Option<Remembered>,
    pub(crate) fence: Option<Fence>,
    pub(crate) attempt: u32,
    pub(crate) lost: LostSignal,
    /// Set if the store claims within a transaction.
    pub(crate) transaction: Option<TransactionSlot>,
    /// Until the handler gets the delivery, which may keep it for long.
    pub(crate) watch: Watch,
    /// See [`EventSeries`].
    pub(crate) event: AtomicU32,
    /// How far a stored delivery has come. See [`Unsealed`](crate::Unsealed).
    pub(crate) reached: AtomicU8,
}

impl Record {
    pub(super) fn new(scope: Arc<Scope>) -> Self {
        Self {
            scope,
            arrival: Arrival::new(),
            raw: Bytes::new(),
            unwrapped: None,
            id: None,
            kind: None,
            query: None,
            body: OnceLock::new(),
            proof: Proof::NOTHING,
            #[cfg(feature = "inbox")]
            stored_head: None,
            remembered: None,
            fence: None,
            attempt: 1,
            lost: LostSignal::default(),
            transaction: None,
            watch: Watch::default(),
            event: AtomicU32::new(EventSeries::NONE),
            reached: AtomicU8::new(0),
        }
    }

    /// What is known about the delivery itself, without its claim and without what watches it.
    pub(super) fn copy(&self) -> Self {
        Self {
            raw: self.raw.clone(),
            unwrapped: self.unwrapped.clone(),
            id: self.id.clone(),
            kind: self.kind.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            proof: self.proof,
            remembered: self.remembered.clone(),
            ..Self::new(Arc::clone(&self.scope))
        }
    }

    pub(crate) fn id(&self) -> Option<&str> {
        match &self.id {
            Some(id) => Some(id),
            None => self.text(self.body().id.as_ref()?),
        }
    }

    pub(crate) fn kind(&self) -> Option<&str> {
        match &self.kind {
            Some(kind) => Some(kind),
            None => self.text(self.body().kind.as_ref()?),
        }
    }

    pub(crate) fn body(&self) -> &BodyLabels {
        self.body.get_or_init(|| {
            let wanted = &self.scope.shared.wanted;
            let vouched = self.proof.coverage().authenticates_body();
            // A body that contradicts itself has no labels.
            BodyLabels::read(wanted, self.payload(), vouched).unwrap_or_default()
        })
    }

    pub(super) fn payload(&self) -> &Bytes {
        self.unwrapped.as_deref().unwrap_or(&self.raw)
    }

    fn text<'a>(&'a self, label: &'a Label) -> Option<&'a str> {
        match label {
            Label::InBody(range) => std::str::from_utf8(self.payload().get(range.clone())?).ok(),
            Label::Owned(text) => Some(text),
        }
    }
}

/// A text that the provider gave the delivery: a range of the body, or a copy from the head.
#[derive(Clone, Debug)]
pub(crate) enum Label {
    InBody(Range<usize>),
    Owned(Box<str>),
}

/// A label that refers to `raw` if `text` is part of it, to avoid a copy.
pub(crate) fn label(raw: &Bytes, text: Cow<'_, str>) -> Label {
    match text {
        Cow::Owned(text) => Label::Owned(text.into()),
        Cow::Borrowed(text) => {
            let start = text.as_ptr().addr().wrapping_sub(raw.as_ptr().addr());
            let range = start..start.wrapping_add(text.len());
            if raw.get(range.clone()) == Some(text.as_bytes()) {
                Label::InBody(range)
            } else {
                Label::Owned(text.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::alloc::Layout;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// What malloc of glibc gives from a list of the thread, in bytes. Beyond it, each allocation of
    /// a record and its end cost a hundred nanoseconds more.
    #[cfg(target_pointer_width = "64")]
    const FAST: usize = 1032;

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn a_record_is_small_enough_for_the_fast_path_of_the_allocator() {
        let counted = Layout::new::<AtomicUsize>().extend(Layout::new::<Record>());
        let size = counted.unwrap().0.pad_to_align().size();
        assert!(size <= FAST, "{size} bytes");
    }
}
