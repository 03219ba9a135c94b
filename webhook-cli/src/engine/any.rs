//! An engine of any kind.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use webhook_axum::inbox::Consumed;
use webhook_relay::{BinaryMode, Engine, Message};

/// An engine, and where it is. Clones share it.
#[derive(Clone)]
pub struct AnyEngine {
    engine: Arc<dyn ErasedEngine>,
    place: Arc<str>,
}

impl AnyEngine {
    /// An engine at this place, which is shown: it must not contain credentials.
    pub fn new(engine: impl Engine, place: impl Into<Arc<str>>) -> Self {
        Self {
            engine: Arc::new(engine),
            place: place.into(),
        }
    }

    /// Where it is.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }
}

impl Engine for AnyEngine {
    fn binary_mode(&self) -> BinaryMode {
        self.engine.mode()
    }

    async fn publish(&self, message: &Message) -> Consumed {
        self.engine.publish_boxed(message).await
    }
}

type Publishing<'a> = Pin<Box<dyn Future<Output = Consumed> + Send + 'a>>;

trait ErasedEngine: Send + Sync {
    fn mode(&self) -> BinaryMode;
    fn publish_boxed<'a>(&'a self, message: &'a Message) -> Publishing<'a>;
}

impl<E: Engine> ErasedEngine for E {
    fn mode(&self) -> BinaryMode {
        self.binary_mode()
    }

    fn publish_boxed<'a>(&'a self, message: &'a Message) -> Publishing<'a> {
        Box::pin(self.publish(message))
    }
}

impl fmt::Debug for AnyEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyEngine").field(&self.place).finish()
    }
}
