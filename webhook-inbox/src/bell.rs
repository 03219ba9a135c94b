//! Wakes workers of the same process.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// A counter that can be waited for. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bell(Arc<Mutex<Rings>>);

#[derive(Debug, Default)]
struct Rings {
    count: u64,
    /// The waiting futures, each with a number of its own.
    wakers: Vec<(u64, Waker)>,
    last_waiter: u64,
}

impl Bell {
    pub(crate) fn ring(&self) {
        let mut rings = self.rings();
        rings.count = rings.count.wrapping_add(1);
        let wakers = std::mem::take(&mut rings.wakers);
        // Woken without the lock: a waker may run the future at once.
        drop(rings);
        wakers.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Waits for the next ring from now on.
    pub(crate) fn rung(&self) -> Rung {
        let mut rings = self.rings();
        rings.last_waiter = rings.last_waiter.wrapping_add(1);
        Rung {
            bell: self.clone(),
            seen: rings.count,
            waiter: rings.last_waiter,
        }
    }

    fn rings(&self) -> MutexGuard<'_, Rings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Resolves when the inbox has stored a delivery since this was made: see
/// [`Inbox::rung`](crate::Inbox::rung).
#[must_use = "a future does nothing unless it is polled"]
pub struct Rung {
    bell: Bell,
    /// How often the bell had rung.
    seen: u64,
    waiter: u64,
}

impl Future for Rung {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut rings = self.bell.rings();
        if rings.count != self.seen {
            return Poll::Ready(());
        }
        let known = rings.wakers.iter_mut().find(|(n, _)| *n == self.waiter);
        match known {
            Some((_, waker)) => waker.clone_from(cx.waker()),
            None => rings.wakers.push((self.waiter, cx.waker().clone())),
        }
        Poll::Pending
    }
}

impl Drop for Rung {
    fn drop(&mut self) {
        let mut rings = self.bell.rings();
        rings.wakers.retain(|(n, _)| *n != self.waiter);
    }
}

impl fmt::Debug for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rung").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicU32);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn every_waiter_is_woken_and_a_ring_before_the_first_poll_counts() {
        let bell = Bell::default();
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(woken.clone());
        let mut cx = Context::from_waker(&waker);
        bell.ring();
        let shared = bell.clone();
        let (mut a, mut b) = (pin!(bell.rung()), pin!(shared.rung()));
        for _ in 0..2 {
            assert!(a.as_mut().poll(&mut cx).is_pending(), "that was before");
        }
        bell.ring();
        assert_eq!(woken.0.load(Relaxed), 1, "a waiter has one waker");
        assert!(a.as_mut().poll(&mut cx).is_ready());
        assert!(b.as_mut().poll(&mut cx).is_ready());
    }

    #[test]
    fn a_waiter_that_is_dropped_leaves_nothing() {
        let bell = Bell::default();
        let mut cx = Context::from_waker(Waker::noop());
        let mut rung = Box::pin(bell.rung());
        assert!(rung.as_mut().poll(&mut cx).is_pending());
        drop(rung);
        assert!(bell.rings().wakers.is_empty());
    }
}
