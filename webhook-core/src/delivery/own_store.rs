//! The store that an endpoint has for itself alone.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::observe;

/// Whether the endpoint's store is the default one, which forgets everything with the endpoint.
pub(crate) struct OwnStore {
    exists: bool,
    is_reported: AtomicBool,
}

impl OwnStore {
    pub(crate) fn new(exists: bool) -> Self {
        Self {
            exists,
            is_reported: AtomicBool::new(false),
        }
    }

    pub(crate) fn exists(&self) -> bool {
        self.exists
    }

    /// Warns when the first event is remembered in it. Not when it is built: an endpoint may be
    /// made durable after that, and then nothing is.
    pub(super) fn remembers(&self, provider: &'static str) {
        if self.exists && !self.is_reported.swap(true, Ordering::Relaxed) {
            observe::volatile_store(provider);
        }
    }
}
