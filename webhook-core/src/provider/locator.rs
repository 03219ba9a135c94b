//! Where the labels of a delivery are.

/// Where a label of a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Locator {
    /// There is none.
    None,
    /// In the header that the scheme signs as the id.
    SignedHeader,
    /// In one of these headers, the first that is there; not signed.
    Header(&'static [&'static str]),
    /// At one of these JSON pointers (RFC 6901, without escapes) of the body, the first that is there.
    Body(&'static [&'static str]),
    /// In the query parameter of this name.
    Query(&'static str),
    /// In the first element of this name that is a child of the root of an XML document, which is
    /// the payload.
    Xml(&'static str),
}

/// Where the body says whether it is about real money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModeLocator {
    pub(crate) pointer: &'static str,
    pub(crate) live_when: bool,
}

/// Whether a delivery is about real things or about test data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Real.
    Live,
    /// Test data.
    Test,
}
