use std::future::Future;
use std::sync::Arc;

use webhook_core::adapter::LogLimit;

use crate::tracked_endpoint::TrackedEndpoint;

impl TrackedEndpoint {
    /// An async hook as one that returns at once: each call is a task. So the hook delays no answer,
    /// and a panic in it is logged and changes none.
    ///
    /// At most [`MAX_HOOKS`](crate::policy::MAX_HOOKS) calls run at the same time. Further ones are dropped
    /// and logged: a hook that hangs must not pile up memory. [`drain`](Self::drain) waits for those
    /// that run.
    #[must_use]
    pub fn detached_hook<T, F>(
        &self,
        hook: impl Fn(T) -> F + Send + Sync + 'static,
    ) -> Arc<dyn Fn(&T) + Send + Sync>
    where
        T: Clone,
        F: Future<Output = ()> + Send + 'static,
    {
        let (tracker, line) = (self.tracker().clone(), LogLimit::new());
        Arc::new(move |argument| {
            let is_spawned = tracker.spawn_hook(|| hook(argument.clone()));
            if !is_spawned && let Some(suppressed) = line.pass() {
                tracing::error!(
                    target: "webhook",
                    suppressed,
                    "a hook does not keep up: it is not called for this delivery"
                );
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::sync::Semaphore;
    use webhook_core::{Endpoint, MemoryStore};

    use super::*;
    use crate::policy::MAX_HOOKS;

    fn endpoint() -> TrackedEndpoint {
        let endpoint = Endpoint::stripe("whsec_0123456789abcdef").store(MemoryStore::new());
        TrackedEndpoint::new(endpoint.build().unwrap())
    }

    #[tokio::test]
    async fn calls_beyond_the_bound_are_dropped_and_a_drain_waits_for_the_others() {
        let (endpoint, gate) = (endpoint(), Arc::new(Semaphore::new(0)));
        let (begun, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let hook = {
            let (gate, begun, ended) = (gate.clone(), begun.clone(), ended.clone());
            endpoint.detached_hook(move |_: u32| {
                begun.fetch_add(1, Ordering::SeqCst);
                let (gate, ended) = (gate.clone(), ended.clone());
                async move {
                    gate.acquire().await.unwrap().forget();
                    ended.fetch_add(1, Ordering::SeqCst);
                }
            })
        };
        for _ in 0..MAX_HOOKS + 3 {
            hook(&7);
        }
        assert_eq!(begun.load(Ordering::SeqCst), MAX_HOOKS);
        gate.add_permits(MAX_HOOKS);
        assert_eq!(endpoint.drain(Duration::from_secs(60)).await, 0);
        assert_eq!(ended.load(Ordering::SeqCst), MAX_HOOKS);
    }

    #[tokio::test]
    async fn a_panic_of_a_hook_frees_its_place() {
        let endpoint = endpoint();
        let hook = endpoint.detached_hook(|(): ()| async { panic!("a hook panics") });
        hook(&());
        assert_eq!(endpoint.drain(Duration::from_secs(60)).await, 0);
    }

    #[test]
    fn outside_of_a_runtime_a_hook_is_not_called() {
        let hook = endpoint().detached_hook(|(): ()| async { unreachable!("not called") });
        hook(&());
    }
}
