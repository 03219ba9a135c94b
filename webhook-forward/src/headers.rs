//! Which headers the receiver gets.

use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, HOST,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use webhook_core::{Delivery, Found, Head};

use crate::error::ForwardError;

/// The headers of the sender that are passed on.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    /// Whether those of the provider are passed on too.
    provider: bool,
    names: Vec<HeaderName>,
}

impl Default for Allowed {
    fn default() -> Self {
        Self {
            provider: true,
            names: vec![CONTENT_TYPE, USER_AGENT],
        }
    }
}

impl Allowed {
    /// No header.
    pub(crate) const fn nothing() -> Self {
        Self {
            provider: false,
            names: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, name: &str) -> Result<(), ForwardError> {
        let parsed = HeaderName::from_bytes(name.as_bytes());
        let invalid = |_| ForwardError::InvalidHeader {
            name: name.to_owned(),
        };
        let parsed = parsed.map_err(invalid)?;
        self.names.push(parsed);
        Ok(())
    }

    /// Refuses a name that is never passed on.
    pub(crate) fn check(&self, credential: Option<&HeaderName>) -> Result<(), ForwardError> {
        let reserved = |name: &&HeaderName| is_reserved(name) || Some(*name) == credential;
        match self.names.iter().find(reserved) {
            Some(name) => Err(ForwardError::ReservedHeader {
                name: name.as_str().to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Copies the headers that are passed on.
    pub(crate) fn copy(
        &self,
        delivery: &Delivery,
        head: &Head<'_>,
        credential: Option<&HeaderName>,
        to: &mut HeaderMap,
    ) {
        let hops = named_by_connection(head);
        let own = self.provider.then(|| delivery.sender().header_names());
        let own = own.into_iter().flatten().filter_map(|name| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            // A secret of the sender, unless it is allowed by name.
            let hidden = name == AUTHORIZATION || name == COOKIE;
            (!hidden).then_some(name)
        });
        for name in self.names.iter().cloned().chain(own) {
            let left_out = is_never_passed(&name)
                || Some(&name) == credential
                || hops
                    .iter()
                    .any(|hop| hop.eq_ignore_ascii_case(name.as_str()))
                || to.contains_key(&name);
            if !left_out {
                copy_one(head, &name, to);
            }
        }
    }
}

fn copy_one(head: &Head<'_>, name: &HeaderName, to: &mut HeaderMap) {
    let mut add = |value: &[u8]| {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            to.append(name.clone(), value);
        }
    };
    match head.headers.find(name.as_str()) {
        Found::Once(value) => add(value),
        Found::Repeated => head.headers.each(name.as_str(), &mut add),
        _ => {}
    }
}

/// RFC 9110 §7.6.1: the headers that end with this connection.
fn named_by_connection(head: &Head<'_>) -> Vec<String> {
    let mut names = Vec::new();
    head.headers.each(CONNECTION.as_str(), &mut |line| {
        let options = line.split(|byte| *byte == b',');
        names.extend(options.filter_map(|name| Some(str::from_utf8(name).ok()?.trim().to_owned())));
    });
    names
}

/// Whether a header cannot be allowed: it is never passed on, or its name is kept for forwarders. A
/// provider whose own header has such a name keeps it.
pub(crate) fn is_reserved(name: &HeaderName) -> bool {
    name.as_str().starts_with(PREFIX) || is_never_passed(name)
}

fn is_never_passed(name: &HeaderName) -> bool {
    let text = name.as_str();
    OURS.contains(&text)
        || text.starts_with("x-verified")
        || VERDICTS.contains(&text)
        || STANDARD.contains(&text)
        || HOP_BY_HOP.contains(name)
        || ["keep-alive", "proxy-connection", IDEMPOTENCY_KEY].contains(&text)
}

/// Removes what only the forwarder, the hop credential or the client may write.
pub(crate) fn remove_reserved(credential: Option<&HeaderName>, from: &mut HeaderMap) {
    for name in HOP_BY_HOP.iter().chain(credential) {
        from.remove(name);
    }
    for name in OURS.into_iter().chain(STANDARD).chain([IDEMPOTENCY_KEY]) {
        from.remove(name);
    }
}

/// Adds what the forwarder says about the delivery.
pub(crate) fn describe(delivery: &Delivery, id: &str, route: Option<&str>, to: &mut HeaderMap) {
    let proof = delivery.proof();
    let (kind, own_id) = (proof.covers_type(), proof.covers_id());
    let coverage = proof.coverage();
    let body = coverage.body || coverage.is_sender_only();
    let attempt = delivery.attempt().to_string();
    let unless = |signed: bool, text| if signed { None } else { text };
    let when = |signed: bool, text| if signed { text } else { None };
    let values = [
        Some(delivery.provider()),
        delivery.tenant(),
        route.or_else(|| delivery.consumer()),
        when(kind, delivery.event_type()),
        unless(kind, delivery.event_type()),
        when(own_id, delivery.id()),
        unless(own_id, delivery.id()),
        unless(body, Some("true")),
        Some(attempt.as_str()),
    ];
    let said = OURS.into_iter().zip(values).chain([(WEBHOOK_ID, Some(id))]);
    for (name, value) in said {
        // Visible ASCII, which every receiver reads alike.
        let value = value.and_then(|value| HeaderValue::from_str(value).ok());
        if let Some(value) = value {
            to.insert(HeaderName::from_static(name), value);
        }
    }
}

/// Adds the key by which engines for durable work remove duplicates.
pub(crate) fn identify(id: &str, to: &mut HeaderMap) {
    if let Ok(value) = HeaderValue::from_str(id) {
        to.insert(HeaderName::from_static(IDEMPOTENCY_KEY), value);
    }
}

/// What a forwarder says, in the order of [`describe`], and its [list](crate::hops::VIA).
const OURS: [&str; 10] = [
    "x-delivery-provider",
    "x-delivery-tenant",
    "x-delivery-route",
    "x-delivery-type",
    "x-delivery-unsigned-type",
    "x-delivery-event-id",
    "x-delivery-unsigned-event-id",
    "x-delivery-unsigned-body",
    "x-delivery-attempt",
    "x-delivery-via",
];
/// Names that begin with it are kept for forwarders.
const PREFIX: &str = "x-delivery-";
const WEBHOOK_ID: &str = "webhook-id";
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Those of the hop signature.
const STANDARD: [&str; 3] = [WEBHOOK_ID, "webhook-timestamp", "webhook-signature"];
/// Names under which applications expect the result of a verification, or a shared secret of
/// another gateway.
pub(crate) const VERDICTS: [&str; 2] = ["calculated-signature", "x-checkout-secret"];
/// Headers of a connection, and those that the client writes.
const HOP_BY_HOP: [HeaderName; 10] = [
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];
