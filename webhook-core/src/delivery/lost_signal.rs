//! Tells a running handler that its claim is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// Raised once, when the claim of a delivery is lost. Every waiter learns of it.
#[derive(Debug, Default)]
pub(crate) struct LostSignal {
    raised: AtomicBool,
    waiting: Mutex<Vec<Waker>>,
}

impl LostSignal {
    pub(crate) fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Acquire)
    }

    pub(crate) fn raise(&self) {
        self.raised.store(true, Ordering::Release);
        let waiting =
            std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        // Without the lock: a waker may poll at once.
        waiting.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_raised() {
            return Poll::Ready(());
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have been raised before the lock was taken. Then nothing would wake this waiter.
        if self.is_raised() {
            return Poll::Ready(());
        }
        if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn every_waiter_is_woken_once() {
        let signal = LostSignal::default();
        let woken = [Arc::new(Woken::default()), Arc::new(Woken::default())];
        for waiter in &woken {
            let waker = Waker::from(Arc::clone(waiter));
            for _ in 0..3 {
                let mut cx = Context::from_waker(&waker);
                assert!(signal.poll(&mut cx).is_pending());
            }
        }
        assert!(!signal.is_raised());
        signal.raise();
        assert!(
            signal
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_ready()
        );
        assert_eq!(woken.map(|waiter| waiter.0.load(Ordering::Relaxed)), [1, 1]);
    }
}
