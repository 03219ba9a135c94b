//! How many connections are open, and which one makes room for another.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::activity::Activity;
use crate::seldom::Seldom;

/// The open connections, up to a limit.
///
/// A connection over the limit takes the place of the one that has waited longest for its client.
/// Otherwise a few hundred silent connections would keep out every delivery.
#[derive(Clone)]
pub(crate) struct Connections(Arc<Inner>);

struct Inner {
    places: Arc<Semaphore>,
    open: Mutex<HashMap<u64, Arc<Activity>>>,
    next: AtomicU64,
    evictions: Seldom,
}

/// One of the connections, until it is dropped.
pub(crate) struct Place {
    connections: Connections,
    number: u64,
    activity: Arc<Activity>,
    _permit: OwnedSemaphorePermit,
}

impl Connections {
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Inner {
            places: Arc::new(Semaphore::new(most)),
            open: Mutex::default(),
            next: AtomicU64::new(0),
            evictions: Seldom::new(),
        }))
    }

    /// A place for one more. Waits where every connection has a handler at work.
    pub(crate) async fn place(&self) -> Place {
        let places = &self.0.places;
        let permit = loop {
            if let Ok(permit) = places.clone().try_acquire_owned() {
                break permit;
            }
            self.evict();
            // The evicted connection ends at once. Where there was none, one may have become idle
            // after this time.
            if let Ok(Ok(permit)) = timeout(PAUSE, places.clone().acquire_owned()).await {
                break permit;
            }
        };
        let activity = Activity::new();
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.open().insert(number, activity.clone());
        Place {
            connections: self.clone(),
            number,
            activity,
            _permit: permit,
        }
    }

    /// Closes the connection that waits longest for its client.
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
                "too many connections: closed the one that waited longest"
            );
        }
    }

    /// Nothing panics while the map is locked.
    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Activity>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    pub(crate) const fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().remove(&self.number);
    }
}

/// Until a connection at work may have become idle.
const PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds a place until it is evicted.
    async fn open(connections: &Connections) -> (Arc<Activity>, tokio::task::JoinHandle<()>) {
        let place = connections.place().await;
        let activity = place.activity().clone();
        let ended = tokio::spawn(async move { place.activity().evicted().await });
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
            async move { drop(connections.place().await) }
        });
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert!(!waits.is_finished() && !ended.is_finished());
        drop(request);
        waits.await.unwrap();
        ended.await.unwrap();
    }
}
