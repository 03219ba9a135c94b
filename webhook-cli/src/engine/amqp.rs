//! RabbitMQ, and other brokers of AMQP 0-9-1.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use webhook_relay::Amqp;

use super::credentials::{self, PASSWORD, Parts, USERNAME};
use super::{AnyEngine, EngineKind, EngineSettings};
use crate::config::EntryError;

pub(super) const KIND: EngineKind = EngineKind {
    key: super::AMQP,
    keys: &[EXCHANGE, PASSWORD, QUEUE, ROUTING_KEY, URL, USERNAME],
    read,
};

fn read(settings: &EngineSettings<'_>) -> Result<AnyEngine, EntryError> {
    let url = settings.required(URL, r#""amqp://127.0.0.1:5672/%2f""#)?;
    let parts = Parts::of(&url, "amqp");
    let place = parts.origin();
    let broker = match credentials::pair(settings)? {
        Some(_) if parts.userinfo.is_some() => {
            let problem = r#"is given twice: remove it, or the user name from "url""#;
            return Err(EntryError::new(USERNAME, problem));
        }
        Some((username, password)) => Amqp::new(&with_userinfo(&parts, &username, &password)),
        None => Amqp::new(&url),
    };
    let broker = broker.map_err(|error| EntryError::new(URL, error.to_string()))?;
    let engine = match (
        settings.text(EXCHANGE)?,
        settings.text(ROUTING_KEY)?,
        settings.text(QUEUE)?,
    ) {
        (None, None, Some(queue)) => {
            let engine = broker.queue(&queue);
            engine.map_err(|error| EntryError::new(QUEUE, error.to_string()))?
        }
        (Some(exchange), Some(routing_key), None) => {
            check_exchange(&exchange)?;
            let engine = broker.topic(&exchange, &routing_key);
            engine.map_err(|error| EntryError::new(ROUTING_KEY, error.to_string()))?
        }
        (Some(_), None, None) => return Err(needs(ROUTING_KEY, EXCHANGE)),
        (None, Some(_), None) => return Err(needs(EXCHANGE, ROUTING_KEY)),
        (None, None, None) => return Err(EntryError::new(EXCHANGE, NOWHERE)),
        (_, _, Some(_)) => return Err(EntryError::new(QUEUE, TWO_PLACES)),
    };
    Ok(AnyEngine::new(engine, place))
}

/// The URL with this user and this password, whatever characters they have.
fn with_userinfo(parts: &Parts<'_>, username: &str, password: &str) -> String {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    format!(
        "{}://{}:{}@{}{}",
        parts.scheme,
        encoded(username),
        encoded(password),
        parts.host_and_port,
        parts.rest
    )
}

fn check_exchange(name: &str) -> Result<(), EntryError> {
    let problem = match name.len() {
        0 => r#"is empty: write "queue" to publish to a queue without an exchange"#,
        1..=LONGEST_NAME => return Ok(()),
        _ => "is too long for the name of an exchange: at most 255 bytes",
    };
    Err(EntryError::new(EXCHANGE, problem))
}

fn needs(missing: &str, given: &str) -> EntryError {
    EntryError::new(missing, format!("is missing: {given:?} needs it"))
}

const EXCHANGE: &str = "exchange";
const QUEUE: &str = "queue";
const ROUTING_KEY: &str = "routing_key";
const URL: &str = "url";
/// AMQP 0-9-1, section 4.2.5.3: the length of a short string is one byte.
const LONGEST_NAME: usize = 255;
const NOWHERE: &str = "is missing: write \"exchange\" and \"routing_key\", or \"queue\"";
const TWO_PLACES: &str = "contradicts \"exchange\" and \"routing_key\": remove it, or both of them";
