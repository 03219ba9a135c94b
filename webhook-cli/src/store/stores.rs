//! The stores of a server: where deliveries are remembered, and where they are stored.

use webhook_axum::inbox::{Inbox, KeyRing, SealKeys};

use super::{AnyInbox, Location, Store, StoreFailure};

/// The inbox of a server.
pub(crate) type StoreInbox = Inbox<AnyInbox>;

/// Where a server keeps what it has to know. Clones are handles of the same stores.
#[derive(Clone, Debug)]
pub(crate) struct Stores {
    pub(crate) location: Location,
    /// Where deliveries are remembered.
    pub(crate) store: Store,
    /// Where they are stored before they are acknowledged, if they are: its place and its store,
    /// which is the other one if the place is the same.
    inbox: Option<(Location, Store)>,
}

impl Stores {
    /// Opens both, and creates files that do not exist.
    pub(crate) async fn open(
        location: Location,
        capacity: Option<usize>,
        inbox: Option<Location>,
    ) -> Result<Self, (Location, StoreFailure)> {
        let failed = |location: &Location| {
            let location = location.clone();
            |error| (location, error)
        };
        let store = location.open(capacity).await;
        let store = store.map_err(failed(&location))?;
        let inbox = match inbox {
            None => None,
            Some(place) if place == location => Some((place, store.clone())),
            Some(place) => {
                let store = place.open(None).await.map_err(failed(&place))?;
                Some((place, store))
            }
        };
        Ok(Self {
            location,
            store,
            inbox,
        })
    }

    /// Makes missing tables, and looks at the set-up of both.
    pub(crate) async fn prepare(&self, is_strict: bool) -> Result<(), (Location, StoreFailure)> {
        for (location, store) in self.all() {
            let prepared = store.prepare(is_strict).await;
            prepared.map_err(|error| (location.clone(), error))?;
        }
        Ok(())
    }

    pub(crate) fn inbox_location(&self) -> Option<&Location> {
        self.inbox.as_ref().map(|(location, _)| location)
    }

    /// The inbox, sealed under these keys.
    pub(crate) fn inbox(&self, keys: &KeyRing) -> Option<StoreInbox> {
        let (_, store) = self.inbox.as_ref()?;
        Some(Inbox::new(store.inbox()?, SealKeys::new(keys)))
    }

    /// Each of them once.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Location, &Store)> {
        let inbox = self.inbox.as_ref();
        let other = inbox.filter(|(location, _)| *location != self.location);
        let other = other.map(|(location, store)| (location, store));
        [(&self.location, &self.store)].into_iter().chain(other)
    }
}
