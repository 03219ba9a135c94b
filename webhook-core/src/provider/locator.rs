//! Where the labels of a delivery are.
//!
//! Two places have one provider each: XML (Braintree) and the query (ifthenpay). Custom code
//! verifies deliveries, but it does not read what they say about themselves.

/// Where a label of a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Locator {
    /// The delivery has no such label.
    None,
    /// In the header that the scheme signs as the id.
    SignedHeader,
    /// In the first of these headers that is present. Not signed.
    Header(&'static [&'static str]),
    /// At the first of these JSON pointers (RFC 6901, without escapes) that the body has.
    Body(&'static [&'static str]),
    /// In the query parameter of this name.
    Query(&'static str),
    /// In an XML payload: the first child of the root element that has this name.
    Xml(&'static str),
}

/// Where the body says whether the event is live or a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModeLocator {
    pub(crate) pointer: &'static str,
    pub(crate) live_when: bool,
}

/// Whether an event is live or a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// A live event, about real data.
    Live,
    /// A test event.
    Test,
}
