//! The key `kafka`.

use webhook_cli::{AnyEngine, EngineKind, EngineSettings, EntryError};
use webhook_relay_kafka::Kafka;
use webhook_relay_kafka::rdkafka::ClientConfig;

pub(crate) const KIND: EngineKind = EngineKind {
    key: "kafka",
    keys: &[BROKERS, CONFIG, KEY, TOPIC],
    read,
};

fn read(settings: &EngineSettings<'_>) -> Result<AnyEngine, EntryError> {
    let brokers = settings.one_or_more(BROKERS, r#""127.0.0.1:9092""#)?;
    let brokers = brokers.join(",");
    let topic = settings.required(TOPIC, r#""webhooks""#)?;
    check_topic(&topic)?;
    let mut config = ClientConfig::new();
    for (name, value) in settings.pairs(CONFIG)? {
        let name = check_setting(name)?;
        config.set(name, value);
    }
    config.set(SERVERS, &*brokers);
    // The text of its error names a setting, and may quote the value of it.
    let engine = Kafka::with_config(config, &topic);
    let engine = engine.map_err(|_| EntryError::new(CONFIG, INVALID))?;
    let engine = match settings.text(KEY)?.as_deref() {
        None | Some("tenant") => engine,
        Some("event") => engine.key(|message| message.key().to_owned()),
        Some(_) => return Err(EntryError::new(KEY, r#"must be "tenant" or "event""#)),
    };
    Ok(AnyEngine::new(engine, format!("{brokers}, topic {topic}")))
}

/// The names that Kafka takes.
fn check_topic(topic: &str) -> Result<(), EntryError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_name = (1..=249).contains(&topic.len()) && topic.bytes().all(plain);
    match is_name && ![".", ".."].contains(&topic) {
        true => Ok(()),
        false => Err(EntryError::new(TOPIC, NOT_A_TOPIC)),
    }
}

/// Refuses a setting that another key or the relay decides about.
fn check_setting(name: String) -> Result<String, EntryError> {
    let problem = match &*name {
        SERVERS | "metadata.broker.list" => r#"is what "brokers" says: remove it"#,
        "enable.idempotence" | "acks" | "request.required.acks" => {
            "is set by the relay, which loses nothing with it: remove it"
        }
        _ => return Ok(name),
    };
    Err(EntryError::new(format!("{CONFIG}.{name}"), problem))
}

const BROKERS: &str = "brokers";
const CONFIG: &str = "config";
const KEY: &str = "key";
const TOPIC: &str = "topic";
/// The setting of librdkafka.
const SERVERS: &str = "bootstrap.servers";
const NOT_A_TOPIC: &str = "is not a topic of Kafka: use 1 to 249 ASCII letters, digits, `.`, `_` \
                           or `-`";
const INVALID: &str = "has a setting that librdkafka does not know, or a value that it does not \
                       take; TLS needs a build with the feature `tls`";
