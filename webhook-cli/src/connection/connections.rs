//! The limit on open connections, and which one the server closes to accept another.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::activity::Activity;
use crate::log::LimitedCount;

/// The open connections, up to a limit.
///
/// At the limit, the server closes the connection that has waited longest for its client.
/// Otherwise a few hundred silent connections would keep out every delivery.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Inner>);

struct Inner {
    permits: Arc<Semaphore>,
    open: Mutex<HashMap<u64, Arc<Activity>>>,
    next: AtomicU64,
    evictions: LimitedCount,
}

/// One open connection. Dropping it makes room for another.
pub(crate) struct OpenConnection {
    connections: Connections,
    number: u64,
    activity: Arc<Activity>,
    _permit: OwnedSemaphorePermit,
}

impl Connections {
    pub(crate) fn new(limit: usize) -> Self {
        Self(Arc::new(Inner {
            permits: Arc::new(Semaphore::new(limit)),
            open: Mutex::default(),
            next: AtomicU64::new(0),
            evictions: LimitedCount::default(),
        }))
    }

    /// Admits one more connection. Waits while every open connection runs a handler.
    pub(crate) async fn admit(&self) -> OpenConnection {
        let permit = self.permit().await;
        let activity = Activity::new();
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.open().insert(number, activity.clone());
        OpenConnection {
            connections: self.clone(),
            number,
            activity,
            _permit: permit,
        }
    }

    /// How many connections are open.
    pub(crate) fn count(&self) -> usize {
        self.open().len()
    }

    async fn permit(&self) -> OwnedSemaphorePermit {
        let permits = &self.0.permits;
        loop {
            if let Ok(permit) = permits.clone().try_acquire_owned() {
                return permit;
            }
            self.evict();
            // An evicted connection ends at once. If `evict` found none, a connection may become
            // idle during this pause.
            if let Ok(Ok(permit)) = timeout(PAUSE, permits.clone().acquire_owned()).await {
                return permit;
            }
        }
    }

    /// Closes the connection that has waited longest for its client.
    pub(crate) fn evict(&self) {
        let mut open = self.open();
        let waiting = open.iter().filter_map(|(number, activity)| {
            activity.evictable_since().map(|since| (since, *number))
        });
        let longest = waiting.min().and_then(|(_, number)| open.remove(&number));
        drop(open);
        let Some(activity) = longest else {
            return;
        };
        activity.evict();
        if let Some(total) = self.0.evictions.count() {
            tracing::warn!(
                total,
                "connection limit reached: closed the connection that waited longest"
            );
        }
    }

    /// Locks the map. No code panics while it holds the lock.
    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Activity>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenConnection {
    pub(crate) const fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.connections.open().remove(&self.number);
    }
}

/// How long `permit` waits before it looks for an idle connection again.
const PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    /// Opens a connection that stays open until it is evicted.
    async fn open(connections: &Connections) -> (Arc<Activity>, tokio::task::JoinHandle<()>) {
        let connection = connections.admit().await;
        let activity = connection.activity().clone();
        let ended = tokio::spawn(async move { connection.activity().evicted().await });
        (activity, ended)
    }

    #[tokio::test(start_paused = true)]
    async fn the_connection_that_waits_longest_makes_room_and_one_at_work_never_does() {
        let connections = Connections::new(3);
        let (working, _) = open(&connections).await;
        let (request, body) = working.begin();
        drop(body);
        tokio::time::advance(Duration::from_secs(1)).await;
        let (second, second_ended) = open(&connections).await;
        tokio::time::advance(Duration::from_secs(1)).await;
        let (_third, third_ended) = open(&connections).await;
        tokio::time::advance(Duration::from_secs(1)).await;
        // The second connection is older, and the third has waited longer.
        drop(second.begin());

        let _fourth = open(&connections).await;
        third_ended.await.unwrap();
        let _fifth = open(&connections).await;
        second_ended.await.unwrap();
        assert!(working.evictable_since().is_none());
        drop(request);
    }

    #[tokio::test(start_paused = true)]
    async fn where_every_connection_is_at_work_a_new_one_waits_for_the_first_that_is_idle() {
        let connections = Connections::new(1);
        let (activity, ended) = open(&connections).await;
        let (request, body) = activity.begin();
        drop(body);
        let waits = tokio::spawn({
            let connections = connections.clone();
            async move { drop(connections.admit().await) }
        });
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert!(!waits.is_finished() && !ended.is_finished());
        drop(request);
        waits.await.unwrap();
        ended.await.unwrap();
    }
}
