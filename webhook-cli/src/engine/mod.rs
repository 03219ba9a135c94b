//! Engines that stored events are relayed to: what the keys `nats`, `amqp` and `kafka` stand for.
//!
//! Kafka is in a package of its own, because it compiles librdkafka. Its program adds the engine to
//! those of this crate.

#[cfg(feature = "amqp")]
mod amqp;
mod any;
#[cfg(any(feature = "amqp", feature = "nats"))]
mod credentials;
#[cfg(feature = "nats")]
mod nats;
mod settings;

use std::sync::OnceLock;

use crate::config::EntryError;
pub use any::AnyEngine;
pub use settings::EngineSettings;

/// A kind of engine.
#[derive(Clone, Copy, Debug)]
pub struct EngineKind {
    /// The key of a route or a consumer.
    pub key: &'static str,
    /// The keys of its object, apart from those that all engines have.
    pub keys: &'static [&'static str],
    /// Makes an engine of its object, and connects to nothing.
    pub read: fn(&EngineSettings<'_>) -> Result<AnyEngine, EntryError>,
}

/// Those that the program adds. They are a fact of the program, so they are set once.
static ADDED: OnceLock<&'static [EngineKind]> = OnceLock::new();

/// Adds engines to those of this crate. Only the first call has an effect.
pub(crate) fn add(kinds: &'static [EngineKind]) {
    ADDED.get_or_init(|| kinds);
}

/// The kind of engine that this key stands for, if the program has it.
pub(crate) fn find(key: &str) -> Option<&'static EngineKind> {
    let added = ADDED.get().copied().unwrap_or_default();
    OWN.iter().chain(added).find(|kind| kind.key == key)
}

/// How to get an engine that the program does not have.
pub(crate) fn missing(key: &str) -> EntryError {
    let problem = match key {
        KAFKA => {
            "is in another program, since it compiles librdkafka: install the command from the \
             package `webhook-cli-kafka`"
                .to_owned()
        }
        _ => format!("is not in this build: build the command with its feature `{key}`"),
    };
    EntryError::new(key, problem)
}

/// The keys of all engines, in this program or not.
pub(crate) const AMQP: &str = "amqp";
pub(crate) const KAFKA: &str = "kafka";
pub(crate) const NATS: &str = "nats";

const OWN: &[EngineKind] = &[
    #[cfg(feature = "amqp")]
    amqp::KIND,
    #[cfg(feature = "nats")]
    nats::KIND,
];
