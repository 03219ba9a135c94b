//! Where a route sends its events.

use std::time::Duration;

use webhook_axum::forward::{Destination as Url, ForwardError, Forwarder, ForwarderBuilder};
use webhook_axum::{Endpoint, Questions};

use crate::config::entries::Entries;
use crate::config::error::EntryError;

/// Sends the events of a route to another server.
#[derive(Clone, Debug)]
pub(crate) struct Forwarding {
    pub(crate) forwarder: Forwarder,
    /// Whether the sender gets the answer of that server.
    pub(crate) passes_response: bool,
    /// Headers of the sender that are passed on because the configuration names them.
    pub(super) headers: Vec<String>,
}

impl Forwarding {
    /// Checks that a request ends before the sender's does, and warns of questions without an
    /// answer.
    pub(super) fn check_against(&self, route: &str, endpoint: &Endpoint) -> Result<(), EntryError> {
        let checked = self.forwarder.check_against(endpoint).map_err(entry);
        checked.map_err(|error| error.within("forward"))?;
        if endpoint.provider().questions() != Questions::None && !self.passes_response {
            tracing::warn!(
                route,
                "some deliveries of this provider are questions, and get an answer without \
                 content: set \"pass_response\" in \"forward\""
            );
        }
        Ok(())
    }
}

/// Reads the entries of `forward`.
pub(super) fn read(route: &str, entries: &Entries) -> Result<Forwarding, EntryError> {
    entries.check_unique()?;
    entries.check_known(KEYS)?;
    let Some(url) = entries.text("to")? else {
        let problem = "is missing: write a URL such as \"http://127.0.0.1:3000/hooks\"";
        return Err(EntryError::new("to", problem));
    };
    let builder = credential(Forwarder::to(url), entries)?.route(route);
    Ok(Forwarding {
        forwarder: options(builder, entries)?.build().map_err(entry)?,
        passes_response: entries.flag("pass_response")?,
        headers: entries.texts("headers")?,
    })
}

/// Applies what proves to the receiver that a request comes from here: one of three keys.
fn credential(url: Url, entries: &Entries) -> Result<ForwarderBuilder, EntryError> {
    let secret = entries.text("secret")?;
    let header = entries.object("header")?;
    match (secret, header, entries.flag("without_credential")?) {
        (Some(secret), None, false) => Ok(url.signed_with(secret)),
        (None, Some(header), false) => {
            let (name, value) = pair(&header).map_err(|error| error.within("header"))?;
            Ok(url.with_header(name, value))
        }
        (None, None, true) => Ok(url.without_hop_credential()),
        (None, None, false) => Err(EntryError::new("secret", NO_CREDENTIAL)),
        _ => Err(EntryError::new(
            "secret",
            r#"use one of "secret", "header" and "without_credential""#,
        )),
    }
}

/// The name and the value of the header that is a credential.
fn pair(header: &Entries) -> Result<(String, String), EntryError> {
    const KEYS: &[&str] = &["name", "value"];
    header.check_unique()?;
    header.check_known(KEYS)?;
    let required = |key: &str| {
        let missing = || EntryError::new(key, r#"is missing: write {"name": "…", "value": "…"}"#);
        header.text(key)?.ok_or_else(missing)
    };
    Ok((required("name")?, required("value")?))
}

fn options(
    mut builder: ForwarderBuilder,
    entries: &Entries,
) -> Result<ForwarderBuilder, EntryError> {
    for name in entries.texts("headers")? {
        builder = builder.allow_header(name);
    }
    if let Some(secs) = entries.count("timeout_secs")? {
        builder = builder.timeout(Duration::from_secs(secs));
    }
    if let Some(secs) = entries.count("connect_timeout_secs")? {
        builder = builder.connect_timeout(Duration::from_secs(secs));
    }
    if entries.flag("idempotency_key")? {
        builder = builder.idempotency_key();
    }
    if entries.flag("pass_response")? {
        builder = builder.pass_response();
    }
    if let Some(hops) = entries.count("max_hops")? {
        builder = builder.max_hops(usize::try_from(hops).unwrap_or(usize::MAX));
    }
    let statuses = entries.counts("give_up_on")?.into_iter();
    // A number that is no status is refused as one that is too high.
    Ok(builder.give_up_on(statuses.map(|status| u16::try_from(status).unwrap_or(u16::MAX))))
}

/// Names the entry that causes the error.
fn entry(error: ForwardError) -> EntryError {
    let key = match error {
        ForwardError::InvalidUrl { .. } | ForwardError::NoTls | ForwardError::Tls(_) => "to",
        ForwardError::Credential { .. } => "header",
        ForwardError::InvalidHeader { .. } | ForwardError::ReservedHeader { .. } => "headers",
        ForwardError::InvalidTimeout | ForwardError::HandlerTimeout { .. } => "timeout_secs",
        ForwardError::InvalidStatus { .. } => "give_up_on",
        ForwardError::NoHops => "max_hops",
        _ => "secret",
    };
    EntryError::new(key, error.to_string())
}

const KEYS: &[&str] = &[
    "connect_timeout_secs",
    "give_up_on",
    "header",
    "headers",
    "idempotency_key",
    "max_hops",
    "pass_response",
    "secret",
    "timeout_secs",
    "to",
    "without_credential",
];
const NO_CREDENTIAL: &str = "is missing: the receiver has to know that a request comes from here; \
                             write \"secret\": \"whsec_…\" to sign as Standard Webhooks, \
                             \"header\": {\"name\": \"…\", \"value\": \"…\"}, or \
                             \"without_credential\": true";
