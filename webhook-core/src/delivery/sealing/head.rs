//! What is kept of a request's head.

use std::fmt;

use bytes::Bytes;

use crate::delivery::sealing::format::{Reader, Writer};
use crate::delivery::target::without_tokens;
use crate::delivery::{Delivery, Shared};
use crate::request::{Found, Head};
use crate::time::UnixTime;

/// Headers that are kept of every request: what the body is, who sent it, the trace that it is part
/// of (W3C Trace Context), and the forwarders that it has passed, by which a loop is recognised.
const ALWAYS: [&str; 6] = [
    "content-type",
    "user-agent",
    "traceparent",
    "tracestate",
    "baggage",
    "x-delivery-via",
];
/// How many bytes all values have at most. They are kept before the request is verified.
const MAX_HEADERS: usize = 16 * 1024;
/// These may hold a secret of the sender.
const NEVER: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// The part of a request's head that is stored with its delivery.
///
/// It has the method, the target without tokens, and a list of headers: the [names of the
/// provider](crate::Provider::header_names), `content-type`, `user-agent`, those of W3C Trace
/// Context, `x-delivery-via` of forwarders, and those that the endpoint
/// [keeps](crate::EndpointBuilder::keep_header). Other headers are left out, because they may hold
/// secrets: [`keep`](Self::keep) adds one by its name. A value that would make all of them longer
/// than 16 KiB is left out too.
///
/// `Debug` shows the method and the time of arrival.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredHead {
    method: Box<str>,
    path_and_query: Box<str>,
    route: Option<Box<str>>,
    headers: Vec<(Box<str>, Bytes)>,
    received_at: UnixTime,
}

impl StoredHead {
    /// Takes what is stored of the head of this delivery.
    #[must_use]
    pub fn new(delivery: &Delivery, head: &Head<'_>, received_at: UnixTime) -> Self {
        Self::of(delivery.shared(), head, received_at)
    }

    pub(crate) fn of(shared: &Shared, head: &Head<'_>, received_at: UnixTime) -> Self {
        let mut stored = Self {
            method: head.method.into(),
            path_and_query: without_tokens(shared, head.path_and_query).into(),
            route: None,
            headers: Vec::new(),
            received_at,
        };
        for name in ALWAYS.into_iter().chain(shared.provider.header_names()) {
            if !NEVER.contains(&name) {
                stored = stored.keep(head, name);
            }
        }
        let named = shared.kept_headers.iter();
        named.fold(stored, |stored, name| stored.keep(head, name))
    }

    /// Adds the values of the header of this name, in lower case. One that is kept already is not
    /// added again.
    #[must_use]
    pub fn keep(mut self, head: &Head<'_>, name: &str) -> Self {
        if self.header(name).is_some() {
            return self;
        }
        let kept: usize = self.headers.iter().map(|(_, value)| value.len()).sum();
        let mut room = MAX_HEADERS.saturating_sub(kept);
        let headers = &mut self.headers;
        let mut add = |value: &[u8]| {
            if let Some(left) = room.checked_sub(value.len()) {
                room = left;
                headers.push((name.into(), Bytes::copy_from_slice(value)));
            }
        };
        match head.headers.find(name) {
            Found::Once(value) => add(value),
            Found::Repeated => head.headers.each(name, &mut add),
            Found::Absent => {}
        }
        self
    }

    /// Sets the template of the route, such as `/webhooks/{tenant}`.
    #[must_use]
    pub fn with_route(mut self, template: impl Into<Box<str>>) -> Self {
        self.route = Some(template.into());
        self
    }

    /// The method, such as `POST`.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Path and query as received, without query parameters that hold a token.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The template of the route, if there is one.
    #[must_use]
    pub fn route(&self) -> Option<&str> {
        self.route.as_deref()
    }

    /// The kept headers, with their names in lower case. A name may occur several times.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        self.headers.iter().map(|(name, value)| (&**name, value))
    }

    /// The first value of a kept header. `name` is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Bytes> {
        let mut found = self.headers.iter();
        found
            .find(|(known, _)| **known == *name)
            .map(|(_, value)| value)
    }

    /// When the request arrived.
    #[must_use]
    pub const fn received_at(&self) -> UnixTime {
        self.received_at
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.array(&self.received_at.as_millis().to_be_bytes());
        out.text(&self.method);
        out.text(&self.path_and_query);
        out.optional(self.route.as_deref(), Writer::text);
        // A server takes far fewer.
        let count = u16::try_from(self.headers.len()).unwrap_or(u16::MAX);
        out.array(&count.to_be_bytes());
        for (name, value) in self.headers.iter().take(count.into()) {
            out.text(name);
            out.bytes(value);
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            received_at: UnixTime::from_millis(u64::from_be_bytes(from.array()?)),
            method: from.text()?.into(),
            path_and_query: from.text()?.into(),
            route: from.optional(Reader::text)?.map(Into::into),
            headers: {
                let count = u16::from_be_bytes(from.array()?);
                let mut headers = Vec::new();
                for _ in 0..count {
                    let name = from.text()?.into();
                    headers.push((name, Bytes::copy_from_slice(from.bytes()?)));
                }
                headers
            },
        })
    }
}

impl fmt::Debug for StoredHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredHead")
            .field("method", &self.method)
            .field("received_at", &self.received_at)
            .finish_non_exhaustive()
    }
}
