//! The engine that a route hands its events to.

use webhook_axum::Endpoint;
use webhook_relay::{CloudEvents, Relay, RelayBuilder, RelayError};

use crate::config::entries::Entries;
use crate::config::error::EntryError;
use crate::engine::{self, AnyEngine, EngineSettings};

/// Hands the events of a route to an engine.
#[derive(Clone, Debug)]
pub(crate) struct Relaying {
    engine: AnyEngine,
    envelope: Option<CloudEvents>,
    claim_check_above: Option<usize>,
    /// Headers of the sender that are passed on because the configuration names them.
    pub(super) headers: Vec<String>,
}

impl Relaying {
    /// What hands them over, for the endpoint of the route.
    pub(crate) fn relay(&self, endpoint: Endpoint) -> Relay<AnyEngine> {
        let builder = self.builder().expect("the configuration has checked them");
        builder.build(endpoint)
    }

    /// Where the engine is, without credentials.
    pub(crate) fn place(&self) -> &str {
        self.engine.place()
    }

    fn builder(&self) -> Result<RelayBuilder<AnyEngine>, RelayError> {
        let mut builder = Relay::to(self.engine.clone());
        if let Some(envelope) = &self.envelope {
            builder = builder.cloud_events(envelope.clone());
        }
        if let Some(bytes) = self.claim_check_above {
            builder = builder.claim_check_above(bytes);
        }
        let mut headers = self.headers.iter();
        headers.try_fold(builder, |builder, name| builder.pass_header(name))
    }
}

/// Reads the engine of this key.
pub(super) fn read(entries: &Entries, key: &str) -> Result<Relaying, EntryError> {
    let kind = engine::find(key).ok_or_else(|| engine::missing(key))?;
    let settings = entries.object(key)?.unwrap_or_default();
    let read = || {
        settings.check_unique()?;
        settings.check_known(&[kind.keys, KEYS].concat())?;
        let relaying = Relaying {
            engine: (kind.read)(&EngineSettings::new(&settings))?,
            envelope: envelope(&settings)?,
            claim_check_above: claim_check_above(&settings)?,
            headers: settings.texts(HEADERS)?,
        };
        let checked = relaying.builder().map(drop);
        checked.map_err(|error| EntryError::new(HEADERS, error.to_string()))?;
        Ok(relaying)
    };
    read().map_err(|error: EntryError| error.within(key))
}

fn envelope(settings: &Entries) -> Result<Option<CloudEvents>, EntryError> {
    let mode = settings.text(CLOUD_EVENTS)?;
    let source = settings.text(SOURCE)?;
    let envelope = match (mode.as_deref(), &source) {
        (None, None) => return Ok(None),
        (None, Some(_)) => {
            let problem = format!("is missing: {SOURCE:?} needs it");
            return Err(EntryError::new(CLOUD_EVENTS, problem));
        }
        (Some("structured"), _) => CloudEvents::structured(),
        (Some("binary"), _) => CloudEvents::binary(),
        (Some(_), _) => {
            let problem = r#"must be "structured" or "binary""#;
            return Err(EntryError::new(CLOUD_EVENTS, problem));
        }
    };
    let envelope = match source {
        Some(base) => envelope.source(base),
        None => Ok(envelope),
    };
    let envelope = envelope.map_err(|error| EntryError::new(SOURCE, error.to_string()));
    envelope.map(Some)
}

fn claim_check_above(settings: &Entries) -> Result<Option<usize>, EntryError> {
    let bytes = settings.count(CLAIM_CHECK)?.map(usize::try_from);
    let bytes = bytes.transpose();
    bytes.map_err(|_| EntryError::new(CLAIM_CHECK, "is larger than this machine can hold"))
}

/// The keys that all engines have.
const KEYS: &[&str] = &[CLAIM_CHECK, CLOUD_EVENTS, SOURCE, HEADERS];
const CLAIM_CHECK: &str = "claim_check_bytes";
const CLOUD_EVENTS: &str = "cloud_events";
const HEADERS: &str = "headers";
const SOURCE: &str = "cloud_events_source";
