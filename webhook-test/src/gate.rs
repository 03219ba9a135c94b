use std::sync::Arc;

use tokio::sync::Semaphore;

/// Where a handler waits until a test lets it go on.
#[derive(Clone, Debug)]
pub struct Gate {
    entered: Arc<Semaphore>,
    open: Arc<Semaphore>,
    left: Arc<Semaphore>,
}

impl Gate {
    /// A closed gate.
    #[allow(clippy::new_without_default, reason = "a gate is closed on purpose")]
    pub fn new() -> Self {
        let closed = || Arc::new(Semaphore::new(0));
        Self {
            entered: closed(),
            open: closed(),
            left: closed(),
        }
    }

    /// In the handler: says that it is there, and waits.
    pub async fn pass(&self) {
        self.entered.add_permits(1);
        take(&self.open).await;
        self.left.add_permits(1);
    }

    /// Waits for a handler to be at the gate.
    pub async fn entered(&self) {
        take(&self.entered).await;
    }

    /// Lets this many handlers through, now or when they come.
    pub fn open(&self, handlers: usize) {
        self.open.add_permits(handlers);
    }

    /// Waits until a handler is through.
    pub async fn left(&self) {
        take(&self.left).await;
    }
}

async fn take(semaphore: &Semaphore) {
    let permit = tokio::time::timeout(crate::PATIENCE, semaphore.acquire()).await;
    permit
        .expect("the other side came")
        .expect("never closed")
        .forget();
}

/// Reports when it is dropped. In a future outside of the layer, it shows that the server has
/// dropped the request.
#[derive(Clone, Debug)]
pub struct DropSignal {
    armed: Arc<Semaphore>,
    dropped: Arc<Semaphore>,
}

/// What [`DropSignal::arm`] gives.
#[derive(Debug)]
pub struct Armed(Arc<Semaphore>);

impl DropSignal {
    /// Not dropped yet.
    #[allow(clippy::new_without_default, reason = "as for the gate")]
    pub fn new() -> Self {
        let none = || Arc::new(Semaphore::new(0));
        Self {
            armed: none(),
            dropped: none(),
        }
    }

    /// To be held by the future.
    pub fn arm(&self) -> Armed {
        self.armed.add_permits(1);
        Armed(Arc::clone(&self.dropped))
    }

    /// Waits until a future holds it: the server has the head of a request.
    pub async fn armed(&self) {
        take(&self.armed).await;
    }

    /// Waits for a drop.
    pub async fn dropped(&self) {
        take(&self.dropped).await;
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}
